/** `klab plan`. */
import { formatConsequences } from '../lab/drift.js'
import type { PlanReport } from '../lab/plan.js'
import { say, translated } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { PLAN_OPTIONS } from './options.js'
import { labOf } from './progress.js'

/** `bundle upstream: dl.k8s.io and registry.k8s.io answer`; nothing for plain VMs. */
function bundleLine({ bundle }: PlanReport): string {
  if (!bundle) return ''
  const why = bundle.why === undefined ? '' : `: ${translated(bundle.why)}`
  return `${say('bundle {source}', { source: bundle.source })}${why}\n`
}

/** Prints what `up` would do. Changes nothing. Throws HostError if the lab's network cannot be used on this host. */
export async function runPlan(app: App, args: Args<typeof PLAN_OPTIONS>): Promise<number> {
  const plan = await (await labOf(app, args)).plan({ until: args.until })
  if (args.json) printJson(app, plan)
  else {
    app.stdout.write(
      `${say('lab {lab} on {uri}, {accel}', plan)}\n` +
        `${say('profile {name}: {why}', plan.profile)}\n${bundleLine(plan)}` +
        (plan.endpoint === null ? '' : `${say('the control planes share {endpoint}', { endpoint: plan.endpoint })}\n`) +
        plan.settings.map((line) => `${say('setting {line}', { line })}\n`).join(''),
    )
    if (plan.changes.length > 0)
      app.stdout.write(
        `\n${say('the Labfile changed since this lab was brought up:')}\n${formatConsequences(plan.changes)}\n` +
          (plan.changes.some((c) => c.when === 'new-lab')
            ? say('up refuses that: klab destroy, then klab up; or change it back. After destroy, up would do:')
            : say('up applies this; it would do:')) +
          '\n',
      )
    for (const p of plan.phases)
      app.stdout.write(
        `\n${p.name}: ${translated(p.title)}\n${p.steps.map((s) => `  ${s.id}  ${translated(s.title)}\n`).join('')}`,
      )
  }
  return 0
}
