/**
 * libvirt's RAM images: a header, the domain's XML, a cookie, then QEMU's own stream (libvirt,
 * src/qemu/qemu_saveimage.h).
 */
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { CorruptError } from '../errors.js'
import { openNew } from '../host/files.js'
import { english } from '../words/say.js'

const MAGIC = Buffer.from('LibvirtQemudSave')
/**
 * Magic, then 19 numbers of 32 bits: version, length of the data, was it running, compression, where the cookie begins
 * in the data, 14 unused.
 */
const HEADER = MAGIC.length + 19 * 4
const AT = { version: 16, dataLength: 20, wasRunning: 24, compressed: 28, cookie: 32 } as const
const VERSION = 2
/** XML and cookie take about 5 KiB, plus 64 KiB of room. More than this is not libvirt's. */
const MOST_DATA = 2 ** 20
const CHUNK = 4 * 2 ** 20
/** How QEMU's stream begins ("QEVM", migration/savevm.c). */
const QEMU_MAGIC = Buffer.from('QEVM')

export interface SaveHeader {
  /** The domain. */
  readonly xml: string
  /** What libvirt stores with it, also XML; empty: nothing. */
  readonly cookie: string
  /** Whether the machine ran when it was saved. */
  readonly wasRunning: boolean
  /** Bytes of XML, cookie and room: QEMU's stream begins HEADER + dataLength bytes into the file. */
  readonly dataLength: number
}

const refuse = (path: string, what: string): CorruptError =>
  new CorruptError(english('{path}: {what}', { path, what }), { hint: english('make the file again') })

/** Reads the header from the first bytes of a file. Throws CorruptError. `path` is only for the message. */
export function parseSaveHeader(head: Buffer, path: string): SaveHeader {
  if (head.length < HEADER || !head.subarray(0, MAGIC.length).equals(MAGIC))
    throw refuse(path, 'is not a RAM image of libvirt')
  const number = (at: number): number => head.readUInt32LE(at)
  if (number(AT.version) !== VERSION) throw refuse(path, `is a RAM image of unknown version ${number(AT.version)}`)
  if (number(AT.compressed) !== 0) throw refuse(path, 'is a compressed RAM image')
  const dataLength = number(AT.dataLength)
  const cookieAt = number(AT.cookie)
  if (dataLength > MOST_DATA || cookieAt > dataLength) throw refuse(path, 'has a header that does not fit together')
  if (head.length < HEADER + dataLength) throw refuse(path, 'is cut short')
  const data = head.subarray(HEADER, HEADER + dataLength)
  const text = (part: Buffer): string => {
    const end = part.indexOf(0)
    if (end < 0) throw refuse(path, 'has a header that does not end')
    return part.toString('utf8', 0, end)
  }
  return {
    xml: text(cookieAt > 0 ? data.subarray(0, cookieAt) : data),
    cookie: cookieAt > 0 && cookieAt < dataLength ? text(data.subarray(cookieAt)) : '',
    wasRunning: number(AT.wasRunning) !== 0,
    dataLength,
  }
}

/** The header as bytes, as long as `dataLength` says, or longer if XML and cookie need more. */
export function formatSaveHeader(h: SaveHeader): Buffer {
  const xml = Buffer.from(`${h.xml}\0`)
  const cookie = h.cookie === '' ? Buffer.alloc(0) : Buffer.from(`${h.cookie}\0`)
  const dataLength = Math.max(h.dataLength, xml.length + cookie.length)
  const bytes = Buffer.alloc(HEADER + dataLength)
  MAGIC.copy(bytes)
  bytes.writeUInt32LE(VERSION, AT.version)
  bytes.writeUInt32LE(dataLength, AT.dataLength)
  bytes.writeUInt32LE(h.wasRunning ? 1 : 0, AT.wasRunning)
  bytes.writeUInt32LE(cookie.length > 0 ? xml.length : 0, AT.cookie)
  xml.copy(bytes, HEADER)
  cookie.copy(bytes, HEADER + xml.length)
  return bytes
}

const readAt = async (file: FileHandle, at: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at)
  return buffer.subarray(0, bytesRead)
}

/** The header of a RAM image; what follows it must look like QEMU's stream. Throws CorruptError. */
export async function readSaveHeader(path: string): Promise<SaveHeader> {
  const file = await open(path, 'r')
  try {
    const header = parseSaveHeader(await readAt(file, 0, HEADER + MOST_DATA), path)
    const stream = await readAt(file, HEADER + header.dataLength, QEMU_MAGIC.length)
    if (!stream.equals(QEMU_MAGIC)) throw refuse(path, 'holds no machine')
    return header
  } finally {
    await file.close()
  }
}

/**
 * Puts other XML into a RAM image that only klab uses: in place if there is room (libvirt leaves 64 KiB), otherwise in
 * a copy that replaces it. Throws CorruptError.
 */
export async function rewriteSaveHeader(path: string, change: Pick<SaveHeader, 'xml' | 'cookie'>): Promise<void> {
  const old = await readSaveHeader(path)
  const bytes = formatSaveHeader({ ...old, ...change })
  const from = HEADER + old.dataLength
  if (bytes.length === from) {
    const file = await open(path, 'r+')
    await file.write(bytes, 0, bytes.length, 0).finally(() => file.close())
    return
  }
  const temp = `${path}.tmp`
  const [source, target] = [await open(path, 'r'), await openNew(temp)]
  try {
    await target.writeFile(bytes)
    const chunk = Buffer.alloc(CHUNK)
    for (let at = from; ;) {
      const { bytesRead } = await source.read(chunk, 0, CHUNK, at)
      if (bytesRead === 0) break
      await target.writeFile(chunk.subarray(0, bytesRead))
      at += bytesRead
    }
    await rename(temp, path)
  } catch (error) {
    await rm(temp, { force: true })
    throw error
  } finally {
    await Promise.all([source.close(), target.close()])
  }
}
