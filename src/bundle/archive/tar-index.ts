/**
 * Where each entry of a tar file is. Nothing is unpacked: other people's archives must not choose paths on this
 * machine.
 */
import type { FileHandle } from 'node:fs/promises'
import { CorruptError } from '../../errors.js'
import { openPlain } from '../../host/files.js'
import { english } from '../../words/say.js'

const BLOCK = 512
/** More than any archive of images or bundle has. A file with far more wants to fill the memory. */
const MAX_ENTRIES = 20_000
/** The longest extended header that klab accepts: it contains paths. */
const MAX_HEADER = 64 * 1024

export interface TarEntry {
  /** As written, but without a leading `./` and a final slash. */
  readonly name: string
  readonly type: 'file' | 'folder' | 'link' | 'other'
  /** Where its content begins, bytes from the start of the file. */
  readonly offset: number
  readonly size: number
  /** Where a link leads, as written. */
  readonly target?: string
}

const corrupt = (path: string, why: string): CorruptError =>
  new CorruptError(english('{path}: {why}', { path, why }), { hint: english('copy the file again') })

const textOf = (block: Buffer, from: number, length: number): string => {
  const field = block.subarray(from, from + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? length : end)
}

/** A number field: octal text, or, with its first bit set, binary (GNU tar's manual, "Basic Tar Format"). */
function numberOf(block: Buffer, from: number, length: number): number {
  const first = block[from] ?? 0
  if ((first & 0x80) === 0) return Number.parseInt(textOf(block, from, length).trim() || '0', 8)
  return [...block.subarray(from + 1, from + length)].reduce((sum, byte) => sum * 256 + byte, first & 0x7f)
}

/** The header's own sum, with the sum field itself as spaces. */
function sumFits(block: Buffer): boolean {
  let sum = 8 * 0x20
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += block[i] ?? 0
  return sum === numberOf(block, 148, 8)
}

/** `path`, `linkpath` and `size` of a pax header (pax(1), "pax Extended Header"). */
function paxFields(data: Buffer): Map<string, string> {
  const fields = new Map<string, string>()
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at)
    const length = Number(data.toString('latin1', at, space))
    if (space < 0 || !Number.isSafeInteger(length) || length <= 0) break
    const [key = '', ...value] = data.toString('utf8', space + 1, at + length - 1).split('=')
    fields.set(key, value.join('='))
    at += length
  }
  return fields
}

const TYPES: Readonly<Record<string, TarEntry['type']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '5': 'folder',
  '1': 'link',
  '2': 'link',
}

/**
 * All entries of an uncompressed tar file, in order. Throws CorruptError if it is no tar file, is cut short, or has
 * absurd headers.
 */
export async function readTarIndex(path: string): Promise<readonly TarEntry[]> {
  const file = await openPlain(path)
  try {
    return await scan(path, file, (await file.stat()).size)
  } finally {
    await file.close()
  }
}

async function scan(path: string, file: FileHandle, total: number): Promise<readonly TarEntry[]> {
  const entries: TarEntry[] = []
  let longName: string | undefined
  let longTarget: string | undefined
  let pax = new Map<string, string>()
  const read = async (offset: number, length: number): Promise<Buffer> => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
    if (bytesRead < length) throw corrupt(path, `is cut short at ${total} bytes`)
    return buffer
  }
  for (let at = 0; ;) {
    if (at === total && entries.length > 0) return entries
    const block = await read(at, BLOCK)
    if (block.every((byte) => byte === 0)) return entries
    if (!sumFits(block)) throw corrupt(path, entries.length === 0 ? 'is not a tar file' : `is damaged at byte ${at}`)
    const flag = String.fromCharCode(block[156] ?? 0)
    const size = pax.has('size') && !'xgLK'.includes(flag) ? Number(pax.get('size')) : numberOf(block, 124, 12)
    const offset = at + BLOCK
    if (!Number.isSafeInteger(size) || size < 0) throw corrupt(path, `has a bad size at byte ${at}`)
    if (offset + size > total) throw corrupt(path, `is cut short at ${total} bytes`)
    at = offset + Math.ceil(size / BLOCK) * BLOCK
    if ('xgLK'.includes(flag)) {
      if (size > MAX_HEADER) throw corrupt(path, `has a header of ${size} bytes`)
      const data = await read(offset, size)
      if (flag === 'x') pax = paxFields(data)
      else if (flag === 'L') longName = textOf(data, 0, size)
      else if (flag === 'K') longTarget = textOf(data, 0, size)
      continue
    }
    const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? textOf(block, 345, 155) : ''
    const short = textOf(block, 0, 100)
    const name = pax.get('path') ?? longName ?? (prefix === '' ? short : `${prefix}/${short}`)
    const type = TYPES[flag] ?? 'other'
    const target = type === 'link' ? (pax.get('linkpath') ?? longTarget ?? textOf(block, 157, 100)) : undefined
    entries.push({
      name: name.replace(/^(?:\.\/)+/, '').replace(/\/$/, ''),
      type,
      offset,
      size,
      ...(target !== undefined && { target }),
    })
    if (entries.length > MAX_ENTRIES) throw corrupt(path, `has more than ${MAX_ENTRIES} entries`)
    longName = longTarget = undefined
    pax = new Map()
  }
}
