/** Compiles Go programs with the Go release that their dependencies were written for. */
import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostExec } from '../../host/types.js'
import { digestOf } from '../../host/digest.js'
import { runLogged, type BuildContext } from '../jobs.js'
import type { GoProgram } from '../debian/recipe.js'

/** Our own Go: its environment replaces the machine's, whose settings may be for a newer Go. */
export interface Toolchain {
  readonly env: Readonly<Record<string, string>>
}

/** Raise this number if the way Go programs are compiled changes. */
const FORMAT = 1

/** How modules are reached: the settings of the machine's own Go, as `go env -json` prints them. */
const NETWORK = ['GOPROXY', 'GOSUMDB', 'GOPRIVATE', 'GONOPROXY', 'GONOSUMDB', 'GOINSECURE']

/** Unpacks Go from Debian's packages into `dir`; `cache` holds modules and objects. */
export async function unpackGo(
  exec: HostExec,
  debs: readonly string[],
  {
    release,
    dir,
    cache,
    signal,
  }: {
    readonly release: string
    readonly dir: string
    readonly cache: string
    readonly signal?: AbortSignal | undefined
  },
): Promise<Toolchain> {
  const stop = signal ? { signal } : {}
  for (const deb of debs) await exec.run(['dpkg-deb', '--extract', deb, dir], stop)
  const root = join(dir, 'usr/lib', `go-${release}`)
  const go = (await exec.which('go')) ?? join(root, 'bin/go')
  const shown = await exec.run([go, 'env', '-json', ...NETWORK], { ...stop, cwd: dir })
  const network = Object.entries(JSON.parse(shown.stdout) as Record<string, string>).filter(([, value]) => value !== '')
  return {
    env: {
      ...Object.fromEntries(network),
      GOROOT: root,
      PATH: `${root}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      GOENV: 'off',
      GO111MODULE: 'on',
      GOFLAGS: '',
      GOPATH: join(cache, 'path'),
      GOCACHE: join(cache, 'objects'),
    },
  }
}

const folderOf = (assets: string, p: GoProgram): string =>
  join(assets, 'cloud-init', 'bundle', 'components', `${p.name}-${p.version.slice(1)}`)

/** Digest of all that shapes a program: its pins and source, flags, the Go release. */
export async function programKey(assets: string, p: GoProgram, go: string, arch: string): Promise<string> {
  return digestOf({
    format: FORMAT,
    kind: 'go-program',
    program: p,
    go,
    arch,
    files: await folderDigest(folderOf(assets, p)),
  })
}

/** Text of each file in a folder, by name. */
export async function folderDigest(dir: string): Promise<string> {
  const names = (await readdir(dir)).sort()
  return digestOf(await Promise.all(names.map(async (name) => [name, await readFile(join(dir, name), 'utf8')])))
}

/**
 * Compiles a program into `out`. Modules are checked against the go.sum beside its go.mod, whatever the machine's
 * settings for sum databases are.
 */
export async function buildProgram(
  c: BuildContext,
  p: GoProgram,
  {
    tools,
    work,
    out,
    log,
  }: { readonly tools: Toolchain; readonly work: string; readonly out: string; readonly log: string },
): Promise<void> {
  const dir = join(work, p.name)
  await cp(folderOf(c.assets, p), dir, { recursive: true })
  // Without netgo and osusergo a static program would load the libraries of another glibc at run time.
  const argv = [
    'go',
    'build',
    '-mod=readonly',
    '-modcacherw',
    '-trimpath',
    '-tags',
    'netgo,osusergo',
    '-ldflags',
    p.ldflags,
    '-o',
    out,
    p.package,
  ]
  await runLogged(c, argv, log, { cwd: dir, env: { ...tools.env, CGO_ENABLED: p.cgo ? '1' : '0' } })
}
