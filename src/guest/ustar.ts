/** A tar archive of a few small files, so that many files need only one round trip. As data. */

const BLOCK = 512

export interface TarFile {
  /** Absolute, or relative to where it is unpacked. */
  readonly path: string
  readonly content: string
  /** 0644 unless told. */
  readonly mode?: number
}

/**
 * The files as an archive owned by root (POSIX.1-2017, XCU pax, "ustar Interchange Format"). Throws TypeError on a path
 * that does not fit or leads out of the folder.
 */
export function ustar(files: readonly TarFile[]): Buffer {
  return Buffer.concat([...files.flatMap(entry), Buffer.alloc(2 * BLOCK)])
}

function entry({ path, content, mode = 0o644 }: TarFile): Buffer[] {
  const data = Buffer.from(content)
  const head = Buffer.alloc(BLOCK)
  const { name, prefix } = split(path)
  head.write(name, 0)
  head.write(`${mode.toString(8).padStart(7, '0')}\0`, 100)
  head.write('0000000\0', 108)
  head.write('0000000\0', 116)
  head.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124)
  head.write('00000000000\0', 136)
  head.write('        0', 148)
  head.write('ustar\x0000root', 257)
  head.write('root', 297)
  head.write(prefix, 345)
  // The sum is calculated with its own field full of spaces.
  const sum = head.reduce((a, b) => a + b, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [head, data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)]
}

/** A path of more than 100 bytes is cut at a slash: up to 155 bytes go into the prefix. */
function split(path: string): { name: string; prefix: string } {
  const relative = path.replace(/^\/+/, '')
  if (relative === '' || relative.includes('\0') || relative.split('/').includes('..'))
    throw new TypeError(`not a file's path: ${path}`)
  if (Buffer.byteLength(relative) <= 100) return { name: relative, prefix: '' }
  for (let i = relative.indexOf('/'); i > 0; i = relative.indexOf('/', i + 1)) {
    const [prefix, name] = [relative.slice(0, i), relative.slice(i + 1)]
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return { name, prefix }
  }
  throw new TypeError(`path too long: ${path}`)
}
