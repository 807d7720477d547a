/** Small text work for terminals: durations, widths, one-liners. */
import { stripVTControlCharacters } from 'node:util'
import fastStringWidth from 'fast-string-width'
import { say } from '../words/say.js'

/** `0.4s`, `12s`, `3m05s`, `1h02m`. */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)}s`
  const s = Math.round(ms / 1000)
  if (s < 60) return `${s}s`
  const m = Math.floor(s / 60)
  return m < 60 ? `${m}m${two(s % 60)}s` : `${Math.floor(m / 60)}h${two(m % 60)}m`
}

/** ` (1m30s the last time)`; empty if that is not known, or was a moment. */
export const lastTime = (ms: number | undefined): string =>
  ms === undefined || ms < 5000 ? '' : say(' ({time} the last time)', { time: duration(ms) })

/** `4.5 s`: for measured times. */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** Bytes for people: `512 B`, `3.4 KiB`, `5.0 MiB`, `12 GiB`. */
export function formatSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let [n, i] = [bytes, 0]
  for (; n >= 1023.95 && i < units.length - 1; i++) n /= 1024
  return `${i === 0 || n >= 99.95 ? Math.round(n) : n.toFixed(n >= 9.95 ? 0 : 1)} ${units[i] ?? ''}`
}

/**
 * How long ago, as kubectl writes it (apimachinery's HumanDuration): `45s`, `9m5s`, `90m`, `3h20m`, `30h`, `5d3h`,
 * `400d`, `2y35d`.
 */
export function age(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const [m, h, d] = [Math.floor(s / 60), Math.floor(s / 3600), Math.floor(s / 86_400)]
  const and = (n: number, unit: string): string => (n === 0 ? '' : `${n}${unit}`)
  if (s < 120) return `${s}s`
  if (m < 10) return `${m}m${and(s % 60, 's')}`
  if (h < 3) return `${m}m`
  if (h < 8) return `${h}h${and(m % 60, 'm')}`
  if (h < 48) return `${h}h`
  if (d < 8) return `${d}d${and(h % 24, 'h')}`
  return d < 730 ? `${d}d` : `${Math.floor(d / 365)}y${and(d % 365, 'd')}`
}

const two = (n: number): string => String(n).padStart(2, '0')

/** Columns that a text takes: 2 for East Asian wide characters and emoji, 0 for combining marks and colours. */
export const width = (text: string): number => fastStringWidth(text)

/** Cut to `columns`, with an ellipsis if something was cut. */
export function truncate(text: string, columns: number): string {
  if (width(text) <= columns) return text
  let cut = ''
  let used = 0
  for (const c of text) {
    used += width(c)
    if (used > columns - 1) break
    cut += c
  }
  return columns > 0 ? `${cut}…` : ''
}

/** Padded with blanks to `columns`. */
export const pad = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)))

/** A program's output as one harmless line: escape sequences and control characters would move the cursor. */
export const clean = (line: string): string =>
  stripVTControlCharacters(line)
    .replace(/\t/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .trimEnd()
