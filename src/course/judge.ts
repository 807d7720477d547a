/** Turns facts into the report of `klab check`. Pure. */
import { topologyOf } from '../cluster/topology.js'
import type { Lab, NodeSpec } from '../labfile/model.js'
import { CLUSTER_JUDGES } from './cluster.js'
import type { GuestFacts } from './facts.js'
import { PACKAGE_JUDGES } from './packages.js'
import { RUNTIME_JUDGES } from './runtime.js'
import type { Section } from './sections.js'
import { SYSTEM_JUDGES } from './system.js'
import { notApplicable, type CheckReport, type Finding, type State, type Subject, type WantedImages } from './types.js'

const CLUSTER = { ...RUNTIME_JUDGES, ...PACKAGE_JUDGES, ...CLUSTER_JUDGES }

/** What was found out about one node: its facts, or why there are none. */
export type NodeLook =
  | { readonly node: NodeSpec; readonly facts: GuestFacts; readonly skewS: number }
  | { readonly node: NodeSpec; readonly error: string }

/** For one section and node. A guest decides how many lines of a kind it prints, and how long they are. */
const [MOST_FINDINGS, MOST_LINE] = [100, 500]

/** Only as many lines as people can read, and not too long. */
function readable(findings: readonly Finding[]): readonly Finding[] {
  const cut = findings
    .slice(0, MOST_FINDINGS)
    .map((f) => (f.line.length > MOST_LINE ? { ...f, line: `${f.line.slice(0, MOST_LINE)} …` } : f))
  const left = findings.length - cut.length
  return left > 0 ? [...cut, { state: worst(findings), line: `… and ${left} more` }] : cut
}

/** The worst state that was found; if nothing was found, it does not apply to this node. */
const worst = (findings: readonly Finding[]): State =>
  (['wrong', 'not-done', 'done'] as const).find((state) => findings.some((f) => f.state === state)) ?? 'not-applicable'

function judge(section: Section, s: Subject): readonly Finding[] {
  if (section.look !== undefined) return [notApplicable('here the course only looks, so there is nothing to check')]
  const k = s.lab.kubernetes
  const system = SYSTEM_JUDGES[section.id]
  if (system) return system(s)
  const topology = topologyOf(s.lab)
  if (!k || !topology) return [notApplicable('the Labfile has no Kubernetes')]
  return CLUSTER[section.id]?.({ ...s, k, topology }) ?? []
}

/**
 * The report for these sections and nodes. `cluster`: the facts of a control plane that answers, even if that node is
 * not among them.
 */
export function judgeLab(
  lab: Lab,
  {
    sections,
    looked,
    cluster,
    images,
  }: {
    readonly sections: readonly Section[]
    readonly looked: readonly NodeLook[]
    readonly cluster: GuestFacts | undefined
    readonly images: WantedImages | undefined
  },
): CheckReport {
  const missing = looked.some((l) => 'error' in l)
  const judged = sections.map((section) => {
    const nodes = looked.flatMap((l) => {
      if ('error' in l) return []
      const findings = judge(section, { lab, node: l.node, facts: l.facts, skewS: l.skewS, cluster, images })
      return findings.length > 0 ? [{ node: l.node.name, state: worst(findings), findings: readable(findings) }] : []
    })
    const state = worst(nodes.flatMap((n) => n.findings))
    // For a node that was not reached nothing is known: neither done nor not applicable.
    const open = missing && (state === 'done' || (nodes.length === 0 && section.look === undefined))
    return { section: section.id, title: section.title, state: open ? ('unreachable' as const) : state, nodes }
  })
  return {
    lab: lab.name,
    ok: !missing && judged.every((s) => s.state === 'done' || s.state === 'not-applicable'),
    nodes: looked.map((l) => ({
      name: l.node.name,
      role: l.node.role,
      reached: !('error' in l),
      error: 'error' in l ? l.error : null,
    })),
    sections: judged,
  }
}
