/** Texts that several pictures have. */
import { safeText } from '../report/safe.js'
import { clean, duration } from '../report/text.js'
import type { LabGraph, RunState, Timeline, TimelinePhase, TimelineStep } from './types.js'

/** What is no character, and what XML 1.0 forbids: half a character, and two others. */
const NONE = /[\p{Cs}\ufffe\uffff]/gu

/** Names and notes come from Labfiles and from other machines: one line, nothing that a program would act on. */
export const oneLine = (text: string): string =>
  clean(safeText(text.replace(/[\n\u2028\u2029]/g, ' '))).replace(NONE, '�')

/** `2026-11-28 09:57` of an ISO time. */
export const minute = (iso: string): string => iso.replace('T', ' ').slice(0, 16)

const STATES: Readonly<Record<RunState, (took: string) => string>> = {
  done: (took) => `done in ${took}`,
  failed: (took) => `failed after ${took}`,
  interrupted: (took) => `interrupted after ${took}`,
  running: (took) => `running for ${took}`,
  killed: (took) => `killed; last sign of life after ${took}`,
}

/** `done in 12m05s`. */
export const endWords = ({ state, ms }: Pick<Timeline, 'state' | 'ms'>): string => STATES[state](duration(ms))

/** `klab up, 2026-11-28 09:57 UTC: done in 12m05s`. */
export const runWords = (t: Timeline): string => `klab up, ${minute(t.startedAt)} UTC: ${endWords(t)}`

/** `failed: workers/k8s-node02`; steps that had not ended when klab ended; empty: none. */
export function troubleWords(t: Timeline): string {
  const steps = t.phases.flatMap((p) => p.steps)
  const failed = steps.filter((s) => s.outcome === 'failed')
  const open = t.state === 'running' ? [] : steps.filter((s) => s.outcome === null)
  const list = (what: string, some: typeof steps): readonly string[] =>
    some.length === 0 ? [] : [`${what}: ${some.map((s) => oneLine(s.id)).join(', ')}`]
  return [...list('failed', failed), ...list('not ended', open)].join('; ')
}

/** How a phase ended: as its steps, if they all ended in the same way. */
export function endOfPhase(p: TimelinePhase): TimelineStep['outcome'] {
  if (p.steps.some((s) => s.outcome === 'failed')) return 'failed'
  if (p.endMs === null) return null
  const [first] = p.steps
  return first && p.steps.every((s) => s.outcome === first.outcome) ? first.outcome : 'done'
}

/** Time and end in a few letters: `7m12s`, `already`, `✗ 3.0s`, `12s …` (has not ended), `–` (not begun). */
export function spentWords(
  { startMs, endMs }: Pick<TimelinePhase, 'startMs' | 'endMs'>,
  outcome: TimelineStep['outcome'],
  nowMs: number,
): string {
  if (startMs === null) return '–'
  if (outcome === 'already') return 'already'
  const took = duration(Math.max(0, (endMs ?? nowMs) - startMs))
  if (outcome === 'failed') return `✗ ${took}`
  return endMs === null ? `${took} …` : took
}

/** What the network lets its nodes do. */
export const networkWords = ({ mode, internet }: LabGraph['network']): string =>
  `${mode === 'nat' ? 'NAT' : 'user mode'}, ${internet ? 'with internet' : 'no internet'}`

/** What is known of the cluster, a line each. */
export function clusterWords({ cluster }: LabGraph): readonly string[] {
  if (!cluster) return ['machines without Kubernetes']
  const { version, runtime, podNetwork, podCidr, serviceCidr, endpoint, addons } = cluster
  return [
    `Kubernetes ${version}, ${runtime}`,
    `pod network ${podNetwork}: ${podCidr}`,
    `services ${serviceCidr}${endpoint === null ? '' : `; the control planes share ${endpoint}`}`,
    ...(addons.length === 0 ? [] : [`add-ons ${addons.join(', ')}`]),
  ].map(oneLine)
}

/** Where the lab is, among its snapshots. */
export function placeWords({ snapshots, up }: LabGraph): string {
  if (!up) return 'not brought up yet'
  if (snapshots.length === 0) return 'no snapshots'
  const here = snapshots.find((s) => s.current)
  return here ? `the lab is at ${oneLine(here.name)}` : 'the lab is at none of them'
}
