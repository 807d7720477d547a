/** `klab bundle build|list|verify|export|import`. */
import { CorruptError, UsageError } from '../errors.js'
import type { Bundles } from '../lab/api.js'
import { columns } from '../report/columns.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { BUNDLE_OPTIONS } from './options.js'
import { labOf } from './progress.js'

type BundleArgs = Args<typeof BUNDLE_OPTIONS>

const MIB = 1024 ** 2
const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`

async function build(app: App, args: BundleArgs, bundles: Bundles): Promise<number> {
  const bundle = await bundles.build()
  if (args.json) printJson(app, bundle ? { key: bundle.key, dir: bundle.dir, cached: bundle.cached } : null)
  else app.stdout.write(bundle ? `${bundle.dir}\n` : 'the Labfile wants no Kubernetes: no bundle\n')
  return 0
}

async function list(app: App, args: BundleArgs, bundles: Bundles): Promise<number> {
  const found = await bundles.list()
  if (args.json) printJson(app, found)
  else {
    const rows = found.map((b) => [b.key.slice(0, 12), b.manifest.source, b.manifest.kubernetes, mib(b.bytes), b.dir])
    app.stdout.write(columns([['KEY', 'SOURCE', 'KUBERNETES', 'SIZE', 'FOLDER'], ...rows]))
  }
  return 0
}

/** Throws CorruptError after the report when something is damaged. */
async function verify(app: App, args: BundleArgs, bundles: Bundles): Promise<number> {
  const checked = await bundles.verify(args.path)
  if (args.json) printJson(app, checked)
  else for (const b of checked) app.stdout.write(`${b.dir}: ${b.problems.length ? b.problems.join('; ') : 'ok'}\n`)
  const damaged = checked.filter((b) => b.problems.length > 0)
  if (damaged.length === 0) return 0
  const again = `rm -r ${damaged.map((b) => b.dir).join(' ')}; klab bundle build`
  const hint = args.path === undefined ? again : 'get the bundle again'
  throw new CorruptError(`${damaged.length} of ${checked.length} bundles are damaged`, { hint })
}

async function exportTo(app: App, args: BundleArgs & { readonly path: string }, bundles: Bundles): Promise<number> {
  const made = await bundles.export(args.path)
  if (args.json) printJson(app, made)
  else app.stdout.write(`${made.file}  ${mib(made.bytes)}\nsha256 ${made.sha256}\n`)
  return 0
}

async function importFrom(app: App, args: BundleArgs & { readonly path: string }, bundles: Bundles): Promise<number> {
  const { key, dir, cached, manifest } = await bundles.import(args.path, { sha256: args.sha256 })
  if (args.json) printJson(app, { key, dir, cached, kubernetes: manifest.kubernetes })
  else {
    const state = cached ? 'was there already' : 'imported'
    app.stdout.write(`Kubernetes ${manifest.kubernetes} from ${manifest.source}: ${state}\n${dir}\n`)
    app.stderr.write(`labs with the Labfile it was made for use it; others name it: bundle: {dir: ${dir}}\n`)
  }
  return 0
}

/** Does what the action says. Throws UsageError when its file is not named. */
export async function runBundle(app: App, args: BundleArgs): Promise<number> {
  const { action, path } = args
  const { bundles } = await labOf(app, args)
  switch (action) {
    case 'build':
    case 'list':
      if (path !== undefined) throw new UsageError(`bundle ${action}: takes no file`, { hint: `klab bundle ${action}` })
      return (action === 'build' ? build : list)(app, args, bundles)
    case 'export':
    case 'import':
      if (path === undefined)
        throw new UsageError(`bundle ${action}: name a file`, { hint: `klab bundle ${action} bundle.tar` })
      return (action === 'export' ? exportTo : importFrom)(app, { ...args, path }, bundles)
    case 'verify':
    case undefined:
      return verify(app, args, bundles)
  }
}
