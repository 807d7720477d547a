/** What an imported disk image really is, judged by its first bytes. Nothing in it may make QEMU open another file. */
import { open, type FileHandle } from 'node:fs/promises'
import { CorruptError } from '../errors.js'
import { kindOfOpen, type FileKind } from '../host/file-kind.js'
import { english } from '../words/say.js'

const QCOW2_MAGIC = 0x514649fb
/** Bit 2 of the incompatible features: the data are in another file (QEMU docs/interop/qcow2.txt). */
const EXTERNAL_DATA = 0x4n

/** Files that people name by mistake, and what to do with them. */
const OTHERS: Readonly<Partial<Record<FileKind, readonly [what: string, hint: (path: string) => string]>>> = {
  xz: ['is compressed (xz)', (p) => inside(`xz -dk ${p}`)],
  gzip: ['is compressed (gzip)', (p) => inside(`gzip -dk ${p}`)],
  zstd: ['is compressed (zstd)', (p) => inside(`zstd -d ${p}`)],
  bzip2: ['is compressed (bzip2)', (p) => inside(`bzip2 -dk ${p}`)],
  zip: ['is a zip archive', (p) => inside(`unzip ${p}`)],
  tar: ['is a tar archive (an OVA, perhaps)', (p) => inside(`tar -xf ${p}`)],
  iso: [
    'is a CD image (ISO), to install a system from',
    () => 'get the cloud image of that system instead: a qcow2 that boots by itself',
  ],
}
const inside = (command: string): string => `${command}; then name the disk in it as image.path`

/** Throws CorruptError for a known kind of file that is no disk. */
async function refuseOthers(path: string, file: FileHandle): Promise<void> {
  const [what, hint] = OTHERS[await kindOfOpen(file)] ?? []
  if (what !== undefined)
    throw new CorruptError(english('{path}: {what}, not a disk image', { path, what }), { hint: hint?.(path) })
}

/**
 * The format by content. Throws CorruptError for anything except a plain qcow2 or a raw disk with a partition table.
 */
export async function diskFormat(path: string): Promise<'qcow2' | 'raw'> {
  const file = await open(path, 'r')
  try {
    await refuseOthers(path, file)
    const head = Buffer.alloc(512)
    const { bytesRead } = await file.read(head, 0, 512, 0)
    if (bytesRead === 512 && head.readUInt32BE(0) === QCOW2_MAGIC) {
      checkQcow2(path, head)
      return 'qcow2'
    }
    // 55 AA ends the boot sector of every BIOS disk and of a GPT's protective one.
    if (bytesRead === 512 && head.readUInt16BE(510) === 0x55aa) return 'raw'
    throw refuse(path, 'is neither a qcow2 nor a raw disk image')
  } finally {
    await file.close()
  }
}

/** The size that a guest sees, bytes, from a qcow2's header. Throws CorruptError if it is no qcow2. */
export async function virtualBytes(path: string): Promise<number> {
  const file = await open(path, 'r')
  try {
    const head = Buffer.alloc(32)
    await file.read(head, 0, 32, 0)
    if (head.readUInt32BE(0) !== QCOW2_MAGIC) throw refuse(path, 'is not a qcow2')
    return Number(head.readBigUInt64BE(24))
  } finally {
    await file.close()
  }
}

/** The longest name that QEMU accepts, bytes. */
const MOST_NAME = 1023

/**
 * The backing file in a qcow2's header (undefined: none), read without QEMU, which would open it. Throws CorruptError
 * for anything else that may lead to another file.
 */
export async function backingOf(path: string): Promise<string | undefined> {
  const file = await open(path, 'r')
  try {
    const head = Buffer.alloc(512)
    const { bytesRead } = await file.read(head, 0, 512, 0)
    if (bytesRead < 104 || head.readUInt32BE(0) !== QCOW2_MAGIC) throw refuse(path, 'is not a qcow2')
    checkHeader(path, head)
    const [at, length] = [head.readBigUInt64BE(8), head.readUInt32BE(16)]
    if (at === 0n) return undefined
    if (length > MOST_NAME || at > 2n ** 32n) throw refuse(path, 'names a backing file in a way that QEMU does not')
    const name = Buffer.alloc(length)
    await file.read(name, 0, length, Number(at))
    return name.toString('utf8')
  } finally {
    await file.close()
  }
}

function checkQcow2(path: string, head: Buffer): void {
  checkHeader(path, head)
  if (head.readBigUInt64BE(8) !== 0n) throw refuse(path, 'has a backing file')
}

/** The header's fields are big endian (QEMU docs/interop/qcow2.txt). */
function checkHeader(path: string, head: Buffer): void {
  const version = head.readUInt32BE(4)
  if (version !== 2 && version !== 3) throw refuse(path, `is a qcow2 of unknown version ${version}`)
  if (head.readUInt32BE(32) !== 0) throw refuse(path, 'is encrypted')
  if (version === 3 && (head.readBigUInt64BE(72) & EXTERNAL_DATA) !== 0n)
    throw refuse(path, 'keeps its data in another file')
}

const refuse = (path: string, what: string): CorruptError =>
  new CorruptError(english('{path}: {what}', { path, what }), {
    hint: english('look at it: qemu-img info {path}; a plain copy: qemu-img convert -O qcow2 SOURCE NEW.qcow2', {
      path,
    }),
  })
