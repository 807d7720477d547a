/** `klab plan`. */
import { requireFit } from '../doctor/doctor.js'
import { networkChecks } from '../doctor/network.js'
import { readLab } from '../lab/open.js'
import { planOf, settleAccel } from '../lab/up.js'
import type { PhaseName } from '../labfile/phases.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'

/** Prints what `up` would do. Changes nothing. Throws HostError when the lab's network has no place on this host. */
export async function runPlan(app: App, args: Args): Promise<number> {
  const open = await readLab(app.env, args.file)
  const world = await app.world(open.lab)
  requireFit(await networkChecks(world, open.lab, open.id))
  const accel = open.record?.accel ?? (await settleAccel(open.lab, () => app.probeAccel(open.lab)))
  const { plan, run } = await planOf(world, open, { until: args['until'] as PhaseName, accel })
  const data = {
    lab: plan.lab,
    goal: plan.goal,
    uri: world.hypervisor.uri,
    accel: run.accel,
    profile: { name: run.profile.name, why: run.profile.why },
    phases: plan.phases.map((p) => ({
      name: p.name,
      title: p.title,
      steps: p.steps.map((s) => ({ id: s.id, title: s.title })),
    })),
  }
  if (args['json']) printJson(app, data)
  else {
    app.stdout.write(
      `lab ${data.lab} on ${data.uri}, ${data.accel}\nprofile ${data.profile.name}: ${data.profile.why}\n`,
    )
    for (const p of data.phases)
      app.stdout.write(`\n${p.name}: ${p.title}\n${p.steps.map((s) => `  ${s.id}  ${s.title}\n`).join('')}`)
  }
  return 0
}
