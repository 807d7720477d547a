/**
 * Kubernetes' own Debian packages on the course's mirror (2.5 has the same ones as RPMs): kubeadm, kubelet, kubectl,
 * CNI plugins, crictl.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { CorruptError, StateError } from '../../errors.js'
import type { Mirrors } from '../../labfile/model.js'
import { download, progressLines } from '../../cache/download.js'
import { fetchSmall } from '../../cache/http.js'
import { packageIndex } from './addresses.js'
import { checkedProgram, isPlugin } from '../dir/folder.js'
import type { BuildContext } from '../jobs.js'
import { english } from '../../words/say.js'

const MAX_INDEX = 16 * 2 ** 20
/** Unpacked; the old repository's index of 2023 has 1 MB. */
const MAX_INDEX_TEXT = 128 * 2 ** 20

/** An entry of a Packages index (Debian policy, "Binary package control files"). */
export interface Package {
  readonly name: string
  readonly version: string
  readonly file: string
  readonly sha256: string
}

/** The entries for an architecture that have a file and its sum. */
export function parsePackageIndex(text: string, arch: string): readonly Package[] {
  return text.split(/\n\s*\n/).flatMap((block) => {
    const field = (name: string): string => new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(block)?.[1] ?? ''
    const sha256 = field('SHA256').toLowerCase()
    const [name, version, file] = [field('Package'), field('Version'), field('Filename').replace(/^\.\//, '')]
    const fits = [arch, 'all'].includes(field('Architecture'))
    // A file name is added to an address, so it must not lead out of it.
    const safe = /^[\w.+~:/-]+$/.test(file) && !file.split('/').includes('..') && !file.startsWith('/')
    return fits && safe && name !== '' && /^[0-9a-f]{64}$/.test(sha256) ? [{ name, version, file, sha256 }] : []
  })
}

const numbers = (version: string): readonly number[] => version.split(/\D+/).map(Number)

/** Newer versions sort last. */
function compare(a: Package, b: Package): number {
  const [x, y] = [numbers(a.version), numbers(b.version)]
  const at = x.findIndex((n, i) => n !== y[i])
  return at < 0 ? x.length - y.length : (x[at] ?? 0) - (y[at] ?? -1)
}

/**
 * The packages of a Kubernetes version: its own three; the newest plugins that still have `flannel` (before 1.0),
 * otherwise the newest; a crictl that is not newer. Throws StateError that names the missing ones.
 */
export function choosePackages(all: readonly Package[], version: string): readonly Package[] {
  const of = (name: string): readonly Package[] => all.filter((p) => p.name === name).toSorted(compare)
  const exact = (name: string): Package | undefined => of(name).findLast((p) => p.version.startsWith(`${version}-`))
  const minor = numbers(version)[1] ?? 0
  const plugins = of('kubernetes-cni')
  const tools = of('cri-tools')
  const chosen = {
    [`kubeadm ${version}`]: exact('kubeadm'),
    [`kubelet ${version}`]: exact('kubelet'),
    [`kubectl ${version}`]: exact('kubectl'),
    'kubernetes-cni': plugins.findLast((p) => p.version.startsWith('0.')) ?? plugins.at(-1),
    'cri-tools': tools.findLast((p) => (numbers(p.version)[1] ?? 0) <= minor) ?? tools[0],
  }
  const lost = Object.entries(chosen).flatMap(([name, found]) => (found ? [] : [name]))
  if (lost.length > 0)
    throw new StateError(english('the package mirror has no {packages}', { packages: lost.join(', ') }), {
      hint: english('choose another kubernetes.version'),
    })
  return Object.values(chosen).flatMap((p) => p ?? [])
}

/** Downloads and unpacks them below `work`. Returns the folder with their file tree, and where each part came from. */
export async function fetchPackages(
  c: BuildContext,
  {
    mirrors,
    version,
    arch,
    work,
  }: { readonly mirrors: Mirrors; readonly version: string; readonly arch: string; readonly work: string },
): Promise<{ readonly tree: string; readonly provenance: Readonly<Record<string, string>> }> {
  const stop = c.signal ? { signal: c.signal } : {}
  const { index, root } = packageIndex(mirrors, numbers(version)[1] ?? 0, arch)
  const packed = await fetchSmall({ url: index, clock: c.clock, ...stop }, MAX_INDEX)
  const tree = join(work, 'packages')
  const provenance: Record<string, string> = {}
  for (const p of choosePackages(parsePackageIndex(unpackIndex(packed, index), arch), version)) {
    const url = `${root}/${p.file}`
    const hint = 'the mirror does not agree with its own index: try later, or another mirror'
    const deb = await download({
      ...stop,
      url,
      sum: p.sha256,
      hint,
      dir: c.downloadsDir,
      exec: c.exec,
      clock: c.clock,
      onProgress: progressLines(c.report, p.name),
    })
    await c.exec.run(['dpkg-deb', '--extract', deb, tree], stop)
    provenance[p.name] = `${url} ${p.version} sha256:${p.sha256}`
  }
  return { tree, provenance }
}

function unpackIndex(packed: Buffer, url: string): string {
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_INDEX_TEXT }).toString('utf8')
  } catch (cause) {
    throw new CorruptError(english('{url}: is not a gzipped index', { url }), {
      hint: english('check kubernetes.bundle.mirrors.packages in the Labfile'),
      cause,
    })
  }
}

/** Name → path of the files in a folder. */
export async function filesIn(dir: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(dir, { withFileTypes: true })
  return new Map(entries.filter((e) => e.isFile()).map((e) => [e.name, join(dir, e.name)]))
}

/**
 * The CNI plugins among the files of a folder (LICENSE and README.md are beside them). Throws CorruptError for one that
 * is for another machine.
 */
export async function pluginsIn(dir: string, arch: string): Promise<ReadonlyMap<string, string>> {
  const found = [...(await filesIn(dir))].filter(([name]) => isPlugin(name))
  return new Map(
    await Promise.all(found.map(async ([name, path]) => [name, await checkedProgram(path, arch)] as const)),
  )
}
