/**
 * The tar format, as much of it as a sealed lab needs: plain files, short names, sizes of any kind (POSIX.1-2017, pax,
 * "ustar"; GNU tar's base-256 sizes).
 */
import { CorruptError } from '../errors.js'
import { english } from '../words/say.js'

export const BLOCK = 512
/** The largest size that eleven octal digits hold. */
const MOST_OCTAL = 8 ** 11 - 1
const SIZE = { at: 124, length: 12 } as const
const SUM = { at: 148, length: 8 } as const
const TYPE = 156
const PREFIX = { at: 345, length: 155 } as const

const sumOf = (head: Buffer): number => {
  let sum = 0
  // Calculated with its own field full of spaces.
  for (const [i, byte] of head.entries()) sum += i >= SUM.at && i < SUM.at + SUM.length ? 0x20 : byte
  return sum
}

/** Bytes between a file's end and the next header. */
export const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK

/** The header of a file that only its owner may read. Throws TypeError for a name of more than 100 bytes. */
export function tarHeader(name: string, size: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new TypeError(`name too long: ${name}`)
  const head = Buffer.alloc(BLOCK)
  head.write(name, 0)
  head.write('0000600\0', 100)
  head.write('0000000\0', 108)
  head.write('0000000\0', 116)
  if (size <= MOST_OCTAL) head.write(`${size.toString(8).padStart(11, '0')}\0`, SIZE.at)
  else {
    head[SIZE.at] = 0x80
    head.writeBigUInt64BE(BigInt(size), SIZE.at + 4)
  }
  head.write('00000000000\0', 136)
  head.write('0', TYPE)
  head.write('ustar\x0000', 257)
  head.write(`${sumOf(head).toString(8).padStart(6, '0')}\0 `, SUM.at)
  return head
}

const text = (head: Buffer, at: number, length: number): string => {
  const part = head.subarray(at, at + length)
  const end = part.indexOf(0)
  return part.toString('latin1', 0, end < 0 ? length : end)
}

/**
 * Name and size; undefined at the archive's end. Throws CorruptError for everything except plain files: links, folders,
 * devices, long names.
 */
export function parseTarHeader(
  head: Buffer,
  path: string,
): { readonly name: string; readonly size: number } | undefined {
  const refuse = (what: string): CorruptError =>
    new CorruptError(english('{path}: {what}', { path, what }), { hint: english('ask the person who made the file') })
  if (head.every((byte) => byte === 0)) return undefined
  if (parseInt(text(head, SUM.at, SUM.length), 8) !== sumOf(head)) throw refuse('is not a sealed lab, or is damaged')
  const name = text(head, 0, 100)
  const shown = JSON.stringify(name)
  const type = String.fromCharCode(head[TYPE] ?? 0)
  if (type !== '0' && type !== '\0') throw refuse(`${shown} is not a plain file (type ${JSON.stringify(type)})`)
  if (text(head, PREFIX.at, PREFIX.length) !== '')
    throw refuse(`${shown} has a longer name than any file of a sealed lab`)
  const octal = text(head, SIZE.at, SIZE.length).trim()
  const size =
    head[SIZE.at] === 0x80
      ? Number(head.readBigUInt64BE(SIZE.at + 4))
      : /^[0-7]+$/.test(octal)
        ? parseInt(octal, 8)
        : NaN
  if (!Number.isSafeInteger(size)) throw refuse(`${shown} has no size`)
  return { name, size }
}
