/** `klab bundle build|list|verify|export|import|add-images`. */
import { CorruptError } from '../errors.js'
import { columns, heads } from '../report/columns.js'
import { english, say, translated } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type {
  ADD_IMAGES_OPTIONS,
  BUILD_OPTIONS,
  BUNDLE_EXPORT_OPTIONS,
  BUNDLE_IMPORT_OPTIONS,
  BUNDLE_LIST_OPTIONS,
  VERIFY_OPTIONS,
} from './bundle-options.js'
import { labOf, withProgress } from './progress.js'

const MIB = 1024 ** 2
const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`

/** Makes the bundle, or says where it is. */
export async function runBuild(app: App, args: Args<typeof BUILD_OPTIONS>): Promise<number> {
  const { bundles } = await labOf(app, args)
  const bundle = await bundles.build()
  if (args.json) printJson(app, bundle ? { key: bundle.key, dir: bundle.dir, cached: bundle.cached } : null)
  else app.stdout.write(`${bundle ? bundle.dir : say('the Labfile has no Kubernetes, so there is no bundle')}\n`)
  return 0
}

/** Prints the bundles of the cache. */
export async function runBundleList(app: App, args: Args<typeof BUNDLE_LIST_OPTIONS>): Promise<number> {
  const { bundles } = await labOf(app, args)
  const found = await bundles.list()
  if (args.json) printJson(app, found)
  else {
    const rows = found.map((b) => [b.key.slice(0, 12), b.manifest.source, b.manifest.kubernetes, mib(b.bytes), b.dir])
    app.stdout.write(columns([heads('KEY', 'SOURCE', 'KUBERNETES', 'SIZE', 'FOLDER'), ...rows]))
  }
  return 0
}

/** Prints the report, then throws CorruptError if something is damaged. */
export async function runVerify(app: App, args: Args<typeof VERIFY_OPTIONS>): Promise<number> {
  const { bundles } = await labOf(app, args)
  const checked = await bundles.verify(args.path)
  if (args.json) printJson(app, checked)
  else
    for (const b of checked)
      app.stdout.write(
        `${b.dir}: ${b.problems.length ? b.problems.map((text) => translated(text)).join('; ') : 'ok'}\n`,
      )
  const damaged = checked.filter((b) => b.problems.length > 0)
  if (damaged.length === 0) return 0
  const again = `rm -r ${damaged.map((b) => b.dir).join(' ')}; klab bundle build`
  const hint = args.path === undefined ? again : english('get the bundle again')
  throw new CorruptError(
    english('{count} of {all} bundles are damaged', { count: damaged.length, all: checked.length }),
    { hint },
  )
}

/** Writes the bundle as one file. Throws StateError if the file exists. */
export async function runBundleExport(app: App, args: Args<typeof BUNDLE_EXPORT_OPTIONS>): Promise<number> {
  const { bundles } = await labOf(app, args)
  const made = await bundles.export(args.path)
  if (args.json) printJson(app, made)
  else app.stdout.write(`${made.file}  ${mib(made.bytes)}\nsha256 ${made.sha256}\n`)
  return 0
}

/** Imports a bundle from a file. Throws UsageError, CorruptError. */
export async function runBundleImport(app: App, args: Args<typeof BUNDLE_IMPORT_OPTIONS>): Promise<number> {
  const { bundles } = await labOf(app, args)
  const { key, dir, cached, manifest } = await bundles.import(args.path, { sha256: args.sha256 })
  if (args.json) printJson(app, { key, dir, cached, kubernetes: manifest.kubernetes })
  else {
    const what = { version: manifest.kubernetes, source: manifest.source }
    const state = cached
      ? say('Kubernetes {version} from {source}: was already there', what)
      : say('Kubernetes {version} from {source}: imported', what)
    app.stdout.write(`${state}\n${dir}\n`)
    const use = say('labs with the Labfile it was made for use it; others name it: bundle: {dir: {dir}}', { dir })
    app.stderr.write(`${use}\n`)
  }
  return 0
}

/** Loads archives into the lab. Throws UsageError, StateError, CorruptError, LockedError. */
export async function runAddImages(app: App, args: Args<typeof ADD_IMAGES_OPTIONS>): Promise<number> {
  const r = await withProgress(app, args, (lab) => lab.bundles.addImages(args.archive ?? [], { own: args.own }))
  if (args.json) printJson(app, r)
  else {
    const { lab } = r
    const images = r.added.join(', ')
    const now =
      images === '' ? say('{lab} already had all of them', { lab }) : say('{lab} now has {images}', { lab, images })
    app.stdout.write(`${now}\n`)
  }
  return 0
}
