/** The Go release that a component's dependencies were written for, from Debian's packages. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostExec } from '../../host/types.js'
import { digestOf } from '../../host/digest.js'

/** Our own Go: its environment replaces the machine's, whose settings may be for a newer Go. */
export interface Toolchain {
  readonly env: Readonly<Record<string, string>>
}

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

/** Text of each file in a folder, by name. */
export async function folderDigest(dir: string): Promise<string> {
  const names = (await readdir(dir)).sort()
  return digestOf(await Promise.all(names.map(async (name) => [name, await readFile(join(dir, name), 'utf8')])))
}
