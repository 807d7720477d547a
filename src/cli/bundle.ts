/** `klab bundle build|list|verify`. */
import { CorruptError } from '../errors.js'
import { openLab } from '../lab/open.js'
import { createArtifacts } from '../phases/artifacts.js'
import { listBundles } from '../bundle/ensure.js'
import { columns } from '../report/columns.js'
import { verifyBundle } from '../store/bundle-manifest.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'

const MIB = 1024 ** 2

async function build(app: App, args: Args): Promise<number> {
  const { lab } = await openLab(app.env, args.file)
  const world = await app.world(lab)
  const bundle = await createArtifacts(world, lab, 'ready').bundle((line) => app.stderr.write(`${line}\n`))
  if (args['json']) printJson(app, bundle ? { key: bundle.key, dir: bundle.dir, cached: bundle.cached } : null)
  else app.stdout.write(bundle ? `${bundle.dir}\n` : 'the Labfile wants no Kubernetes: no bundle\n')
  return 0
}

async function list(app: App, args: Args): Promise<number> {
  const world = await app.world(undefined)
  const found = await listBundles(world.layers)
  if (args['json']) printJson(app, found)
  else {
    const rows = found.map((b) => [b.key.slice(0, 12), b.manifest.source, b.manifest.kubernetes, `${Math.round(b.bytes / MIB)} MiB`, b.dir])
    app.stdout.write(columns([['KEY', 'SOURCE', 'KUBERNETES', 'SIZE', 'FOLDER'], ...rows]))
  }
  return 0
}

/** Every file of every cached bundle against the manifest. Throws CorruptError. */
async function verify(app: App, args: Args): Promise<number> {
  const world = await app.world(undefined)
  const checked = await Promise.all(
    (await listBundles(world.layers)).map(async (b) => ({ key: b.key, dir: b.dir, problems: (await verifyBundle(b.dir)).problems })),
  )
  if (args['json']) printJson(app, checked)
  else for (const b of checked) app.stdout.write(`${b.dir}: ${b.problems.length ? b.problems.join('; ') : 'ok'}\n`)
  const bad = checked.filter((b) => b.problems.length > 0)
  if (bad.length > 0)
    throw new CorruptError(`${bad.length} of ${checked.length} bundles are damaged`, {
      hint: `rm -r ${bad.map((b) => b.dir).join(' ')}; klab bundle build`,
    })
  return 0
}

/** Builds, lists or verifies. */
export async function runBundle(app: App, args: Args): Promise<number> {
  switch (args['action']) {
    case 'build':
      return build(app, args)
    case 'list':
      return list(app, args)
    default:
      return verify(app, args)
  }
}
