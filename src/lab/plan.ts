/** `klab plan`: what `up` would do, as data. */
import { requireFit } from '../doctor/doctor.js'
import { networkChecks } from '../doctor/network.js'
import type { Accel } from '../hypervisor/types.js'
import type { PhaseName } from '../labfile/phases.js'
import type { Consequence } from '../plan/changes.js'
import type { LabContext } from './context.js'
import { consequencesFor, recordFor } from './apply.js'
import { requireOffline } from './offline.js'
import { readLab, type OpenLab } from './open.js'
import { settleBundle } from './settle-bundle.js'
import { planOf, settleAccel } from './up.js'

/** `klab plan --json`: a contract for scripts. */
export interface PlanReport {
  readonly lab: string
  readonly goal: string
  /** libvirt's. */
  readonly uri: string
  readonly accel: Accel
  /** Where the cluster’s programs and images come from; null: no cluster. `why`: of what `auto` became. */
  readonly bundle: { readonly source: string; readonly why?: string } | null
  readonly profile: { readonly name: string; readonly why: string }
  /**
   * What changed in the Labfile since the lab was brought up, and what follows. Where one takes a new lab, `up` refuses,
   * and the phases are those of the changed lab, once this one is destroyed.
   */
  readonly changes: readonly Consequence[]
  readonly phases: readonly {
    readonly name: string
    readonly title: string
    readonly steps: readonly { readonly id: string; readonly title: string }[]
  }[]
}

/** What `bundle` is, or became. */
function bundleOf({ lab, bundle }: OpenLab): PlanReport['bundle'] {
  if (!lab.kubernetes) return null
  return bundle ?? { source: lab.kubernetes.bundle.source }
}

/** Changes nothing. Throws LabfileError, HostError when the lab's network has no place on this host. */
export async function planUpOf(c: LabContext, o: { readonly until?: PhaseName | undefined } = {}): Promise<PlanReport> {
  const { doors } = c
  const found = await readLab(doors.env, c.file)
  const changes = found.record ? consequencesFor(found.record, found.lab) : []
  const never = changes.some((change) => change.when === 'new-lab')
  const world = await doors.world(found.lab)
  const taken = found.record && !never && changes.length > 0
  const asked = {
    ...found,
    record: never ? undefined : taken ? await recordFor(world, found.record, found.lab) : found.record,
  }
  const open = await settleBundle(world, asked)
  await requireOffline(world, open)
  requireFit(await networkChecks(world, open.lab, { id: open.id }))
  const accel = open.record?.accel ?? (await settleAccel(open.lab, () => doors.probeAccel(open.lab)))
  const { plan, run } = await planOf(world, open, { until: o.until ?? 'ready', accel })
  return {
    lab: plan.lab,
    goal: plan.goal,
    uri: world.hypervisor.uri,
    accel: run.accel,
    bundle: bundleOf(open),
    profile: { name: run.profile.name, why: run.profile.why },
    changes,
    phases: plan.phases.map((p) => ({
      name: p.name,
      title: p.title,
      steps: p.steps.map((s) => ({ id: s.id, title: s.title })),
    })),
  }
}
