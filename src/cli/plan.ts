/** `klab plan`. */
import { formatConsequences } from '../lab/drift.js'
import type { PlanReport } from '../lab/plan.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { PLAN_OPTIONS } from './options.js'
import { labOf } from './progress.js'

/** `bundle upstream: dl.k8s.io and registry.k8s.io answer`; nothing for plain VMs. */
const bundleLine = ({ bundle }: PlanReport): string =>
  bundle ? `bundle ${bundle.source}${bundle.why === undefined ? '' : `: ${bundle.why}`}\n` : ''

/** Prints what `up` would do. Changes nothing. Throws HostError if the lab's network cannot be used on this host. */
export async function runPlan(app: App, args: Args<typeof PLAN_OPTIONS>): Promise<number> {
  const plan = await (await labOf(app, args)).plan({ until: args.until })
  if (args.json) printJson(app, plan)
  else {
    app.stdout.write(
      `lab ${plan.lab} on ${plan.uri}, ${plan.accel}\n` +
        `profile ${plan.profile.name}: ${plan.profile.why}\n${bundleLine(plan)}` +
        (plan.endpoint === null ? '' : `the control planes share ${plan.endpoint}\n`) +
        plan.settings.map((line) => `setting ${line}\n`).join(''),
    )
    if (plan.changes.length > 0)
      app.stdout.write(
        `\nthe Labfile changed since this lab was brought up:\n${formatConsequences(plan.changes)}\n` +
          (plan.changes.some((c) => c.when === 'new-lab')
            ? 'up refuses that: klab destroy, then klab up; or change it back. After destroy, up would do:\n'
            : 'up applies this; it would do:\n'),
      )
    for (const p of plan.phases)
      app.stdout.write(`\n${p.name}: ${p.title}\n${p.steps.map((s) => `  ${s.id}  ${s.title}\n`).join('')}`)
  }
  return 0
}
