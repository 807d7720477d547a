/**
 * The text of a Labfile and its checksum. Imports neither yaml nor zod, so that a caller who knows the checksum already
 * need not load them.
 */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { LabfileError, UsageError } from '../errors.js'
import { english } from '../words/say.js'

/** Larger than any Labfile that a person writes; a limit for the parser. */
export const MAX_BYTES = 256 * 1024

export const HINT = english('Labfile.example shows every field with its default')

const fileError = (path: string, message: string) =>
  new LabfileError(path, [{ field: '', message, line: 1, column: 1 }], { hint: HINT })
export const tooLarge = (path: string): LabfileError =>
  fileError(path, english('is larger than {maxBytes} KiB', { maxBytes: MAX_BYTES / 1024 }))

/** The file's bytes, at most one more than allowed. */
async function readBytes(path: string, shown: string): Promise<Buffer> {
  try {
    // Not blocking: opening a pipe must not wait for a writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      if (!(await file.stat()).isFile())
        throw new UsageError(english('{shown}: is not a file', { shown }), { hint: english('name a Labfile after -f') })
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    const why = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new UsageError(english('{shown}: cannot be read: {why}', { shown, why }), {
      hint: english('name a Labfile that you may read after -f'),
      cause: error,
    })
  }
}

/**
 * Reads a Labfile: its text and the sha256 of its bytes. Throws UsageError when it can't be read, LabfileError when it
 * is too large or not UTF-8.
 */
export async function readLabfile(path: string, shown: string = path): Promise<{ text: string; sha256: string }> {
  const bytes = await readBytes(path, shown)
  if (bytes.length > MAX_BYTES) throw tooLarge(shown)
  let text
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw fileError(shown, english('is not UTF-8 text'))
  }
  return { text, sha256: createHash('sha256').update(bytes).digest('hex') }
}
