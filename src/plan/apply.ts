/** Plans for a lab whose Labfile changed. Pure: builds the plans, runs nothing. */
import type { Lab, NodeSpec } from '../labfile/model.js'
import { leaveSteps } from '../phases/leave.js'
import { settingsSteps } from '../phases/settings.js'
import type { Plan } from '../step.js'
import type { LabRun } from '../world.js'
import { planUp } from './up.js'
import { english } from '../words/say.js'

/** Removes nodes. `run`: of the lab that still has them. */
export const planLeave = (run: LabRun, nodes: readonly NodeSpec[]): Plan => ({
  goal: 'up',
  lab: run.lab.name,
  phases: [{ name: 'leave', title: english('nodes leave'), steps: leaveSteps(run, nodes) }],
})

/** The plan of `up`, and after the boot the steps that tell old guests what is new. `before`: the old lab. */
export function planApply(run: LabRun, before: Lab): Plan {
  const plan = planUp(run)
  const settings = {
    name: 'settings',
    title: english('what changed in the Labfile'),
    steps: settingsSteps(run, before),
  }
  const phases = plan.phases.flatMap((p) => (p.name === 'boot' ? [p, settings] : [p]))
  return { ...plan, phases }
}
