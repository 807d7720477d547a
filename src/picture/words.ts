/** Texts that several pictures have. */
import { safeText } from '../report/safe.js'
import { clean, duration } from '../report/text.js'
import type { LabGraph, RunState, Timeline, TimelinePhase, TimelineStep } from './types.js'
import { say } from '../words/say.js'

/** What is no character, and what XML 1.0 forbids: half a character, and two others. */
const NONE = /[\p{Cs}\ufffe\uffff]/gu

/** Names and notes come from Labfiles and from other machines: one line, nothing that a program would act on. */
export const oneLine = (text: string): string =>
  clean(safeText(text.replace(/[\n\u2028\u2029]/g, ' '))).replace(NONE, '�')

/** `2026-11-28 09:57` of an ISO time. */
export const minute = (iso: string): string => iso.replace('T', ' ').slice(0, 16)

const STATES = {
  done: 'done in {took}',
  failed: 'failed after {took}',
  interrupted: 'interrupted after {took}',
  running: 'running for {took}',
  killed: 'killed; last sign of life after {took}',
} as const satisfies Readonly<Record<RunState, string>>

/** `done in 12m05s`. */
export const endWords = ({ state, ms }: Pick<Timeline, 'state' | 'ms'>): string =>
  say(STATES[state], { took: duration(ms) })

/** `klab up, 2026-11-28 09:57 UTC: done in 12m05s`. */
export const runWords = (t: Timeline): string =>
  say('klab up, {minute} UTC: {end}', { minute: minute(t.startedAt), end: endWords(t) })

/** `failed: workers/k8s-node02`; steps that had not ended when klab ended; empty: none. */
export function troubleWords(t: Timeline): string {
  const steps = t.phases.flatMap((p) => p.steps)
  const failed = steps.filter((s) => s.outcome === 'failed')
  const open = t.state === 'running' ? [] : steps.filter((s) => s.outcome === null)
  const list = (what: 'failed: {steps}' | 'not ended: {steps}', some: typeof steps): readonly string[] =>
    some.length === 0 ? [] : [say(what, { steps: some.map((s) => oneLine(s.id)).join(', ') })]
  return [...list('failed: {steps}', failed), ...list('not ended: {steps}', open)].join('; ')
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
export function networkWords({ mode, internet }: LabGraph['network']): string {
  const named = { mode: mode === 'nat' ? 'NAT' : say('user mode') }
  return internet ? say('{mode}, with internet', named) : say('{mode}, no internet', named)
}

/** What is known of the cluster, a line each. */
export function clusterWords({ cluster }: LabGraph): readonly string[] {
  if (!cluster) return [say('machines without Kubernetes')]
  const { version, runtime, podNetwork, podCidr, serviceCidr, endpoint, addons } = cluster
  return [
    `Kubernetes ${version}, ${runtime}`,
    say('pod network {name}: {cidr}', { name: podNetwork, cidr: podCidr }),
    endpoint === null
      ? say('services {cidr}', { cidr: serviceCidr })
      : say('services {cidr}; the control planes share {endpoint}', { cidr: serviceCidr, endpoint }),
    ...(addons.length === 0 ? [] : [say('add-ons {names}', { names: addons.join(', ') })]),
  ].map(oneLine)
}

/** Where the lab is, among its snapshots. */
export function placeWords({ snapshots, up }: LabGraph): string {
  if (!up) return say('not brought up yet')
  if (snapshots.length === 0) return say('no snapshots')
  const here = snapshots.find((s) => s.current)
  return here ? say('the lab is at {name}', { name: oneLine(here.name) }) : say('the lab is at none of them')
}
