/** `klab plan`: what `up` would do, as data. */
import { sharedEndpoint } from '../cluster/topology.js'
import { requireFit } from '../doctor/doctor.js'
import { networkChecks } from '../doctor/network.js'
import type { Accel } from '../hypervisor/types.js'
import { requirePlaces } from '../labfile/places.js'
import { settledLab } from '../labfile/settled-bundle.js'
import type { PhaseName } from '../labfile/phases.js'
import type { KubernetesSpec } from '../labfile/model.js'
import type { Consequence } from '../plan/changes.js'
import type { LabContext } from './context.js'
import { requireAddons } from './addon-check.js'
import { consequencesFor, recordFor } from './apply.js'
import { requireOffline } from './offline.js'
import { readLab, type OpenLab } from './open.js'
import { requireFolder } from './bundle-folder.js'
import { settleBundle } from './settle-bundle.js'
import { planOf, settleAccel } from './up-phases.js'

/** `klab plan --json`: a contract for scripts. */
export interface PlanReport {
  readonly lab: string
  readonly goal: string
  /** libvirt's. */
  readonly uri: string
  readonly accel: Accel
  /** Where the cluster’s programs and images come from; null: no cluster. `why`: the reason for what `auto` became. */
  readonly bundle: { readonly source: string; readonly why?: string } | null
  /** The address that several control planes share, `HOST:PORT`; null with one. */
  readonly endpoint: string | null
  /** What the Labfile adds to kubeadm's configuration: `kubelet.maxPods: 50`. */
  readonly settings: readonly string[]
  readonly profile: { readonly name: string; readonly why: string }
  /**
   * What changed in the Labfile since the lab was brought up, and the consequences. If one change needs a new lab, `up`
   * refuses, and the phases are those of the changed lab after this one is destroyed.
   */
  readonly changes: readonly Consequence[]
  readonly phases: readonly {
    readonly name: string
    readonly title: string
    readonly steps: readonly { readonly id: string; readonly title: string }[]
  }[]
}

/** What `bundle` is, or what `auto` became. */
function bundleOf({ lab, bundle }: OpenLab): PlanReport['bundle'] {
  if (!lab.kubernetes) return null
  return bundle ?? { source: lab.kubernetes.bundle.source }
}

/** The Labfile's own settings of kubelet and the control plane, one line each. */
function settingsOf(k: KubernetesSpec | undefined): readonly string[] {
  if (!k) return []
  const lines = (name: string, fields: Readonly<Record<string, unknown>> = {}): readonly string[] =>
    Object.entries(fields).map(([key, value]) => `${name}.${key}: ${JSON.stringify(value)}`)
  return [
    ...lines('kubelet', k.kubelet),
    ...(['apiServer', 'controllerManager', 'scheduler', 'etcd'] as const).flatMap((name) =>
      lines(`${name}.extraArgs`, k[name]?.extraArgs),
    ),
    ...(k.ignorePreflightErrors?.length ? [`ignorePreflightErrors: ${k.ignorePreflightErrors.join(', ')}`] : []),
  ]
}

/**
 * Changes nothing. Throws LabfileError (also if the user's bundle folder lacks something), HostError if the lab's
 * network cannot be used on this host.
 */
export async function planUpOf(c: LabContext, o: { readonly until?: PhaseName | undefined } = {}): Promise<PlanReport> {
  const { doors } = c
  const found = await readLab(doors.env, c.file)
  await requireAddons(found, doors.assets)
  const changes = found.record ? consequencesFor(found.record, found.lab) : []
  const never = changes.some((change) => change.when === 'new-lab')
  const world = await doors.world(found.lab)
  const taken = found.record && !never && changes.length > 0
  const asked = {
    ...found,
    record: never ? undefined : taken ? await recordFor(world, found.record, found.lab) : found.record,
  }
  const open = await settleBundle(world, asked)
  // What a lab was made from may be gone by now.
  const toBeMade = found.record?.completedUntil === undefined || changes.length > 0
  if (toBeMade) await requirePlaces(found.lab, found.labfile)
  await requireOffline(world, { ...open, lab: settledLab(open.lab, open.bundle) })
  if (toBeMade) await requireFolder(found.lab, found.labfile, doors.assets)
  requireFit(await networkChecks(world, open.lab, { id: open.id }))
  const accel = open.record?.accel ?? (await settleAccel(open.lab, () => doors.probeAccel(open.lab)))
  const { plan, run } = await planOf(world, open, { until: o.until ?? 'ready', accel })
  return {
    lab: plan.lab,
    goal: plan.goal,
    uri: world.hypervisor.uri,
    accel: run.accel,
    bundle: bundleOf(open),
    endpoint: sharedEndpoint(open.lab),
    settings: settingsOf(open.lab.kubernetes),
    profile: { name: run.profile.name, why: run.profile.why },
    changes,
    phases: plan.phases.map((p) => ({
      name: p.name,
      title: p.title,
      steps: p.steps.map((s) => ({ id: s.id, title: s.title })),
    })),
  }
}
