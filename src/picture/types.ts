/** What can be drawn, as data. Types only. */
import type { Outcome } from '../report/events.js'

/** `killed`: it did not end, and its klab is gone. */
export type RunState = 'done' | 'failed' | 'interrupted' | 'running' | 'killed'

/** Times are ms since the run began; null: not yet, or nobody was there any more to see it. */
export interface TimelineStep {
  readonly id: string
  readonly title: string
  /** null: the step is not about one node. */
  readonly node: string | null
  readonly startMs: number
  readonly endMs: number | null
  readonly outcome: Outcome | null
}

export interface TimelinePhase {
  readonly name: string
  readonly title: string
  /** null: planned, and not begun. */
  readonly startMs: number | null
  readonly endMs: number | null
  readonly steps: readonly TimelineStep[]
}

export interface TimelineRun {
  /** 1: the newest. */
  readonly run: number
  /** ISO 8601. */
  readonly startedAt: string
  readonly state: RunState
  /** How long it took; up to now, or up to the last sign of life. */
  readonly ms: number
}

/** `klab timeline --json`. */
export interface Timeline extends TimelineRun {
  readonly lab: string
  readonly phases: readonly TimelinePhase[]
  /** All that are kept, the newest first. */
  readonly runs: readonly TimelineRun[]
}

export interface GraphNode {
  readonly name: string
  /** null: the lab has no cluster. */
  readonly role: 'control-plane' | 'worker' | null
  readonly ip: string
  /** Ports on 127.0.0.1 that lead to it; null: none. */
  readonly sshPort: number | null
  readonly apiPort: number | null
}

export interface GraphSnapshot {
  readonly id: string
  readonly name: string
  readonly message: string
  /** The id of the snapshot before it; null: none, or it is gone. */
  readonly parent: string | null
  /** ISO 8601. */
  readonly createdAt: string
  /** Whether the lab ran then. */
  readonly running: boolean
  /** Whether the lab's present state came from it. */
  readonly current: boolean
}

/** `klab graph --json`. */
export interface LabGraph {
  readonly lab: string
  /** Whether it was ever brought up. If not, it is drawn as the Labfile says. */
  readonly up: boolean
  readonly network: { readonly mode: 'user' | 'nat'; readonly cidr: string; readonly internet: boolean }
  readonly nodes: readonly GraphNode[]
  readonly cluster: {
    readonly version: string
    readonly runtime: string
    readonly podNetwork: string
    readonly podCidr: string
    readonly serviceCidr: string
    /** The address that several control planes share, `HOST:PORT`; null with one. */
    readonly endpoint: string | null
    readonly addons: readonly string[]
  } | null
  /** Parents come before children. */
  readonly snapshots: readonly GraphSnapshot[]
}
