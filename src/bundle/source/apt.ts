/**
 * Gets packages from the machine's own Debian mirror, without root and without touching the machine's apt: lists, cache
 * and status are private.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HostError } from '../../errors.js'
import { LONG_MS } from '../../host/limits.js'
import { readText } from '../../host/files.js'
import type { HostExec } from '../../host/types.js'
import {
  networkSettings,
  parseDeb822,
  parseSourcesList,
  pickMirror,
  sourcesText,
  type Mirror,
} from '../../host/apt-sources.js'
import { english } from '../../words/say.js'

export interface Apt {
  /**
   * Downloads these packages (`name`, `name=version`, `name/release`) without their dependencies. Returns the .deb
   * files.
   */
  download(packages: readonly string[]): Promise<readonly string[]>
  /** Downloads these and all their dependencies (no recommended ones). */
  closure(packages: readonly string[]): Promise<readonly string[]>
}

export interface AptOptions {
  readonly exec: HostExec
  /** Private folder; lists and packages come into it. */
  readonly dir: string
  readonly arch: string
  readonly suites: readonly string[]
  /**
   * If there are several suites: the one whose packages are used unless another is named; default: the newest version
   * wins.
   */
  readonly release?: string
  readonly signal?: AbortSignal
  /** /etc/apt unless told. */
  readonly etc?: string
}

/** The mirror in this machine's own sources. Throws HostError if none of them is a Debian release. */
export async function hostMirror(etc = '/etc/apt'): Promise<Mirror> {
  const folder = join(etc, 'sources.list.d')
  const names = await readdir(folder).catch((): string[] => [])
  const files = [join(etc, 'sources.list'), ...names.sort().map((n) => join(folder, n))]
  const sources = await Promise.all(
    files.map(async (file) =>
      (file.endsWith('.sources') ? parseDeb822 : parseSourcesList)((await readText(file)) ?? ''),
    ),
  )
  const mirror = pickMirror(sources.flat())
  if (mirror) return mirror
  throw new HostError(english('no Debian mirror in {dir}/sources.list or sources.list.d', { dir: etc }), {
    hint: english(
      'build the bundle on a Debian machine and name its folder in the Labfile: kubernetes.bundle: {dir: …}',
    ),
  })
}

/**
 * Text of the configuration that replaces the machine's. Only its network settings are kept (its hooks would change its
 * own cache).
 */
export function aptConfig(dir: string, arch: string, network: readonly string[], release?: string): string {
  const set: Readonly<Record<string, string>> = {
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': '/dev/null',
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': join(dir, 'sources'),
    'Dir::State': join(dir, 'state'),
    'Dir::State::status': join(dir, 'state', 'status'),
    'Dir::Cache': join(dir, 'cache'),
    'APT::Architecture': arch,
    'APT::Install-Recommends': 'false',
    // As root, apt switches to another user, who may not enter our folder.
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    ...(release !== undefined && { 'APT::Default-Release': release }),
    // Nothing is installed, and the locks are in folders that only root may write.
    'Debug::NoLocking': 'true',
  }
  const own = Object.entries(set).map(([key, value]) => `${key} "${value}";`)
  return [...network, ...own, `APT::Architectures { "${arch}"; };`, ''].join('\n')
}

/** Prepares the private apt and downloads the package lists (6 s). Throws HostError, CommandError, Interrupted. */
export async function openApt(o: AptOptions): Promise<Apt> {
  const mirror = await hostMirror(o.etc)
  for (const path of ['sources', 'state/lists/partial', 'cache/archives/partial'])
    await mkdir(join(o.dir, path), { recursive: true })
  const stop = o.signal ? { signal: o.signal } : {}
  const dump = await o.exec.run(['apt-config', 'dump', 'Acquire'], stop)
  const config = join(o.dir, 'apt.conf')
  await writeFile(config, aptConfig(o.dir, o.arch, networkSettings(dump.stdout), o.release))
  await writeFile(join(o.dir, 'sources', 'klab.sources'), sourcesText(mirror, o.suites))
  await writeFile(join(o.dir, 'state', 'status'), '')
  const run = (args: readonly string[], cwd = o.dir) =>
    o.exec.run(['apt-get', '--quiet', ...args], { ...stop, timeoutMs: LONG_MS, cwd, env: { APT_CONFIG: config } })
  await run(['--error-on=any', 'update'])

  let count = 0
  const folder = async (): Promise<string> => {
    const dir = join(o.dir, `packages-${++count}`)
    await mkdir(join(dir, 'partial'), { recursive: true })
    return dir
  }
  const debs = async (dir: string): Promise<readonly string[]> =>
    (await readdir(dir)).filter((n) => n.endsWith('.deb')).sort().map((n) => join(dir, n)) // prettier-ignore

  return {
    download: async (packages) => {
      const dir = await folder()
      await run(['download', ...packages], dir)
      return debs(dir)
    },
    closure: async (packages) => {
      const dir = await folder()
      await run(['--option', `Dir::Cache::archives=${dir}`, '--yes', '--download-only', 'install', ...packages])
      return debs(dir)
    },
  }
}

/** Name and version of a package file, as apt names it: `etcd-server_3.4.23-4+b4_amd64.deb`. */
export function packageOf(file: string): { readonly name: string; readonly version: string } {
  const [name = '', version = ''] = (file.split('/').at(-1) ?? '').replace(/\.deb$/, '').split('_')
  return { name, version: decodeURIComponent(version) }
}
