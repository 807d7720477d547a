/**
 * What `klab up` must do for a lab: the phases in the course's order, up to `until`. Pure: builds the plan, runs
 * nothing.
 */
import { PHASES, upTo, type PhaseName } from '../labfile/phases.js'
import { createMarks } from '../node/baked-phase.js'
import { addonSteps } from '../phases/addons.js'
import { addonReadySteps } from '../phases/addons-ready.js'
import { bootSteps } from '../phases/boot.js'
import { cniStep } from '../phases/cni.js'
import { controlPlaneStep } from '../phases/control-plane.js'
import { inTurn } from '../phases/in-turn.js'
import { labelSteps } from '../phases/labels.js'
import { memberSteps } from '../phases/members.js'
import { imageSteps } from '../phases/image.js'
import { nodeImageSteps } from '../phases/node-image.js'
import { topologyOf } from '../cluster/topology.js'
import { machineStep } from '../phases/machines.js'
import { networkSteps } from '../phases/network.js'
import { joinedSteps, readySteps } from '../phases/ready.js'
import { workerSteps } from '../phases/workers.js'
import { systemSteps } from '../phases/system.js'
import { runtimeSteps } from '../phases/runtime.js'
import { packagesSteps } from '../phases/packages.js'
import { imagesSteps } from '../phases/images.js'
import type { LabRun } from '../world.js'
import type { Plan, Step } from '../step.js'
import { english } from '../words/say.js'

/** The plan of a run. Phases without steps (no Kubernetes, no CNI) are left out. */
export function planUp(run: LabRun): Plan {
  const { lab } = run
  const k = lab.kubernetes
  const topology = topologyOf(lab)
  const marks = createMarks(run)

  const steps: Readonly<Record<PhaseName, () => readonly Step[]>> = {
    network: () => networkSteps(run),
    // A sealed lab brought its own.
    image: () => (run.record.image ? [] : imageSteps(run)),
    'node-image': () => (run.record.image ? [] : nodeImageSteps(run)),
    machines: () => lab.nodes.map((n) => machineStep(run, n)),
    boot: () => bootSteps(run),
    system: () => systemSteps(run, marks),
    runtime: () => (k ? runtimeSteps(run, marks) : []),
    packages: () => (k ? packagesSteps(run, marks) : []),
    images: () => (k ? imagesSteps(run, marks) : []),
    'control-plane': () =>
      k && topology
        ? inTurn([controlPlaneStep(run, k, topology, { marks }), ...memberSteps(run, k, topology, { marks })])
        : [],
    workers: () => (k && topology ? workerSteps(run, k, topology, { marks }) : []),
    labels: () => (k ? labelSteps(run, marks) : []),
    cni: () => (k && topology && k.cni !== 'none' ? [cniStep(run, k, topology.first, marks)] : []),
    addons: () => (k && topology ? addonSteps(run, k, topology.first, { marks }) : []),
    ready: () =>
      k && topology ? (k.cni === 'none' ? joinedSteps(run) : [...readySteps(run), ...addonReadySteps(run, k)]) : [],
  }
  const phases = PHASES.filter((p) => upTo(p.name, run.until))
    .map((p) => ({
      name: p.name,
      title: p.course
        ? english('{title} (course {course})', { title: english(p.title), course: p.course })
        : english(p.title),
      steps: steps[p.name](),
    }))
    .filter((p) => p.steps.length > 0)
  return { goal: 'up', lab: lab.name, phases }
}
