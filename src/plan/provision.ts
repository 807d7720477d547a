/**
 * What `klab provision` must do: run guest phases of `up` again, on some or all nodes. Pure: builds the plan, runs
 * nothing.
 */
import type { PhaseName } from '../labfile/phases.js'
import { topologyOf } from '../cluster/topology.js'
import type { LabRun } from '../world.js'
import type { Plan, Step } from '../step.js'
import { planUp } from './up.js'

/** Steps of these phases are for the whole cluster, and run with the first control plane. */
const CLUSTER: readonly string[] = ['cni', 'addons', 'ready'] satisfies PhaseName[]

/** The plan for these phases and nodes. Phases without a step are left out. */
export function planProvision(run: LabRun, phases: readonly PhaseName[], nodes: readonly string[]): Plan {
  const first = topologyOf(run.lab)?.first.name
  const mine = (phase: string, id: string): boolean =>
    CLUSTER.includes(phase) ? first !== undefined && nodes.includes(first) : nodes.includes(id.slice(phase.length + 1))
  const plan = planUp(run)
  return {
    goal: 'provision',
    lab: plan.lab,
    phases: plan.phases
      .filter((p) => phases.includes(p.name as PhaseName))
      .map((p) => ({ ...p, steps: p.steps.filter((s) => mine(p.name, s.id)).map(runAgain) }))
      .filter((p) => p.steps.length > 0),
  }
}

/** The step without its check: it runs even if it is done. */
const runAgain = (step: Step): Step => ({
  id: step.id,
  title: step.title,
  run: async (context) => {
    await step.again?.(context)
    return step.run(context)
  },
})
