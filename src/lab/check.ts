/** `klab check`: one look into each guest, judged against the course's sections. Changes nothing. */
import pMap from 'p-map'
import { labImages } from '../bundle/cached-bundle.js'
import { clusterView } from '../course/api-table.js'
import { isComplete, parseGuestFacts } from '../course/facts.js'
import { judgeLab, type NodeLook } from '../course/judge.js'
import { repairs } from '../course/repair.js'
import { findSections, partsFor, SECTIONS, type Section } from '../course/sections.js'
import type { CheckReport } from '../course/types.js'
import { CorruptError, Interrupted, KlabError, StateError, UsageError } from '../errors.js'
import { settledLab } from '../labfile/settled-bundle.js'
import type { NodeSpec } from '../labfile/model.js'
import { topologyOf } from '../cluster/topology.js'
import { domainName } from '../node/names.js'
import { connectWithin } from '../node/connections.js'
import { inPhase, silently, type Stage } from '../report/stages.js'
import type { World } from '../world.js'
import type { LabPaths } from '../state/paths.js'
import type { LabRecord } from '../state/record.js'
import { english } from '../words/say.js'
import { checkScript } from './check-script.js'
import type { LabContext } from './context.js'
import { recordedLab } from './open.js'

/** A running guest answers within seconds. Under emulation the handshake of a busy one takes ten. */
const CONNECT_MS = 60_000
/** It includes the versions of kubeadm, kubelet and kubectl. Under emulation each takes seconds. */
const FACTS_MS = 300_000

export interface CheckOptions {
  readonly sections: readonly Section[]
  /** Names; all must be nodes of the lab. */
  readonly nodes: readonly string[]
  /** Reports each node's look. It takes minutes if guests are busy. */
  readonly stage?: Stage
}

export interface CheckRequest {
  /** Such as `2.2.7`, or `2.2` for all of it; default: all. */
  readonly sections?: readonly string[] | undefined
  /** Default: all. */
  readonly nodes?: readonly string[] | undefined
}

/** Which sections of the course are done. Throws UsageError, StateError (never up), HostError. */
export async function checkCourse(c: LabContext, o: CheckRequest = {}): Promise<CheckReport> {
  const found = await recordedLab(c.doors.env, c.file)
  const names = found.record.lab.nodes.map((n) => n.name)
  const unknown = o.nodes?.find((n) => !names.includes(n))
  if (unknown !== undefined)
    throw new UsageError(
      english('check: {unknown}: no such node; there are {names}', { unknown, names: names.join(', ') }),
    )
  const wanted = new Set((o.sections ?? []).flatMap(findSections))
  const world = await c.doors.world(found.record.lab)
  const phase = { goal: 'check', title: english('a look into each guest'), lab: found.record.name }
  return inPhase({ report: c.report, clock: c.doors.clock }, phase, (stage) =>
    checkLab(world, found, {
      sections: wanted.size > 0 ? SECTIONS.filter((s) => wanted.has(s)) : SECTIONS,
      nodes: o.nodes?.length ? o.nodes : names,
      stage,
    }),
  )
}

/**
 * Looks into the nodes and judges. Throws Interrupted, HostError; a node that cannot be reached is part of the report.
 */
export async function checkLab(
  world: World,
  lab: { record: LabRecord; paths: LabPaths },
  o: CheckOptions,
): Promise<CheckReport> {
  const { record } = lab
  const made = settledLab(record.lab, record.bundle)
  const k = made.kubernetes
  const controlPlanes = topologyOf(record.lab)?.controlPlanes ?? []
  const script = await checkScript(world.assets)
  const machines = new Map((await world.hypervisor.list()).map((m) => [m.name, m.state]))
  const running = controlPlanes.find((n) => machines.get(domainName(record.id, n.name)) === 'running')
  // The first control plane that runs is asked even if only others are wanted, because it knows whether they are Ready.
  const asked = record.lab.nodes.filter((n) => n === (running ?? controlPlanes[0]) || o.nodes.includes(n.name))
  try {
    const [all, images] = await Promise.all([
      pMap(asked, async (node): Promise<NodeLook> => {
        const state = machines.get(domainName(record.id, node.name)) ?? 'absent'
        const parts = partsFor(o.sections)
        const looking = async (line: (text: string) => void): Promise<NodeLook> => {
          if (state !== 'running') throw new StateError(english('the machine is {state}, not running', { state }))
          return look(world, lab, { node, script, parts, line })
        }
        return (o.stage ?? silently)(`check/${node.name}`, node.name, looking).catch((error: unknown) => {
          if (!(error instanceof KlabError) || error instanceof Interrupted) throw error
          return { node, error: error.message }
        })
      }),
      k && labImages(k, world.layers),
    ])
    const views = all.flatMap((l) => (controlPlanes.includes(l.node) && 'facts' in l ? [l.facts] : []))
    // Any API server knows the cluster. The first one's failure is told if none of them answers.
    const facts = views.find((f) => clusterView(f) && clusterView(f)?.error === undefined) ?? views[0]
    const report = judgeLab(made, {
      sections: o.sections,
      looked: all.filter((l) => o.nodes.includes(l.node.name)),
      cluster: facts,
      images,
    })
    return { ...report, repair: repairs(report, record.completedUntil) }
  } finally {
    await world.guests.close()
  }
}

interface Look {
  readonly node: NodeSpec
  readonly script: string
  readonly parts: readonly string[]
  readonly line: (text: string) => void
}

/** Runs `script` on one node; it finds out these parts. Throws ProbeError, CommandError, CorruptError. */
async function look(
  world: World,
  lab: { record: LabRecord; paths: LabPaths },
  { node, script, parts, line }: Look,
): Promise<NodeLook> {
  const { kubernetes, os } = lab.record.lab
  const guest = await connectWithin({ world, ...lab }, node.name, CONNECT_MS)
  line(english('SSH answers; looking'))
  const before = world.clock.now()
  const out = await guest.sudo(script, [kubernetes?.runtime ?? '', node.role, os.user, parts.join(' ')], {
    timeoutMs: FACTS_MS,
    signal: world.signal,
    what: 'looking into the guest',
  })
  const facts = parseGuestFacts(out.stdout)
  if (!isComplete(facts))
    throw new CorruptError(
      english('{name}: the script that looks into the guest ended early\n{stderr}', {
        name: node.name,
        stderr: out.stderr.slice(-500),
      }),
    )
  return { node, facts, skewS: skew(Number(facts.one('epoch')) * 1000, before, world.clock.now()) / 1000 }
}

/** How many ms a clock is wrong that showed `at` at some time between `before` and `after`. */
const skew = (at: number, before: number, after: number): number =>
  at > after ? at - after : Math.min(0, at + 1000 - before)
