/** `klab logs -f`: a log while it grows. */
import { open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { readText } from '../host/files.js'
import type { LabContext } from './context.js'
import { lastLines, logFile, type LogsRequest } from './look.js'

/** ms between two looks. */
const EVERY_MS = 500
/** Bytes read at once; the rest at the next look. */
const MOST = 4 * 2 ** 20

export interface FollowRequest extends LogsRequest {
  /** Called with whole lines. */
  readonly onText: (text: string) => void
}

/**
 * The end of a log, and what is written to it from now on, until the signal of `openLab`: then it resolves. One that
 * begins anew (a boot, a new lab) is followed from its beginning. A log that is not there yet is waited for. Throws
 * UsageError, StateError.
 */
export async function followLogs(c: LabContext, { onText, ...o }: FollowRequest): Promise<void> {
  const { clock, signal } = c.doors
  const path = await logFile(c, o)
  const before = (await readText(path)) ?? ''
  const end = before.lastIndexOf('\n') + 1
  const shown = lastLines(before.slice(0, end), o.lines)
  if (shown !== '') onText(shown)
  let at = Buffer.byteLength(before.slice(0, end))
  let decoder = new StringDecoder('utf8')
  let half = ''
  while (!signal.aborted) {
    const { chunk, size } = await readFrom(path, at)
    if (size < at) {
      at = 0
      half = ''
      decoder = new StringDecoder('utf8')
      continue
    }
    if (chunk.length > 0) {
      at += chunk.length
      const text = half + decoder.write(chunk)
      const whole = text.lastIndexOf('\n') + 1
      half = text.slice(whole)
      if (whole > 0) onText(text.slice(0, whole))
    }
    if (at >= size) await clock.sleep(EVERY_MS, signal).catch(() => undefined)
  }
}

async function readFrom(path: string, at: number): Promise<{ readonly chunk: Buffer; readonly size: number }> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  // Not there is as empty as one that has just begun.
  if (!file) return { chunk: Buffer.alloc(0), size: 0 }
  try {
    const { size } = await file.stat()
    const buffer = Buffer.alloc(Math.max(0, Math.min(MOST, size - at)))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
    return { chunk: buffer.subarray(0, bytesRead), size }
  } finally {
    await file.close()
  }
}
