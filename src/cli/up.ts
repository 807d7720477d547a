/** `klab up`. */
import { UsageError } from '../errors.js'
import { checkHost, requireFit } from '../doctor/doctor.js'
import { readLab, type OpenLab } from '../lab/open.js'
import type { Status } from '../lab/status.js'
import { alreadyUp, makeFolders, settleAccel, up } from '../lab/up.js'
import type { PhaseName } from '../labfile/phases.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import { openRenderer } from './progress.js'
import { formatStatus } from './status.js'

/**
 * Brings the lab up and prints its status. Throws LabfileError, HostError (before anything is changed), what `up`
 * throws.
 */
export async function runUp(app: App, args: Args): Promise<number> {
  const until = args['until'] as PhaseName
  if (typeof args['from'] === 'string') {
    const { upFrom } = await import('./up-from.js')
    const status = await upFrom(app, args, args['from'])
    if (status) return print(app, args, status, tryNext(await readLab(app.env, args.file), args, status))
  }
  const open = await readLab(app.env, args.file)
  const world = await app.world(open.lab)

  const sealed = async (): Promise<void> => {
    if (args['seal'] === true) await (await import('./up-from.js')).seal(app, world, open)
  }
  if (args['seal'] === true && until !== 'ready')
    throw new UsageError('up: --seal keeps a lab that is Ready', { hint: 'klab up --seal, without --until' })

  const quick = await alreadyUp(world, open, until)
  if (quick) {
    await sealed()
    return print(app, args, quick, 'all is up; nothing to do')
  }

  const probe = await app.probeAccel(open.lab)
  const running = open.record ? open.lab.nodes.length : 0
  const checks = await checkHost(world, open.lab, { accel: probe, running, cached: false, id: open.id })
  requireFit(checks)

  if (!open.record && open.lab.kubernetes && until === 'ready' && args['fresh'] !== true) {
    const { upSealed } = await import('./up-from.js')
    const status = await upSealed(app, world, open, await settleAccel(open.lab, () => Promise.resolve(probe)))
    if (status) return print(app, args, status, tryNext(open, args, status))
  }

  await makeFolders(world, open)
  const renderer = await openRenderer(app, args['json'] === true, open.paths.log)
  let status
  try {
    for (const c of checks)
      if (c.state === 'warn')
        renderer.report({ type: 'warn', text: `${c.name}: ${c.found}${c.fix === undefined ? '' : `; try: ${c.fix}`}` })
    status = await up(world, open, {
      until,
      accel: await settleAccel(open.lab, () => Promise.resolve(probe)),
      report: renderer.report,
    })
  } finally {
    renderer.close()
  }
  await sealed()
  return print(app, args, status, tryNext(open, args, status))
}

/** What to type now. */
function tryNext(open: OpenLab, args: Args, { cluster, nodes }: Status): string {
  const klab = `  klab${args.file === undefined ? '' : ` -f ${args.file}`}`
  const ssh = `${klab} ssh ${nodes[0]?.name ?? ''}`
  // `--from` may lead to where a lesson starts, before there is an API server.
  const whole = args['until'] === 'ready' && cluster?.apiServer !== null
  const kubectl = whole && cluster ? [`${klab} kubectl get pods -A`] : []
  const kubeconfig = kubectl.length > 0 ? `kubeconfig: ${open.paths.kubeconfig}\n` : ''
  const next = [...kubectl, ssh, `${klab} ${whole ? 'destroy' : 'up'}`]
  return `${kubeconfig}try next:\n${next.join('\n')}`
}

/** Status and more text on stdout, or the status as JSON; exit status 0. */
function print(app: App, args: Args, status: Status, text: string): number {
  if (args['json']) printJson(app, status)
  else app.stdout.write(`${formatStatus(status, app.clock.now())}\n${text}\n`)
  return 0
}
