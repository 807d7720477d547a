/** The parts of a bundle. Each is downloaded or compiled at most once, and not at all if it is in the cache. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError, HostError } from '../../errors.js'
import type { Digest } from '../../host/digest.js'
import { openApt, packageOf, type Apt } from '../source/apt.js'
import { buildProgram, programKey, unpackGo, type Toolchain } from '../source/go.js'
import type { ImageParts } from './images.js'
import { sideBySide, timed, type BuildContext } from '../jobs.js'
import { compileKubernetes, kubernetesKey } from './kubernetes.js'
import type { GoProgram, DebianRecipe } from './recipe.js'

/** Everything a bundle is assembled from. */
export interface Parts extends ImageParts {
  readonly crictl: string
  /** Folder with the CNI plugins. */
  readonly cni: string
  /** Part → where it came from. */
  readonly provenance: Readonly<Record<string, string>>
}

type Provenance = Record<string, string>

/** A layer that also keeps where its files came from. */
async function layerWith(
  c: BuildContext,
  key: Digest,
  name: string,
  make: (dir: string) => Promise<string>,
): Promise<{ dir: string; origin: string }> {
  const options = { ...(c.signal && { signal: c.signal }), onWait: c.report }
  const fill = async (dir: string): Promise<void> => {
    const origin = await timed(c, name, () => make(dir))
    await writeFile(join(dir, 'origin'), origin)
  }
  const dir = await c.layers.build(key, fill, options)
  return { dir, origin: await readFile(join(dir, 'origin'), 'utf8') }
}

/** Calls `make` only when it is first used. */
function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

/** Gets all parts below `work`; logs go to `logs`. Throws HostError, CommandError, Interrupted. */
export async function getParts(
  c: BuildContext,
  r: DebianRecipe,
  { arch, work, logs }: { readonly arch: string; readonly work: string; readonly logs: string },
): Promise<Parts> {
  const apt = await timed(c, 'package lists', () =>
    openApt({
      exec: c.exec,
      dir: join(work, 'apt'),
      arch,
      suites: r.suites,
      ...(c.signal && { signal: c.signal }),
      ...(c.etcApt !== undefined && { etc: c.etcApt }),
    }),
  )
  const provenance: Provenance = {}
  const files: Record<string, string> = {}
  let baseDebs: readonly string[] = []

  const tools = lazy(async (): Promise<Toolchain> => {
    const debs = await apt.download([`golang-${r.go}-go`, `golang-${r.go}-src`])
    return timed(c, `Go ${r.go}`, () =>
      unpackGo(c.exec, debs, { release: r.go, dir: join(work, 'go'), cache: join(work, 'gocache'), signal: c.signal }),
    )
  })
  const program = async (inner: BuildContext, p: GoProgram): Promise<void> => {
    const { dir, origin } = await layerWith(inner, await programKey(c.assets, p, r.go, arch), p.name, async (out) => {
      await buildProgram(inner, p, {
        tools: await tools(),
        work,
        out: join(out, p.name),
        log: join(logs, `${p.name}.log`),
      })
      return `${p.package === '.' ? `klab ${p.name}` : p.package} ${p.version}, Go ${r.go}`
    })
    files[p.name] = join(dir, p.name)
    provenance[p.name] = origin
  }

  await sideBySide(c, [
    async (inner) => {
      const { dir, origin } = await layerWith(inner, kubernetesKey(r, arch), 'kubernetes', async (out) => {
        const dsc = await apt.source('kubernetes')
        await compileKubernetes(inner, r, { dsc, tools: await tools(), work, out, log: join(logs, 'kubernetes.log') })
        return `Debian source package kubernetes ${packageOf(dsc).version}, Go ${r.go}`
      })
      files['kubernetes'] = dir
      provenance['kubernetes'] = origin
    },
    // One after the other: the big compile uses the second core, and three more at once would only take memory.
    async (inner) => {
      baseDebs = await fromPackages(inner, r, { apt, work, files, provenance })
      for (const p of [r.crictl, r.coredns, r.flannel]) await program(inner, p)
    },
  ])
  const file = (name: string): string => files[name] ?? missing(name)
  return {
    kubernetes: file('kubernetes'),
    coredns: file('coredns'),
    flanneld: file('flannel'),
    crictl: file('crictl'),
    pause: file('pause'),
    etcd: file('etcd'),
    etcdctl: file('etcdctl'),
    cni: file('cni'),
    baseDebs,
    provenance,
  }
}

/**
 * The parts that need no compile: etcd, CNI plugins and the small Debian root; and pause, which takes no time. Fills
 * `files` and `provenance`; returns the root's packages.
 */
async function fromPackages(
  c: BuildContext,
  r: DebianRecipe,
  {
    apt,
    work,
    files,
    provenance,
  }: {
    readonly apt: Apt
    readonly work: string
    readonly files: Record<string, string>
    readonly provenance: Provenance
  },
): Promise<readonly string[]> {
  const stop = c.signal ? { signal: c.signal } : {}
  const base = await timed(c, 'packages', async () => {
    // Debian 11's plugins are the last ones with flannel's.
    const ready = await apt.download(['etcd-server', 'etcd-client', `containernetworking-plugins/${r.suites[1] ?? ''}`])
    const dir = join(work, 'ready')
    await mkdir(dir, { recursive: true })
    for (const deb of ready) await c.exec.run(['dpkg-deb', '--extract', deb, dir], stop)
    const closure = await apt.closure(['iptables', 'ipset', 'conntrack', 'kmod', 'busybox'])
    for (const p of [...ready, ...closure].map(packageOf)) provenance[`debian/${p.name}`] = p.version
    Object.assign(files, {
      etcd: join(dir, 'usr/bin/etcd'),
      etcdctl: join(dir, 'usr/bin/etcdctl'),
      cni: join(dir, 'usr/lib/cni'),
    })
    return closure
  })
  const pause = join(work, 'pause')
  await c.exec.run(
    ['gcc', '-static', '-Os', '-s', '-o', pause, join(c.assets, 'cloud-init', 'bundle', 'pause', 'pause.c')],
    stop,
  )
  files['pause'] = pause
  provenance['pause'] = 'klab pause.c'
  return base
}

function missing(name: string): never {
  throw new CorruptError(`the bundle's ${name} was not made`, { hint: 'klab bundle build' })
}

/** Host tools that a build calls, each with the Debian package it is in. */
export const BUNDLE_TOOLS: readonly { readonly tool: string; readonly package: string }[] = [
  { tool: 'apt-get', package: 'apt' },
  { tool: 'dpkg-source', package: 'dpkg-dev' },
  { tool: 'gcc', package: 'build-essential' },
  { tool: 'make', package: 'make' },
  { tool: 'patch', package: 'patch' },
  { tool: 'rsync', package: 'rsync' },
  { tool: 'tar', package: 'tar' },
  { tool: 'xorriso', package: 'xorriso' },
  { tool: 'xz', package: 'xz-utils' },
]

/** Throws HostError that names every missing tool. */
export async function requireTools(c: BuildContext): Promise<void> {
  const found = await Promise.all(BUNDLE_TOOLS.map(async (t) => ({ ...t, at: await c.exec.which(t.tool) })))
  const lost = found.filter((t) => t.at === undefined)
  if (lost.length === 0) return
  throw new HostError(`building a bundle needs ${lost.map((t) => t.tool).join(', ')}`, {
    hint: `sudo apt-get install ${lost.map((t) => t.package).join(' ')}`,
  })
}
