/** `klab up`. */
import { UsageError } from '../errors.js'
import { checkHost, requireFit } from '../lab/doctor.js'
import { openLab } from '../lab/open.js'
import { alreadyUp, makeFolders, settleAccel, up } from '../lab/up.js'
import type { PhaseName } from '../labfile/phases.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import { openRenderer } from './progress.js'
import { formatStatus } from './status.js'

/** Brings the lab up and prints its status. Throws LabfileError, HostError (before anything is changed), what `up` throws. */
export async function runUp(app: App, args: Args): Promise<number> {
  const until = args['until'] as PhaseName
  if (typeof args['from'] === 'string') {
    const { upFrom } = await import('./up-from.js')
    const status = await upFrom(app, args, args['from'])
    if (status) {
      if (args['json']) printJson(app, status)
      else app.stdout.write(`${formatStatus(status, app.clock.now())}\n`)
      return 0
    }
  }
  const open = await openLab(app.env, args.file)
  const world = await app.world(open.lab)
  const print = (status: Parameters<typeof formatStatus>[0], text: string): number => {
    if (args['json']) printJson(app, status)
    else app.stdout.write(`${formatStatus(status, app.clock.now())}\n${text}\n`)
    return 0
  }

  const sealed = async (): Promise<void> => {
    if (args['seal'] === true) await (await import('./up-from.js')).seal(app, world, open)
  }
  if (args['seal'] === true && until !== 'ready')
    throw new UsageError('up: --seal keeps a lab that is Ready', { hint: 'klab up --seal, without --until' })

  const quick = await alreadyUp(world, open, until)
  if (quick) {
    await sealed()
    return print(quick, 'all is up; nothing to do')
  }

  const probe = await app.probeAccel(open.lab)
  const running = open.record ? open.lab.nodes.length : 0
  const checks = await checkHost(world, open.lab, { accel: probe, running, cached: false, id: open.id })
  requireFit(checks)

  if (!open.record && open.lab.kubernetes && until === 'ready' && args['fresh'] !== true) {
    const { upSealed } = await import('./up-from.js')
    const status = await upSealed(app, world, open, await settleAccel(open.lab, () => Promise.resolve(probe)))
    if (status) return print(status, 'from the cache; klab up --fresh makes it from scratch')
  }

  await makeFolders(world, open)
  const renderer = await openRenderer(app, args['json'] === true, open.paths.log)
  let status
  try {
    for (const c of checks)
      if (c.state === 'warn')
        renderer.report({ type: 'warn', text: `${c.name}: ${c.found}${c.fix === undefined ? '' : `; try: ${c.fix}`}` })
    status = await up(world, open, { until, accel: await settleAccel(open.lab, () => Promise.resolve(probe)), report: renderer.report })
  } finally {
    renderer.close()
  }
  await sealed()
  const f = args.file === undefined ? '' : ` -f ${args.file}`
  const next =
    until === 'ready' && status.cluster
      ? `kubeconfig: ${open.paths.kubeconfig}\ntry next:\n  klab${f} kubectl get pods -A\n  klab${f} ssh ${open.lab.nodes[0]?.name ?? ''}\n  klab${f} destroy`
      : `try next:\n  klab${f} ssh ${open.lab.nodes[0]?.name ?? ''}\n  klab${f} up`
  return print(status, next)
}
