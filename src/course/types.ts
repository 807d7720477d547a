/** What `klab check` says, and what a judge is given. */
import type { Topology } from '../cluster/topology.js'
import type { KubernetesSpec, Lab, NodeSpec } from '../labfile/model.js'
import type { PhaseName } from '../labfile/phases.js'
import type { GuestFacts } from './facts.js'

/** `not-applicable`: the lab does it in another way, or it leaves nothing to check. */
export type State = 'done' | 'not-done' | 'wrong' | 'not-applicable'

/** One thing that was checked, with the line that shows it. */
export interface Finding {
  readonly state: State
  readonly line: string
  /** The phase that does it again, if it is not the section's own. */
  readonly phase?: PhaseName
}

/** Image references that must be there. */
export interface WantedImages {
  /** Course 2.7.4: of the archive for the control plane. */
  readonly all: readonly string[]
  /** Of the archive for workers. */
  readonly node: readonly string[]
  /** Of the pod network's manifest. */
  readonly cni: readonly string[]
  /** The archives on the host. */
  readonly archives: readonly string[]
}

/** All that a section's judge may know about one node. */
export interface Subject {
  readonly lab: Lab
  readonly node: NodeSpec
  readonly facts: GuestFacts
  /** The control plane's facts; undefined: not reached. */
  readonly cluster: GuestFacts | undefined
  /** undefined: no bundle is known here. */
  readonly images: WantedImages | undefined
  /**
   * Seconds that the guest's clock is ahead of the host's; 0 if the difference is no larger than the time that asking
   * took.
   */
  readonly skewS: number
}

/** A Subject of a lab with Kubernetes. */
export type ClusterSubject = Subject & { readonly k: KubernetesSpec; readonly topology: Topology }

export type Judge = (s: Subject) => readonly Finding[]
/** Not asked for plain VMs. */
export type ClusterJudge = (s: ClusterSubject) => readonly Finding[]

/** `klab check --json`: a contract for scripts. */
export interface CheckReport {
  readonly lab: string
  /** Every section that applies is done on every node that was asked. */
  readonly ok: boolean
  readonly nodes: readonly {
    readonly name: string
    readonly role: string
    readonly reached: boolean
    readonly error: string | null
  }[]
  readonly sections: readonly {
    readonly section: string
    readonly title: string
    readonly state: State | 'unreachable'
    readonly nodes: readonly { readonly node: string; readonly state: State; readonly findings: readonly Finding[] }[]
  }[]
  /** Commands that do again what the lab has had and what is not so any more. */
  readonly repair?: readonly string[]
}

export const done = (line: string): Finding => ({ state: 'done', line })
export const notDone = (line: string): Finding => ({ state: 'not-done', line })
export const wrong = (line: string): Finding => ({ state: 'wrong', line })
/** What phase `system` puts back, in a section of another phase. */
export const wrongSystem = (line: string): Finding => ({ ...wrong(line), phase: 'system' })
export const notApplicable = (line: string): Finding => ({ state: 'not-applicable', line })
