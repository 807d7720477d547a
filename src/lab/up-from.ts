/**
 * `up` from a snapshot, a file or the cache; and keeping a lab in the cache. It brings back the lab as it was, in
 * seconds.
 */
import { resolve } from 'node:path'
import { StateError } from '../errors.js'
import { exists } from '../host/files.js'
import type { Accel } from '../hypervisor/types.js'
import { note } from '../report/events.js'
import { inPhase } from '../report/stages.js'
import { seconds } from '../report/text.js'
import { isRam, listManifests } from '../snapshot/manifest.js'
import type { Manifest } from '../snapshot/types.js'
import { labPaths, roots } from '../state/paths.js'
import { readRecord } from '../state/record.js'
import type { World } from '../world.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { findLab, readLab, type OpenLab } from './open.js'
import { goTo, named, withSnapshots } from './snapshot.js'
import { readyWords } from './snapshot-words.js'
import { readStatus, type Status } from './status.js'
import { takeFile } from './transfer.js'

/** Restores and waits as `snapshot restore` does. `undo`: keep the present state. */
async function restoreAndWait(
  c: LabContext,
  { world, open, manifest, undo }: { world: World; open: OpenLab; manifest: Manifest; undo: boolean },
): Promise<Status> {
  const record = await readRecord(open.paths.record)
  if (!record)
    throw new StateError(english('{labfile}: this lab is not up', { labfile: open.labfile }), { hint: 'klab up' })
  const say = note(c.report)
  const phase = { goal: 'restore', title: manifest.name, lab: record.name }
  await inPhase({ report: c.report, clock: world.clock }, phase, (stage) =>
    withSnapshots(world, { record, paths: open.paths, stage }, say, async (lab) => {
      const { settled } = await goTo(lab, manifest, { undo, wait: true })
      if (settled?.readyMs !== undefined)
        say(english('{what} after {time}', { what: readyWords(manifest), time: seconds(settled.readyMs) }))
    }),
  )
  return readStatus(world, (await readRecord(open.paths.record)) ?? record, open.paths)
}

/**
 * The status afterwards; undefined: the disks are there, and `up` has to boot them. Throws StateError if there is
 * neither such a snapshot nor such a file.
 */
export async function upFrom(
  c: LabContext,
  { from, diskOnly }: { readonly from: string; readonly diskOnly: boolean },
): Promise<Status | undefined> {
  const { env } = c.doors
  const file = resolve(env.cwd, from)
  const { record } = await findLab(env, c.file).catch(() => ({ record: undefined }))
  const own = record ? (await listManifests(labPaths(roots(env), record.id))).some((m) => m.name === from) : false
  if (own && record) {
    const open = await readLab(env, c.file)
    const world = await c.doors.world(open.lab)
    const manifest = await named({ world, paths: open.paths, record, say: () => undefined }, from, 'klab up --from')
    const status = await restoreAndWait(c, { world, open, manifest, undo: true })
    return isRam(manifest) ? status : undefined
  }
  if (!(await exists(file)))
    throw new StateError(english('{from}: neither a snapshot of this lab nor a file', { from }), {
      hint: record ? 'klab snapshot list' : 'klab snapshot export NAME FILE makes one',
    })
  const { open, world, manifest, fresh } = await takeFile(c, file, { diskOnly })
  // A lab that was just made has nothing to keep.
  const status = await restoreAndWait(c, { world, open, manifest, undo: !(fresh && !record) })
  return isRam(manifest) ? status : undefined
}

/** The lab from the cache, if it has exactly this one; undefined: `up` has to make it. */
export async function upCached(
  c: LabContext,
  { world, open, accel }: { readonly world: World; readonly open: OpenLab; readonly accel: Accel },
): Promise<Status | undefined> {
  const { findSealed, takeSealed } = await import('./sealed-cache.js')
  const found = await findSealed(world, open, accel)
  if (!found) return undefined
  const since = found.facts.snapshot.createdAt
  note(c.report)(english('the cache has this lab, Ready since {since}: using it; --fresh makes a new one', { since }))
  const manifest = await takeSealed(world, open, found, accel)
  return manifest && restoreAndWait(c, { world, open, manifest, undo: false })
}

/** Keeps the lab in the cache. */
export async function seal(c: LabContext, world: World, open: OpenLab): Promise<void> {
  const { sealLab } = await import('./sealed-cache.js')
  const record = await readRecord(open.paths.record)
  if (!record)
    throw new StateError(english('{labfile}: this lab is not up', { labfile: open.labfile }), {
      hint: 'klab up --seal',
    })
  const say = note(c.report)
  const { dir, fresh } = await withSnapshots(world, { record, paths: open.paths }, say, (lab) =>
    sealLab(lab, { ...open, record }),
  )
  say(
    fresh
      ? `sealed in ${dir}, with its keys and RAM. As long as Labfile, bundle and klab stay the same, ` +
          '`klab up` after `klab destroy` uses it'
      : `it is already sealed: ${dir}`,
  )
}
