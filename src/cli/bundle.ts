/** `klab bundle build|list|verify|export|import`. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { BuiltBundle } from '../bundle/debian/build.js'
import { buildContext, listBundles, makeBundle } from '../bundle/ensure.js'
import type { BuildContext } from '../bundle/jobs.js'
import { exportBundle, importBundle, verifyExport } from '../bundle/archive/transfer.js'
import { bundleGaps } from '../bundle/completeness.js'
import { CorruptError, UsageError } from '../errors.js'
import { readLab } from '../lab/open.js'
import { bundleContext } from '../node-image/artifacts.js'
import { columns } from '../report/columns.js'
import { verifyBundle } from '../bundle/manifest.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'

const MIB = 1024 ** 2
const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`

const progress = (app: App) => (line: string) => void app.stderr.write(`${line}\n`)

/** The Labfile's bundle, made if need be; undefined for plain VMs. */
async function make(app: App, args: Args): Promise<{ bundle: BuiltBundle | undefined; c: BuildContext }> {
  const { lab } = await readLab(app.env, args.file)
  const world = await app.world(lab)
  const c = bundleContext(world, progress(app))
  return { bundle: lab.kubernetes && (await makeBundle(lab.kubernetes, c)), c: buildContext(c) }
}

async function build(app: App, args: Args): Promise<number> {
  const { bundle } = await make(app, args)
  if (args['json']) printJson(app, bundle ? { key: bundle.key, dir: bundle.dir, cached: bundle.cached } : null)
  else app.stdout.write(bundle ? `${bundle.dir}\n` : 'the Labfile wants no Kubernetes: no bundle\n')
  return 0
}

async function list(app: App, args: Args): Promise<number> {
  const world = await app.world(undefined)
  const found = await listBundles(world.layers)
  if (args['json']) printJson(app, found)
  else {
    const rows = found.map((b) => [b.key.slice(0, 12), b.manifest.source, b.manifest.kubernetes, mib(b.bytes), b.dir])
    app.stdout.write(columns([['KEY', 'SOURCE', 'KUBERNETES', 'SIZE', 'FOLDER'], ...rows]))
  }
  return 0
}

interface Verified {
  readonly dir: string
  readonly key?: string
  readonly problems: readonly string[]
}

/** Every sum of a folder, and whether it has the images that its kubeadm and its pod networks ask for. */
async function verifyFolder(app: App, dir: string): Promise<Verified> {
  const { manifest, problems } = await verifyBundle(dir)
  const cni = manifest.files.flatMap((f) => /^manifests\/(.+)\.yaml$/.exec(f.path)?.[1] ?? [])
  const gaps =
    problems.length > 0
      ? []
      : await bundleGaps(dir, manifest, cni, { exec: app.host, report: progress(app), signal: app.signal })
  return { dir, problems: [...problems, ...gaps.map((g) => `lacks ${g}`)] }
}

/** An exported file or a folder, or every bundle in the cache, against its manifest. Throws CorruptError. */
async function verify(app: App, args: Args, path: string | undefined): Promise<number> {
  const checked: Verified[] = []
  if (path === undefined) {
    const world = await app.world(undefined)
    for (const b of await listBundles(world.layers)) checked.push({ ...(await verifyFolder(app, b.dir)), key: b.key })
  } else {
    const at = resolve(app.env.cwd, path)
    const s = await stat(at).catch(() => undefined)
    if (!s)
      throw new UsageError(`${path}: no such file or folder`, {
        hint: 'klab bundle verify checks what is in the cache',
      })
    if (s.isDirectory()) checked.push(await verifyFolder(app, at))
    else {
      await verifyExport(at, app.signal)
      checked.push({ dir: at, problems: [] })
    }
  }
  if (args['json']) printJson(app, checked)
  else for (const b of checked) app.stdout.write(`${b.dir}: ${b.problems.length ? b.problems.join('; ') : 'ok'}\n`)
  const damaged = checked.filter((b) => b.problems.length > 0)
  if (damaged.length === 0) return 0
  const hint =
    path === undefined ? `rm -r ${damaged.map((b) => b.dir).join(' ')}; klab bundle build` : 'get the bundle again'
  throw new CorruptError(`${damaged.length} of ${checked.length} bundles are damaged`, { hint })
}

async function exportTo(app: App, args: Args, path: string): Promise<number> {
  const { bundle, c } = await make(app, args)
  if (!bundle)
    throw new UsageError('the Labfile wants no Kubernetes: there is no bundle to export', {
      hint: 'klab -f LABFILE bundle export FILE',
    })
  const made = await exportBundle(bundle, resolve(app.env.cwd, path), c)
  if (args['json']) printJson(app, made)
  else app.stdout.write(`${made.file}  ${mib(made.bytes)}\nsha256 ${made.sha256}\n`)
  return 0
}

async function importFrom(app: App, args: Args, path: string): Promise<number> {
  const expected = args['sha256'] as string | undefined
  if (expected !== undefined && !/^[0-9a-fA-F]{64}$/.test(expected))
    throw new UsageError('--sha256: must be the 64 hex digits that klab bundle export printed', {
      hint: `klab bundle import ${path} --sha256 …`,
    })
  const world = await app.world(undefined)
  const at = resolve(app.env.cwd, path)
  if (!(await stat(at).catch(() => undefined))?.isFile())
    throw new UsageError(`${path}: no such file`, { hint: 'klab bundle import FILE' })
  const bundle = await importBundle(at, expected?.toLowerCase(), buildContext(bundleContext(world, progress(app))))
  if (args['json'])
    printJson(app, { key: bundle.key, dir: bundle.dir, cached: bundle.cached, kubernetes: bundle.manifest.kubernetes })
  else {
    const state = bundle.cached ? 'was there already' : 'imported'
    app.stdout.write(
      `Kubernetes ${bundle.manifest.kubernetes} from ${bundle.manifest.source}: ${state}\n${bundle.dir}\n`,
    )
    app.stderr.write(`labs with the Labfile it was made for use it; others name it: bundle: {dir: ${bundle.dir}}\n`)
  }
  return 0
}

/** Does what the action says. Throws UsageError when its file is not named. */
export async function runBundle(app: App, args: Args): Promise<number> {
  const path = args['path'] as string | undefined
  const action = String(args['action'])
  if (path === undefined && (action === 'export' || action === 'import'))
    throw new UsageError(`bundle ${action}: name a file`, { hint: `klab bundle ${action} bundle.tar` })
  if (path !== undefined && (action === 'build' || action === 'list'))
    throw new UsageError(`bundle ${action}: takes no file`, { hint: `klab bundle ${action}` })
  switch (action) {
    case 'build':
      return build(app, args)
    case 'list':
      return list(app, args)
    case 'export':
      return exportTo(app, args, path ?? '')
    case 'import':
      return importFrom(app, args, path ?? '')
    default:
      return verify(app, args, path)
  }
}
