/**
 * Compiles one component: downloads its modules, checks them against its sums, and builds. Reports how many of the
 * packages are done.
 */
import { appendFile, copyFile, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError } from '../../errors.js'
import { readText } from '../../host/files.js'
import { removeTree } from '../../host/tree.js'
import type { Toolchain } from './go.js'
import { runLogged, type BuildContext } from '../jobs.js'
import { linkerFlags, toolsFile, type Component } from './component.js'
import { explainGo } from './go-errors.js'
import { share } from './limits.js'
import { generateOpenapi } from './openapi.js'
import { english } from '../../words/say.js'

/** What a compile works with. */
export interface Compile {
  readonly component: Component
  readonly tools: Toolchain
  /** Folder of modules. What an interrupted compile has downloaded stays there, and the next one continues from it. */
  readonly cache: string
  /** The same for compiled packages; components with the same Go line share them. */
  readonly objects: string
  readonly log: string
}

/** Matches a line of `go build -v`: the import path of a package that is being compiled. `unsafe` is never compiled. */
const PACKAGE = /^[\w.~+-]+(?:\/[\w.~+-]+)*$/
/** ms between two lines of progress. */
const EVERY = 10_000

/**
 * Compiles the component's programs into `out`, with the files of its modules. Throws HostError, CorruptError (sums),
 * CommandError (the hint names the log), Interrupted.
 */
export async function compileComponent(
  c: BuildContext,
  { component, tools, cache, objects, log }: Compile,
  out: string,
): Promise<void> {
  const dir = join(cache, 'module')
  await removeTree(c.exec, dir)
  await mkdir(dir, { recursive: true })
  for (const [name, text] of Object.entries(component.sources))
    if (name !== 'component.yaml') await writeFile(join(dir, name), text)
  const paths = Object.values(component.programs)
  if (!paths.includes('.')) await writeFile(join(dir, 'tools.go'), toolsFile(component))
  const { jobs, memoryLimit } = share()
  const env = {
    ...tools.env,
    GOTOOLCHAIN: 'local',
    GOFLAGS: '-modcacherw',
    GOMEMLIMIT: memoryLimit,
    CGO_ENABLED: component.cgo ? '1' : '0',
    GOPATH: join(cache, 'path'),
    GOCACHE: objects,
  }
  const onLines = { cwd: dir, env }
  const go = async (args: readonly string[], onLine?: (line: string) => void): Promise<string> =>
    (
      await runLogged(c, ['go', ...args], log, { ...onLines, ...(onLine && { onLine }) }).catch((e: unknown) =>
        explainGo(component.name, e),
      )
    ).stdout

  c.report(`${component.name}: modules`)
  const vendor = component.openapi !== undefined
  if (vendor) await go(['mod', 'vendor'])
  const from = `-mod=${vendor ? 'vendor' : 'readonly'}`
  if (component.openapi !== undefined)
    await generateOpenapi(component.openapi, dir, go, (argv) => runLogged(c, argv, log, onLines))
  const packages = (await go(['list', from, '-deps', ...paths]))
    .split('\n')
    .filter((line) => PACKAGE.test(line) && line !== 'unsafe')
  await requireSameSums(component, dir)

  const [only] = Object.keys(component.programs)
  const single = only !== undefined && paths.length === 1
  const bin = join(cache, 'bin')
  await mkdir(bin, { recursive: true })
  // Without netgo and osusergo a static program would load the libraries of another glibc at run time.
  const tags = ['netgo', 'osusergo', ...component.tags].join(',')
  const flags = [from, '-v', '-trimpath', '-p', String(jobs), '-tags', tags, '-ldflags', linkerFlags(component)]
  await go(
    ['build', ...flags, '-o', single ? join(bin, only) : `${bin}/`, ...paths],
    await progress(c, component.name, packages, cache),
  )
  await requireSameSums(component, dir)
  for (const [name, path] of Object.entries(component.programs))
    await rename(join(bin, single ? name : outputName(path)), join(out, name))
  for (const [name, file] of Object.entries(component.files)) {
    const at = (await go(['list', '-mod=readonly', '-m', '-f', '{{.Dir}}', file.module])).trim()
    await copyFile(join(at, file.path), join(out, name))
  }
}

/** The name that `go build` gives a program: the last part of its path that is no major version (go help build). */
const outputName = (path: string): string =>
  path
    .split('/')
    .filter((part) => !/^v[2-9]\d*$/.test(part))
    .at(-1) ?? path

/** A listener for `go build -v` that reports how many packages are done. Those of an interrupted compile count too. */
async function progress(
  c: BuildContext,
  name: string,
  packages: readonly string[],
  cache: string,
): Promise<(line: string) => void> {
  const list = join(cache, 'compiled')
  const wanted = new Set(packages)
  const done = new Set(((await readText(list)) ?? '').split('\n').filter((line) => wanted.has(line)))
  let told = c.clock.monotonic()
  c.report(`${name}: ${done.size} of ${wanted.size} packages`)
  return (line) => {
    if (!wanted.has(line) || done.has(line)) return
    done.add(line)
    void appendFile(list, `${line}\n`).catch(() => undefined)
    if (c.clock.monotonic() - told < EVERY && done.size < wanted.size) return
    told = c.clock.monotonic()
    c.report(`${name}: ${done.size} of ${wanted.size} packages`)
  }
}

/** Go 1.15 adds what go.sum lacks, and does not refuse it. Throws CorruptError if it did. */
async function requireSameSums(component: Component, dir: string): Promise<void> {
  for (const name of ['go.mod', 'go.sum']) {
    if ((await readText(join(dir, name))) === component.sources[name]) continue
    throw new CorruptError(
      english('the recipe of {component} is not complete: {name} lacks modules that its programs need', {
        component: component.name,
        name,
      }),
      {
        hint: english('install klab again'),
      },
    )
  }
}
