/** The components and packages of a recipe, each from the cache or made. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError, HostError } from '../../errors.js'
import { removeTree } from '../../host/tree.js'
import { openApt, packageOf, type Apt } from './apt.js'
import { unpackGo, type Toolchain } from './go.js'
import { timed, type BuildContext } from '../jobs.js'
import { compileComponent } from './compile.js'
import { componentKey, type Component } from './component.js'
import { requireDisk } from './limits.js'
import type { SourceRecipe } from './lines.js'
import { requireSourceTools } from './tools.js'
import { english } from '../../words/say.js'

/** A recipe with its components read. */
export interface BuildPlan {
  readonly recipe: SourceRecipe
  /** By their role in the recipe: `kubernetes`, `calico`. Only those that this bundle needs. */
  readonly components: ReadonlyMap<string, Component>
}

/** What images and bundle are made of. */
export interface Gathered {
  /** Role → folder with its programs. */
  readonly folders: ReadonlyMap<string, string>
  /** Packages of the small Debian root. */
  readonly root: readonly string[]
  readonly provenance: Readonly<Record<string, string>>
}

/** Folders of one build. */
export interface Places {
  /** Gone afterwards. */
  readonly work: string
  readonly logs: string
  /** Downloads and compiled parts. An interrupted build continues from them. */
  readonly cache: string
}

/**
 * Gets everything. Throws HostError (tools, disk, no such Go, a module that is refused), CorruptError (sums),
 * CommandError, Interrupted.
 */
export async function gather(c: BuildContext, plan: BuildPlan, arch: string, places: Places): Promise<Gathered> {
  const { work } = places
  await requireSourceTools(c.exec)
  const missing: Component[] = []
  for (const k of plan.components.values())
    if ((await c.layers.get(componentKey(k, arch))) === undefined) missing.push(k)
  await requireDisk(c.workDir, missing)
  const suites = [plan.recipe.root.suite, ...missing.map((k) => k.go.suite)]
  const apt = await timed(c, 'package lists', () =>
    openApt({
      exec: c.exec,
      dir: join(work, 'apt'),
      arch,
      suites: [...new Set(suites)],
      release: plan.recipe.root.suite,
      ...(c.signal && { signal: c.signal }),
      ...(c.etcApt !== undefined && { etc: c.etcApt }),
    }),
  )
  const provenance: Record<string, string> = {}
  const folders = new Map<string, string>()
  const root = await timed(c, 'packages', () => apt.closure(plan.recipe.root.packages))
  for (const p of root.map(packageOf)) provenance[`debian/${p.name}`] = p.version
  folders.set('pause', await pause(c, work))
  provenance['pause'] = 'klab pause.c'
  const tools = toolchains(c, apt, work)
  for (const [role, k] of plan.components) {
    const dir = await componentLayer(c, k, { arch, tools, places })
    folders.set(role, dir)
    provenance[role] = await readFile(join(dir, 'origin'), 'utf8')
  }
  return { folders, root, provenance }
}

async function componentLayer(
  c: BuildContext,
  k: Component,
  {
    arch,
    tools,
    places: { logs, cache },
  }: { readonly arch: string; readonly tools: (k: Component) => Promise<Toolchain>; readonly places: Places },
): Promise<string> {
  const own = join(cache, k.name)
  const fill = async (out: string): Promise<void> => {
    const go = await tools(k)
    const compile = {
      component: k,
      tools: go,
      cache: own,
      objects: join(cache, `objects-${k.go.line}`),
      log: join(logs, `${k.name}.log`),
    }
    await timed(c, k.name, () => compileComponent(c, compile, out))
    await writeFile(join(out, 'origin'), `${k.name} (${Object.values(k.programs).length} programs), Go ${k.go.line}`)
  }
  const dir = await c.layers.build(componentKey(k, arch), fill, {
    ...(c.signal && { signal: c.signal }),
    onWait: c.report,
  })
  // The others cannot use its modules, but they can use its objects of the standard library.
  await removeTree(c.exec, own)
  return dir
}

/** The Go of a component's line, unpacked when it is first used. Throws HostError if its Debian release has none. */
function toolchains(c: BuildContext, apt: Apt, work: string): (k: Component) => Promise<Toolchain> {
  const lines = new Map<string, Toolchain>()
  return async ({ name, go: { line, suite } }) => {
    const there = lines.get(line)
    if (there) return there
    const debs = await apt
      .download([`golang-${line}-go/${suite}`, `golang-${line}-src/${suite}`])
      .catch((cause: unknown) => {
        if (!(cause instanceof CommandError)) throw cause
        throw new HostError(
          english('{name} is built with Go {go}, and this machine’s Debian mirror has none in {suite}', {
            name,
            go: line,
            suite,
          }),
          {
            cause,
            hint: english('choose a mirror that carries {suite}, or another kubernetes.version or kubernetes.bundle', {
              suite,
            }),
          },
        )
      })
    const dir = join(work, `go-${line}`)
    const tools = await timed(c, `Go ${line}`, () =>
      unpackGo(c.exec, debs, { release: line, dir, cache: dir, signal: c.signal }),
    )
    lines.set(line, tools)
    return tools
  }
}

/** pause, which takes no time to compile. */
async function pause(c: BuildContext, work: string): Promise<string> {
  const dir = join(work, 'pause')
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  const source = join(c.assets, 'cloud-init', 'bundle', 'pause', 'pause.c')
  await c.exec.run(
    ['gcc', '-static', '-Os', '-s', '-o', join(dir, 'pause'), source],
    c.signal ? { signal: c.signal } : {},
  )
  return dir
}
