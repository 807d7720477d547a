/** `klab logs -f`: a log while it grows. */
import { open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import type { LabContext } from './context.js'
import { lastLines, logFile, MOST_LOG, type LogsRequest } from './look.js'

/** ms between two looks. */
const EVERY_MS = 500

export interface FollowRequest extends LogsRequest {
  /** Called with whole lines. */
  readonly onText: (text: string) => void
}

/**
 * The end of a log, and what is added to it, until the signal of `openLab`; then it resolves. If the log begins again
 * (a boot, a new lab), it is followed from its beginning. It waits for a log that does not exist yet. Throws
 * UsageError, StateError.
 */
export async function followLogs(c: LabContext, { onText, ...o }: FollowRequest): Promise<void> {
  const { clock, signal } = c.doors
  const path = await logFile(c, o)
  const { size: whole } = await readFrom(path, Infinity)
  const first = Math.max(0, whole - MOST_LOG)
  const { chunk: before } = await readFrom(path, first)
  const end = before.lastIndexOf('\n') + 1
  const shown = lastLines(before.subarray(0, end).toString('utf8'), o.lines)
  if (shown !== '') onText(shown)
  let at = first + end
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

/** At most MOST_LOG bytes; the rest at the next look. */
async function readFrom(path: string, at: number): Promise<{ readonly chunk: Buffer; readonly size: number }> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  // A missing log counts as one that has just begun and is empty.
  if (!file) return { chunk: Buffer.alloc(0), size: 0 }
  try {
    const { size } = await file.stat()
    const buffer = Buffer.alloc(Math.max(0, Math.min(MOST_LOG, size - at)))
    if (buffer.length === 0) return { chunk: buffer, size }
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
    return { chunk: buffer.subarray(0, bytesRead), size }
  } finally {
    await file.close()
  }
}
