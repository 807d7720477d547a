/** manifest.json of a bundle: what should be in the folder, and whether it is. */
import { lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError } from '../errors.js'
import { readJson, writeAtomic } from '../host/files.js'
import { sha256File, type Digest } from '../host/digest.js'
import { isObject, quoted } from '../host/json.js'
import { english } from '../words/say.js'

export interface BundleFile {
  /** Relative, such as `bin/kubeadm`. */
  readonly path: string
  readonly sha256: Digest
  readonly size: number
}

/** manifest.json of a bundle directory. */
export interface BundleManifest {
  readonly format: 1
  /** `debian`: an earlier klab made such bundles. */
  readonly source: 'debian' | 'source' | 'upstream' | 'aliyun' | 'dir'
  readonly kubernetes: string
  /** Image references in images/k8s.<version>.tar, as kubeadm expects them. */
  readonly images: readonly string[]
  /** Image references in images/k8s.<version>.node.tar. */
  readonly nodeImages: readonly string[]
  /** Where each part came from: package names and versions, module versions. */
  readonly provenance: Readonly<Record<string, string>>
  readonly files: readonly BundleFile[]
}

/** An existing bundle. */
export interface BuiltBundle {
  readonly dir: string
  readonly key: Digest
  readonly manifest: BundleManifest
  /** The cache had it already. */
  readonly cached: boolean
  /** The key of the same bundle without add-ons, if it has some: what is baked into nodes goes by that. */
  readonly plainKey?: Digest
  /** Programs that klab runs on this machine, if not in bin/: copies, for a folder that is used in place. */
  readonly hostBin?: string
}

const NAME = 'manifest.json'
/** Far more than any bundle has. */
const MOST_FILES = 10_000
const SOURCES: readonly unknown[] = [
  'debian',
  'source',
  'upstream',
  'aliyun',
  'dir',
] satisfies readonly BundleManifest['source'][]

/**
 * The bundle's manifest. Throws CorruptError if it is missing, cut, of another format, or names files outside the
 * bundle.
 */
export async function readManifest(dir: string): Promise<BundleManifest> {
  return parseManifest(await readJson(join(dir, NAME)), join(dir, NAME))
}

/** The same for data from elsewhere; `where`: for the message. Throws CorruptError. */
export function parseManifest(data: unknown, where: string): BundleManifest {
  const problem = data === undefined ? 'missing or not JSON' : flaw(data)
  if (problem !== undefined)
    throw new CorruptError(english('{place}: {problem}', { place: where, problem }), { hint: 'klab bundle build' })
  return data as BundleManifest
}

/** Writes manifest.json, 0644. */
export async function writeBundleManifest(dir: string, manifest: BundleManifest): Promise<void> {
  await writeAtomic(join(dir, NAME), `${JSON.stringify(manifest, undefined, 2)}\n`, 0o644)
}

/** Sizes and sums of everything under `dir` except the manifest, sorted by path, for a manifest's `files`. */
export async function listBundleFiles(dir: string): Promise<BundleFile[]> {
  const files: BundleFile[] = []
  for (const path of await walk(dir)) {
    files.push({ path, sha256: await sha256File(join(dir, path)), size: (await stat(join(dir, path))).size })
  }
  return files
}

/**
 * Compares the folder with its manifest: missing, changed and extra files, one sentence each. Opens only plain files.
 * Throws CorruptError if the manifest itself is bad or the folder absurdly large, Interrupted.
 */
export async function verifyBundle(
  dir: string,
  signal?: AbortSignal,
): Promise<{ manifest: BundleManifest; problems: string[] }> {
  const manifest = await readManifest(dir)
  const extra = new Set(await walk(dir))
  const problems: string[] = []
  for (const file of manifest.files) {
    if (!extra.delete(file.path)) problems.push(`${file.path}: missing`)
    else problems.push(...(await compare(dir, file, signal)))
  }
  return { manifest, problems: [...problems, ...[...extra].map((path) => `${path}: not in the manifest`)] }
}

async function compare(dir: string, file: BundleFile, signal?: AbortSignal): Promise<string[]> {
  const path = join(dir, file.path)
  const s = await lstat(path)
  if (!s.isFile()) return [`${file.path}: is ${s.isSymbolicLink() ? 'a link' : 'not a plain file'}`]
  const { size } = s
  if (size !== file.size) return [`${file.path}: ${size} bytes, but the manifest says ${file.size}`]
  const sum = await sha256File(path, signal)
  return sum === file.sha256 ? [] : [`${file.path}: sha256 is ${sum}, but the manifest says ${file.sha256}`]
}

/**
 * Relative paths of everything that is not a folder, sorted. Links count as files, so that a link out of the bundle is
 * always seen.
 */
async function walk(dir: string, under = ''): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(join(dir, under), { withFileTypes: true })) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`
    if (entry.isDirectory()) found.push(...(await walk(dir, path)))
    else if (path !== NAME) found.push(path)
    if (found.length > MOST_FILES)
      throw new CorruptError(english('{dir}: holds more than {maxEntries} files', { dir, maxEntries: MOST_FILES }), {
        hint: english('name the folder of a bundle'),
      })
  }
  return found.sort()
}

/** What is wrong with a manifest, or undefined. Bundles come from other people, so klab checks everything in them. */
function flaw(data: unknown): string | undefined {
  if (!isObject(data) || data['format'] !== 1) return 'not a bundle manifest of format 1'
  if (!SOURCES.includes(data['source'])) return `unknown source ${quoted(data['source'])}`
  if (typeof data['kubernetes'] !== 'string') return 'no Kubernetes version'
  for (const key of ['images', 'nodeImages']) if (!isTexts(data[key])) return `${key} is not a list of names`
  if (!isObject(data['provenance']) || !isTexts(Object.values(data['provenance'])))
    return 'provenance is not a map of texts'
  if (!Array.isArray(data['files'])) return 'no files'
  const bad = data['files'].find((f) => !isFile(f)) as unknown
  return bad === undefined ? undefined : `bad file entry ${quoted(bad)}`
}

const isTexts = (x: unknown): boolean => Array.isArray(x) && x.every((s) => typeof s === 'string')
const isFile = (f: unknown): boolean =>
  isObject(f) &&
  typeof f['path'] === 'string' &&
  !f['path'].includes('\0') &&
  f['path'].split('/').every((part) => part !== '' && part !== '.' && part !== '..') &&
  typeof f['sha256'] === 'string' &&
  /^[0-9a-f]{64}$/.test(f['sha256']) &&
  Number.isSafeInteger(f['size']) &&
  Number(f['size']) >= 0
