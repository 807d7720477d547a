/** `klab destroy`. */
import { StateError, UsageError } from '../errors.js'
import { destroy } from '../lab/destroy.js'
import { findLab, readLab } from '../lab/open.js'
import { labPaths, roots } from '../state/paths.js'
import type { App } from './app.js'
import type { Args } from './command.js'
import { openRenderer } from './progress.js'

/**
 * Removes the lab; 0 also when there is nothing to remove. Throws UsageError (no terminal to ask on), StateError
 * (answered no), what destroy throws.
 */
export async function runDestroy(app: App, args: Args): Promise<number> {
  const { record } = await findLab(app.env, args.file)
  const lab = record
    ? {
        id: record.id,
        name: record.name,
        paths: labPaths(roots(app.env), record.id),
        hypervisor: record.lab.hypervisor,
        network: record.lab.network,
      }
    : await unrecorded(app, args)
  if (!args['force']) {
    const { listManifests } = await import('../snapshot/manifest.js')
    // Damaged ones go too, and need not be counted.
    const snapshots = (await listManifests(lab.paths).catch(() => [])).length
    const what = snapshots === 0 ? ' and all its disks' : `, all its disks and its snapshots (${snapshots})`
    const answer = await app.ask(`destroy lab ${lab.name}${what}? [y/N] `)
    if (answer === undefined) throw new UsageError('destroy: no terminal to ask on', { hint: 'klab destroy --force' })
    if (!/^y(es)?$/i.test(answer.trim())) throw new StateError('not destroyed')
  }
  const world = await app.world(lab)
  const renderer = await openRenderer(app, args['json'] === true, undefined)
  try {
    await destroy(world, lab, renderer.report)
  } finally {
    renderer.close()
  }
  app.stderr.write(`lab ${lab.name} is gone\n`)
  return 0
}

/** A lab without a record may still have machines (the record was lost): its id follows from the Labfile. */
async function unrecorded(app: App, args: Args) {
  const { id, lab, paths } = await readLab(app.env, args.file)
  return { id, name: lab.name, paths, hypervisor: lab.hypervisor, network: lab.network }
}
