/** What the phases work with: the doors, and the run of one lab. */
import type { Profile } from './cluster/profile.js'
import type { Guests } from './guest/types.js'
import type { Clock, HostEnv, HostExec } from './host/types.js'
import type { L2Switch } from './hypervisor/l2-types.js'
import type { Accel, Hypervisor } from './hypervisor/types.js'
import type { Lab } from './labfile/model.js'
import type { PhaseName } from './labfile/phases.js'
import type { LabPaths, Roots } from './state/paths.js'
import type { LabRecord } from './state/record.js'
import type { Layers } from './cache/types.js'
import type { Artifacts } from './artifacts.js'

/** The doors; program.ts (or a test) chooses the implementations. */
export interface World {
  readonly env: HostEnv
  readonly host: HostExec
  readonly clock: Clock
  readonly hypervisor: Hypervisor
  readonly l2: L2Switch
  readonly guests: Guests
  readonly layers: Layers
  readonly roots: Roots
  /** Makes ISO images (seed, bundle). */
  readonly iso: { seed(path: string, files: Readonly<Record<string, string>>): Promise<void> }
  /** Folder of klab's own files: cloud-init/, labs/. */
  readonly assets: string
  readonly signal: AbortSignal
}

/** One `klab up` of one lab. */
export interface LabRun {
  readonly world: World
  readonly lab: Lab
  readonly id: string
  readonly paths: LabPaths
  readonly accel: Accel
  readonly profile: Profile
  /** The last phase to do. */
  readonly until: PhaseName
  readonly artifacts: Artifacts
  /** Ports may move before the machines are made (phase `network`). */
  record: LabRecord
}
