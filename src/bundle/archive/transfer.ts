/** A bundle as one file, to pass on: a tar with the manifest first. An import trusts only what the sums prove. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, link, mkdir, open, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CorruptError, HostError, StateError, UsageError } from '../../errors.js'
import { LONG_MS } from '../../host/limits.js'
import { exists, openNew } from '../../host/files.js'
import { parseManifest, readManifest, writeBundleManifest, type BuiltBundle, type BundleManifest } from '../manifest.js'
import { digestOf, sha256File } from '../../host/digest.js'
import type { Digest } from '../../host/digest.js'
import { timed, type BuildContext } from '../jobs.js'
import { SAME_BYTES } from './tar.js'
import { readTarIndex, type TarEntry } from './tar-index.js'
import { english } from '../../words/say.js'

/** The file's own label: first entry, so that `tar -t` shows what it is. */
const LABEL = 'klab-bundle.json'
const MANIFEST = 'manifest.json'
const MAX_LABEL = 64 * 1024
const MAX_MANIFEST = 4 * 2 ** 20
/** What a bundle consists of. An import takes nothing else. */
const PATH = /^(?:bin|cni|images|manifests)\/[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/

/**
 * The key of the bundle in a cache. A folder that is used in place has only a mark there, so its copy gets its own key.
 */
const keyOf = (b: BuiltBundle, inPlace: boolean): Digest => (inPlace ? importedKey(b.manifest) : b.key)
const importedKey = (manifest: BundleManifest): Digest => digestOf({ kind: 'bundle-import', manifest })

const taken = (file: string): StateError =>
  new StateError(english('{path}: already exists', { path: file }), {
    hint: english('name another file, or rm {file}', { file }),
  })

export interface Exported {
  readonly file: string
  readonly bytes: number
  readonly sha256: Digest
}

/**
 * Writes the bundle into `file`, which must not exist. Throws StateError, CommandError (disk full), Interrupted; leaves
 * nothing half-written behind.
 */
export async function exportBundle(b: BuiltBundle, file: string, c: BuildContext): Promise<Exported> {
  if (await exists(file)) throw taken(file)
  if (!(await exists(dirname(file))))
    throw new UsageError(english('{dir}: no such folder', { dir: dirname(file) }), {
      hint: `mkdir -p ${dirname(file)}`,
    })
  const inPlace = (await c.layers.get(b.key)) !== b.dir
  const part = `${file}.part`
  const label = join(c.workDir, `label-${b.key.slice(0, 12)}`)
  await mkdir(label, { recursive: true, mode: 0o700 })
  try {
    await writeFile(join(label, LABEL), `${JSON.stringify({ format: 1, key: keyOf(b, inPlace) })}\n`)
    const paths = b.manifest.files.map((f) => f.path).sort()
    const made = await openNew(part)
    // The open file, even if something else is put at its path.
    const argv = ['tar', '--create', '--file=/dev/fd/3', ...SAME_BYTES]
    const places = [`--directory=${label}`, LABEL, `--directory=${b.dir}`, '--', MANIFEST, ...paths]
    const options = { passFd: made.fd, timeoutMs: LONG_MS, ...(c.signal && { signal: c.signal }) }
    await timed(c, 'export', () => c.exec.run([...argv, ...places], options).then(() => made.sync())).finally(() =>
      made.close(),
    )
    const sha256 = await timed(c, 'checksum', () => sha256File(part, c.signal))
    // A link, unlike a rename, never replaces what somebody has put there. A USB stick's file system may have no links.
    await link(part, file).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(file)
      await rename(part, file)
    })
    return { file, bytes: (await stat(file)).size, sha256 }
  } finally {
    await rm(part, { force: true })
    await rm(label, { recursive: true, force: true })
  }
}

interface Opened {
  readonly key: Digest
  readonly manifest: BundleManifest
  /** Path in the bundle → where its content is in the file. */
  readonly places: ReadonlyMap<string, TarEntry>
}

const bad = (file: string, why: string): CorruptError =>
  new CorruptError(english('{path}: {why}', { path: file, why }), {
    hint: english('copy the file again, or ask for another'),
  })

async function readEntry(file: string, entry: TarEntry | undefined, name: string, max: number): Promise<unknown> {
  if (entry?.name !== name || entry.type !== 'file' || entry.size > max) throw bad(file, 'is not an exported bundle')
  const handle = await open(file, 'r')
  const { buffer } = await handle
    .read(Buffer.alloc(entry.size), 0, entry.size, entry.offset)
    .finally(() => handle.close())
  try {
    return JSON.parse(buffer.toString('utf8')) as unknown
  } catch {
    throw bad(file, `${name} in it is not JSON`)
  }
}

/**
 * What an exported file says it contains, compared with what is in it. Contents are not read yet. Throws CorruptError.
 */
export async function openExport(file: string): Promise<Opened> {
  const [first, second, ...rest] = await readTarIndex(file)
  const label = (await readEntry(file, first, LABEL, MAX_LABEL)) as { format?: unknown; key?: unknown } | null
  if (label?.format !== 1 || !/^[0-9a-f]{64}$/.test(String(label.key)))
    throw bad(file, `${LABEL} in it is of another format`)
  const manifest = parseManifest(await readEntry(file, second, MANIFEST, MAX_MANIFEST), `${file}: ${MANIFEST}`)
  const wanted = new Map(manifest.files.map((f) => [f.path, f]))
  const places = new Map<string, TarEntry>()
  for (const entry of rest) {
    const said = wanted.get(entry.name)
    if (entry.type !== 'file') throw bad(file, `${entry.name} in it is not a plain file`)
    if (!said || !PATH.test(entry.name)) throw bad(file, `${entry.name} in it does not belong in a bundle`)
    if (places.has(entry.name)) throw bad(file, `${entry.name} is in it twice`)
    if (entry.size !== said.size)
      throw bad(file, `${entry.name} has ${entry.size} bytes, its manifest says ${said.size}`)
    places.set(entry.name, entry)
  }
  const lost = manifest.files.filter((f) => !places.has(f.path))
  if (lost.length > 0) throw bad(file, `lacks ${lost.map((f) => f.path).join(', ')}`)
  return { key: String(label.key), manifest, places }
}

/** Copies one file out, or only reads it if `to` is undefined. Throws CorruptError if its sum is wrong. */
async function take(
  file: string,
  entry: TarEntry,
  {
    sha256,
    to,
    signal,
  }: { readonly sha256: Digest; readonly to: string | undefined; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const hash = createHash('sha256')
  const count = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      done(null, to === undefined ? undefined : chunk)
    },
  })
  if (entry.size > 0) {
    const from = createReadStream(file, {
      start: entry.offset,
      end: entry.offset + entry.size - 1,
      highWaterMark: 1 << 20,
    })
    const options = signal ? { signal } : {}
    if (to === undefined) await pipeline(from, count.resume(), options)
    else await pipeline(from, count, createWriteStream(to, { flags: 'wx' }), options)
  } else if (to !== undefined) await writeFile(to, '', { flag: 'wx' })
  const sum = hash.digest('hex')
  if (sum !== sha256) throw bad(file, `${entry.name} in it is damaged (sha256 ${sum}, its manifest says ${sha256})`)
}

/** Checks every sum in an exported file without writing anything. Throws CorruptError. */
export async function verifyExport(file: string, signal?: AbortSignal): Promise<BundleManifest> {
  const { manifest, places } = await openExport(file)
  for (const f of manifest.files)
    await take(file, places.get(f.path) ?? fail(), { sha256: f.sha256, to: undefined, signal })
  return manifest
}

/**
 * Imports an exported bundle into the cache, under the key that its maker's klab uses. `expected`: the whole file's
 * sha256, if the user gave it. Throws CorruptError, HostError (no room), Interrupted; then the cache is as before.
 */
export async function importBundle(path: string, expected: Digest | undefined, c: BuildContext): Promise<BuiltBundle> {
  const file = resolve(path)
  if (expected !== undefined) {
    const sum = await timed(c, 'checksum', () => sha256File(file, c.signal))
    if (sum !== expected) throw bad(file, `its sha256 is ${sum}, but ${expected} was expected`)
  }
  const { key, manifest, places } = await openExport(file)
  const cached = (await c.layers.get(key)) !== undefined
  const bytes = manifest.files.reduce((sum, f) => sum + f.size, 0)
  const dir = await c.layers.build(
    key,
    async (out) => {
      const fs = await statfs(out)
      if (fs.bavail * fs.bsize < bytes)
        throw new HostError(
          english('{file}: the bundle takes {size} MiB, which are not free there', {
            file: out,
            size: Math.ceil(bytes / 2 ** 20),
          }),
          {
            hint: `df -h ${dirname(out)}`,
          },
        )
      await timed(c, 'import', async () => {
        for (const f of manifest.files) {
          const to = join(out, f.path)
          await mkdir(dirname(to), { recursive: true })
          await take(file, places.get(f.path) ?? fail(), { sha256: f.sha256, to, signal: c.signal })
          // bin/ and cni/ contain programs. (The maker of the tar chose its modes, so they do not count.)
          if (/^(?:bin|cni)\//.test(f.path)) await chmod(to, 0o755)
        }
        await writeBundleManifest(out, manifest)
      })
    },
    { ...(c.signal && { signal: c.signal }), onWait: c.report },
  )
  return { dir, key, manifest: await readManifest(dir), cached }
}

function fail(): never {
  throw new TypeError('no such entry')
}
