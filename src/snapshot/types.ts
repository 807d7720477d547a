/** Snapshots of a whole lab: what is kept on disk. */
import { silently, type Stage } from '../report/stages.js'
import type { LabPaths } from '../state/paths.js'
import type { LabRecord } from '../state/record.js'
import type { World } from '../world.js'

/** A file that is never written again. Size and time show whether somebody has changed it anyway. */
export interface FrozenFile {
  /** Absolute path. */
  readonly path: string
  readonly size: number
  readonly mtimeMs: number
}

export interface NodeMoment {
  readonly node: string
  /** The overlay that the node wrote to. The chain below it is frozen too. */
  readonly disk: FrozenFile
  /** RAM and devices; absent in a snapshot of a halted lab. */
  readonly memory?: FrozenFile
}

/**
 * `manual`: asked for by name; `push`: on the stack of push and pop; `auto`: taken before a verb that destroys the
 * present state; `lesson`: where a lesson begins, or after a step of it.
 */
export type Kind = 'manual' | 'push' | 'auto' | 'lesson'

/** snapshots/ID/manifest.json. A snapshot is there when its manifest is. */
export interface Manifest {
  readonly format: 1
  readonly id: string
  readonly name: string
  readonly message: string
  readonly kind: Kind
  /** ISO 8601. */
  readonly createdAt: string
  /** The snapshot that the state before this one came from. */
  readonly parent: string | null
  readonly accel: 'kvm' | 'tcg'
  /** QEMU's version; absent: not known. An older QEMU cannot be trusted with its RAM. */
  readonly qemu?: string
  /** The last phase that an `up` of the whole lab had finished then. */
  readonly completedUntil?: string
  /** Nodes that were Ready then; null: there was no cluster, or its API server did not answer. */
  readonly ready: readonly string[] | null
  /** From the first node's pause to the last node's resume, ms; 0 when halted. */
  readonly pauseMs: number
  /** Between the first node's pause and the last one's, ms. */
  readonly skewMs: number
  readonly nodes: readonly NodeMoment[]
  /** Where an imported one comes from. */
  readonly origin?: Origin
}

/** Of a snapshot that came in a sealed lab. */
export interface Origin {
  /** The lab that it was taken of. */
  readonly lab: string
  /** Digest of the sealed lab. */
  readonly seal: string
  readonly importedAt: string
  /** Why its RAM was left out; undefined: it was not, or there was none. */
  readonly diskOnly?: string
}

/** journal.json: written before a verb changes anything, removed when it has finished. */
export type Journal =
  | {
      readonly op: 'save'
      readonly manifest: Omit<Manifest, 'nodes' | 'pauseMs' | 'skewMs'>
      readonly ram: boolean
      /** RAM is written while the nodes run. Once `together` is there, it is of one moment. */
      readonly live?: boolean
      readonly together?: boolean
      /** Node → its old overlay and its new one. */
      readonly from: Readonly<Record<string, string>>
      readonly to: Readonly<Record<string, string>>
    }
  | {
      readonly op: 'restore'
      readonly id: string
      /**
       * `prepared`: the present state still exists, though it is paused; `destroying`: it is gone, so klab can only
       * continue.
       */
      readonly phase: 'prepared' | 'destroying'
      /** Domains that ran, and that klab has paused. */
      readonly paused?: readonly string[]
      readonly to: Readonly<Record<string, string>>
    }

export type SaveJournal = Extract<Journal, { op: 'save' }>
export type RestoreJournal = Extract<Journal, { op: 'restore' }>

/** A lab whose lock the caller holds. */
export interface LockedLab {
  readonly world: World
  readonly paths: LabPaths
  /** Says what happens, one line. */
  readonly say: (line: string) => void
  /** Reports work that takes long, stage by stage; absent: nobody watches. */
  readonly stage?: Stage | undefined
  record: LabRecord
}

/** Does `work` as a stage of what is done with the lab. */
export const staged = <T>(
  lab: Pick<LockedLab, 'stage'>,
  [id, title]: readonly [id: string, title: string],
  work: (line: (text: string) => void) => Promise<T>,
): Promise<T> => (lab.stage ?? silently)(id, title, work)
