/** What `import { openLab } from 'klab'` gives: a program's way to everything that the command line does. */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keepFilesPrivate, thisProcess } from './host/process.js'
import type { LabHandle } from './lab/api.js'
import { createDoors, type Doors } from './lab/doors.js'
import { labWith } from './lab/facade.js'
import type { Report } from './report/events.js'

export type { Addons, Bundles, Cache, LabHandle as Lab, Labs, Snapshots } from './lab/api.js'
export type { ChangedAddons, ListedAddon } from './lab/addons.js'
export type { UpRequest, UpResult } from './lab/up.js'
export type { CheckRequest } from './lab/check.js'
export type { Copied, CopyOptions, NodePath } from './lab/copy.js'
export type { ExecAllOptions, ExecReport, NodeOutput } from './lab/exec.js'
export type { ExecOptions } from './lab/reach.js'
export type { HaltOptions } from './lab/halt.js'
export type { CacheEntry, PruneRequest } from './lab/cache.js'
export type { Inventory } from './lab/export-config.js'
export type { FollowRequest } from './lab/follow.js'
export type { Forward, ForwardRequest } from './lab/forward.js'
export type { Template } from './lab/init.js'
export type { Merged } from './lab/kubeconfig-merge.js'
export type { ListedLab, Pruned } from './lab/list.js'
export type { Pictures } from './lab/picture-api.js'
export type { LabGraph, Timeline } from './picture/types.js'
export type { Picture, PictureRequest } from './lab/pictures.js'
export type { PlanReport } from './lab/plan.js'
export type { ProvisionRequest } from './lab/provision.js'
export type { RestoredSnapshot, RestoreRequest, SavedSnapshot, SaveRequest } from './lab/snapshot-verbs.js'
export type { Status } from './lab/status.js'
export type { Synced, SyncOptions } from './lab/sync.js'
export type { TimelineRequest } from './lab/timeline.js'
export type { LabUsage, NodeUsage } from './lab/top.js'
export type { Event } from './report/events.js'
export * from './errors.js'

export interface LabOptions {
  /** Path of the Labfile, or of its folder; default: `Labfile` in the working folder or above. */
  readonly file?: string | undefined
  /** Told what happens while it happens: phases, steps, lines of output, notes, warnings. */
  readonly onEvent?: Report | undefined
  /** Aborted: what runs is stopped, and verbs throw Interrupted. The same verb goes on from there later. */
  readonly signal?: AbortSignal | undefined
  /** Fakes, in tests; their own signal counts then. */
  readonly doors?: Doors | undefined
}

/**
 * The lab of a Labfile. Nothing is read or changed yet; a folder may still be without one (`snapshots.import`). Files
 * that this process makes from now on are readable by its user alone (umask 077), unless `doors` are given.
 */
export function openLab(o: LabOptions = {}): Promise<LabHandle> {
  return Promise.resolve(
    labWith({ doors: o.doors ?? realDoors(o.signal), file: o.file, report: o.onEvent ?? (() => undefined) }),
  )
}

function realDoors(signal = new AbortController().signal): Doors {
  keepFilesPrivate()
  // Two folders up from src/index.ts and from dist/*.js alike.
  const assets = dirname(dirname(fileURLToPath(import.meta.url)))
  return createDoors({ env: thisProcess(), assets, signal })
}
