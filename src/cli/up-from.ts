/** `klab up --from NAME|FILE`: the lab as it was in a snapshot, in seconds. */
import { resolve } from 'node:path'
import { StateError } from '../errors.js'
import { exists } from '../host/files.js'
import { findLab, readLab, type OpenLab } from '../lab/open.js'
import { goTo, named, withSnapshots } from '../lab/snapshot.js'
import { readStatus, type Status } from '../lab/status.js'
import type { Accel } from '../hypervisor/types.js'
import type { World } from '../world.js'
import { isRam, listManifests } from '../snapshot/manifest.js'
import type { Manifest } from '../snapshot/types.js'
import { seconds } from '../report/text.js'
import { labPaths, roots } from '../state/paths.js'
import { readRecord } from '../state/record.js'
import type { App } from './app.js'
import type { Args } from './command.js'
import { takeFile } from './seal.js'
import { readyWords } from './snapshot.js'

/** Restores and waits as `snapshot restore` does. `undo`: keep the present state. */
async function restoreAndWait(
  app: App,
  world: World,
  open: OpenLab,
  manifest: Manifest,
  o: { readonly undo: boolean },
): Promise<Status> {
  const record = await readRecord(open.paths.record)
  if (!record) throw new StateError(`${open.labfile}: this lab is not up`, { hint: 'klab up' })
  const say = (line: string): void => void app.stderr.write(`${line}\n`)
  await withSnapshots(world, { record, paths: open.paths }, say, async (lab) => {
    const { settled } = await goTo(lab, manifest, { undo: o.undo, wait: true })
    if (settled?.readyMs !== undefined) say(`${readyWords(manifest)} after ${seconds(settled.readyMs)}`)
  })
  return readStatus(world, (await readRecord(open.paths.record)) ?? record, open.paths)
}

/**
 * The status afterwards; undefined: its disks are there, and `up` has to boot them. Throws StateError when there is
 * neither such a snapshot nor such a file.
 */
export async function upFrom(app: App, args: Args, from: string): Promise<Status | undefined> {
  const file = resolve(app.env.cwd, from)
  const { record } = await findLab(app.env, args.file).catch(() => ({ record: undefined }))
  const own = record ? (await listManifests(labPaths(roots(app.env), record.id))).some((m) => m.name === from) : false
  if (own && record) {
    const open = await readLab(app.env, args.file)
    const world = await app.world(open.lab)
    const manifest = await named({ world, paths: open.paths, record, say: () => undefined }, from)
    const status = await restoreAndWait(app, world, open, manifest, { undo: true })
    return isRam(manifest) ? status : undefined
  }
  if (!(await exists(file)))
    throw new StateError(`${from}: neither a snapshot of this lab nor a file`, {
      hint: record ? 'klab snapshot list' : 'klab snapshot export NAME FILE makes one',
    })
  const { open, world, manifest, fresh } = await takeFile(app, args, file, undefined)
  // A lab that has just been made has nothing to keep.
  const status = await restoreAndWait(app, world, open, manifest, { undo: !(fresh && !record) })
  return isRam(manifest) ? status : undefined
}

/** The lab from the cache, when it has this very one; undefined: `up` has to make it. */
export async function upSealed(app: App, world: World, open: OpenLab, accel: Accel): Promise<Status | undefined> {
  const { findSealed, takeSealed } = await import('../lab/cached.js')
  const found = await findSealed(world, open, accel)
  if (!found) return undefined
  app.stderr.write(
    `the cache holds this lab, Ready since ${found.facts.snapshot.createdAt}: going there; --fresh makes it from scratch\n`,
  )
  const manifest = await takeSealed(world, open, found, accel)
  return manifest && restoreAndWait(app, world, open, manifest, { undo: false })
}

/** Keeps the lab in the cache. */
export async function seal(app: App, world: World, open: OpenLab): Promise<void> {
  const { sealLab } = await import('../lab/cached.js')
  const record = await readRecord(open.paths.record)
  if (!record) throw new StateError(`${open.labfile}: this lab is not up`, { hint: 'klab up --seal' })
  const say = (line: string): void => void app.stderr.write(`${line}\n`)
  const { dir, fresh } = await withSnapshots(world, { record, paths: open.paths }, say, (lab) =>
    sealLab(lab, { ...open, record }),
  )
  say(
    fresh
      ? `sealed in ${dir}, with its keys and RAM: while Labfile, bundle and klab stay the same, \`klab up\` after \`klab destroy\` goes there`
      : `it was sealed before: ${dir}`,
  )
}
