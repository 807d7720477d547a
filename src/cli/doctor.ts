/** `klab doctor`. */
import { checkHost } from '../doctor/doctor.js'
import { readLab } from '../lab/open.js'
import { columns } from '../report/columns.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'

/** Prints every check; 3 when something is missing. */
export async function runDoctor(app: App, args: Args): Promise<number> {
  const open = await readLab(app.env, args.file)
  const world = await app.world(open.lab)
  const checks = await checkHost(world, open.lab, {
    accel: await app.probeAccel(open.lab),
    running: open.record ? open.lab.nodes.length : 0,
    cached: false,
    id: open.id,
  })
  if (args['json']) printJson(app, checks)
  else {
    app.stdout.write(columns([['CHECK', 'STATE', 'FOUND'], ...checks.map((c) => [c.name, c.state, c.found])]))
    for (const c of checks) if (c.fix !== undefined) app.stdout.write(`${c.name}: try: ${c.fix}\n`)
  }
  return checks.some((c) => c.state === 'missing') ? 3 : 0
}
