/** `klab bundle add-images`: images that the bundle lacks, for a lab that is up and for all nodes that it will get. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { debianArch } from '../bundle/arch.js'
import { ownImages } from '../bundle/source/own-images.js'
import { importArchives } from '../bundle/archive/import-archives.js'
import { labImages } from '../bundle/cached-bundle.js'
import { PROBE_REF } from '../bundle/contents.js'
import { buildContext } from '../bundle/ensure.js'
import { fullRef } from '../cluster/images.js'
import { StateError, UsageError } from '../errors.js'
import { upTo, type PhaseName } from '../labfile/phases.js'
import { connectWithin } from '../node/connections.js'
import { readMarks } from '../node/guest-phase.js'
import { loadImages, missingImages } from '../node/extra-images.js'
import { bundleContext } from '../node-image/artifacts.js'
import { note } from '../report/events.js'
import { inPhase } from '../report/stages.js'
import { allRunning } from '../snapshot/machines.js'
import { staged, type LockedLab } from '../snapshot/types.js'
import { addExtraImages, listExtraImages, MOST_EXTRA, type ExtraImages } from '../state/extra-images.js'
import type { LabRecord } from '../state/record.js'
import type { World } from '../world.js'
import { english } from '../words/say.js'
import { withLog, type LabContext } from './context.js'
import { recordedLab } from './open.js'
import { CONNECT_MS } from './reach.js'
import { recordedCluster } from './settle-bundle.js'
import { withLab } from './with-lab.js'

export interface AddedImages {
  readonly lab: string
  /** Names of the images that the lab has now beside those of its bundle. */
  readonly refs: readonly string[]
  /** Those that were added now. */
  readonly added: readonly string[]
}

/** All images that klab loads into a lab’s nodes: its bundle’s, and those that were added. */
export async function imagesOfLab(world: World, record: LabRecord, extra: readonly ExtraImages[]): Promise<string[]> {
  const k = recordedCluster(record)
  const bundle = k && (await labImages(k, world.layers))
  const own = bundle ? [...bundle.all, ...bundle.node, ...bundle.cni, PROBE_REF] : []
  return [...own, ...extra.flatMap((h) => h.refs)]
}

export interface AddRequest {
  /** klab’s own small images for lessons too: made from Debian’s packages, once. */
  readonly own?: boolean | undefined
}

async function requireFiles(
  c: LabContext,
  archives: readonly string[],
  { own }: AddRequest,
): Promise<readonly string[]> {
  if (archives.length === 0 && own !== true)
    throw new UsageError(english('bundle add-images: name an archive, or --own'), {
      hint: english('docker save -o images.tar NAME:TAG…'),
    })
  const paths = archives.map((a) => resolve(c.doors.env.cwd, a))
  for (const path of paths)
    if (!(await stat(path).catch(() => undefined))?.isFile())
      throw new UsageError(english('{path}: no such file', { path }))
  return paths
}

/** Records the images, and loads them into all nodes of a locked lab that is up. Throws CommandError, ProbeError. */
async function addToLab(lab: LockedLab, more: readonly ExtraImages[]): Promise<AddedImages> {
  const { paths, record } = lab
  const named = (all: readonly ExtraImages[]): readonly string[] => [...new Set(all.flatMap((h) => h.refs))].sort()
  const held = new Set((await listExtraImages(paths, record)).map((h) => h.sha256))
  const fresh = more.filter((h) => !held.has(h.sha256))
  if (held.size + fresh.length > MOST_EXTRA)
    throw new StateError(
      english('a lab takes at most {mostExtra} images beside its bundle; this one has {size}', {
        mostExtra: MOST_EXTRA,
        size: held.size,
      }),
      {
        hint: english('kubernetes.bundle: {dir: PATH}, with all images in that folder'),
      },
    )
  // Written down first: if klab is killed now, the next time goes on from there.
  if (fresh.length > 0) await addExtraImages(paths, fresh)
  if (upTo('images', (record.completedUntil as PhaseName | undefined) ?? 'network'))
    await Promise.all(
      record.lab.nodes.map(({ name }) =>
        staged(lab, [`images/${name}`, name], async (line) => {
          const guest = await connectWithin(lab, name, CONNECT_MS)
          await loadImages(lab, name, await missingImages(lab, await readMarks(guest)), line)
        }),
      ),
    )
  else lab.say('the nodes have no runtime yet; they get the images in the phase `images`')
  return { lab: record.name, refs: named(await listExtraImages(paths, record)), added: named(fresh) }
}

/**
 * Loads images into all nodes of a lab that is up, and keeps them for nodes that come later, the next `up` and sealed
 * labs. Throws UsageError, StateError (no cluster, not all machines run), CorruptError (a damaged archive),
 * LockedError, CommandError; for klab’s own images HostError (this is no Debian).
 */
export async function addImages(c: LabContext, archives: readonly string[], o: AddRequest = {}): Promise<AddedImages> {
  const paths = await requireFiles(c, archives, o)
  const found = await recordedLab(c.doors.env, c.file)
  if (!found.record.lab.kubernetes)
    throw new StateError(english('klab set up no container runtime in this lab (kubernetes: false)'), {
      hint: english('klab cp ARCHIVE NODE:, then docker load on the node'),
    })
  const world = await c.doors.world(found.record.lab)
  return withLog(c, found.paths.log, (report) =>
    inPhase({ report, clock: c.doors.clock }, { goal: 'images', title: 'images', lab: found.record.name }, (stage) =>
      withLab(
        world,
        found.paths,
        { name: 'bundle add-images', record: (r) => r ?? found.record, recover: note(report) },
        async (record) => {
          const lab = { world, paths: found.paths, record, say: note(report) }
          if (!(await allRunning(lab)))
            throw new StateError(english('not all machines of the lab run'), {
              hint: english('klab up, then the same command again'),
            })
          const bundle = new Set((await imagesOfLab(world, record, [])).map(fullRef))
          const context = buildContext(bundleContext(world, note(report)))
          const has = (ref: string): boolean => bundle.has(fullRef(ref))
          const extra = await importArchives(paths, { arch: debianArch(), has }, context)
          const own = o.own === true ? await ownImages(context, debianArch()) : []
          return addToLab({ ...lab, stage }, [...extra, ...own])
        },
      ),
    ),
  )
}
