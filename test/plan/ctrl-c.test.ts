/**
 * Ctrl-C at every moment of every phase of `up`: each call of a door in turn never comes back by itself. The phases are
 * those of the plan.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Interrupted } from '../../src/errors.js'
import { nodeImageKey } from '../../src/node-image/bake.js'
import { domainName } from '../../src/node/names.js'
import { executePlan } from '../../src/plan/runner.js'
import { planUp } from '../../src/plan/up.js'
import { readySteps } from '../../src/phases/ready.js'
import type { Plan } from '../../src/step.js'
import { hangAt } from '../fakes/hanging.js'
import { staticPods } from '../fakes/static-pods.js'
import { fakeQemuImg, fourNodes, labOf, makeRun, makeWorld, root } from '../fakes/world.js'
import { ADMIN, CA } from './certificates.js'

const LAB = labOf(fourNodes('kubernetes: { cni: flannel }\n').replace(/^.*k8s-node0[23].*\n/gm, ''))
const NODES = LAB.nodes.map((n) => n.name)
/** The fake artifacts are there without a call. What makes real ones gets the signal, or runs through `stoppable`. */
const NO_CALLS = ['image']
const PHASES = planUp(makeRun(makeWorld(t), LAB)).phases.map((p) => p.name)
const only = (plan: Plan, name: string): Plan => ({ ...plan, phases: plan.phases.filter((p) => p.name === name) })

/** ms. A fake ends at once or never; this is for a machine that is busy with other things. */
const NEVER = 60_000

/** What kubectl says of a cluster in which all is well. */
function kubectl(args: string): string {
  const pods = LAB.nodes.map(({ name }, i) => ({ name: `probe-${i}`, ip: `10.81.${i}.2`, node: name }))
  if (/\bcoredns\b|daemonset probe/.test(args)) return String(pods.length)
  if (args.includes('get pods')) return pods.map((p) => `${p.name} ${p.ip} ${p.node}\n`).join('')
  return args.includes('/reach/') ? [...pods.map((p) => p.ip), 'dns'].map((what) => `ok ${what}\n`).join('') : ''
}

/** The world as the phases before this one leave it. */
async function stage(t: Test, phase: string) {
  const world = makeWorld(t, { host: { 'qemu-img create': fakeQemuImg }, kubectl })
  const run = makeRun(world, LAB, { keys: true })
  world.guests.answers.push(({ text }) => {
    const pod = /manifests\/(\S+)\.yaml$/.exec(text)?.[1]
    if (pod !== undefined) return staticPods(LAB.kubernetes!, LAB.nodes[0]!, run.profile)[pod]
    if (text.includes('result.json')) return '{"v1":{"errors":[]}}'
    if (text.endsWith('admin.conf')) return ADMIN
    return text.endsWith('pki/ca.crt') ? CA : ''
  })
  for (const dir of [run.paths.dir, world.roots.run, run.paths.run, world.roots.cache])
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  mkdirSync(join(world.dir, 'artifacts/manifests'), { recursive: true })
  const flannel = readFileSync(`${root}/cloud-init/manifests/flannel.yaml`, 'utf8')
  writeFileSync(join(world.dir, 'artifacts/manifests/flannel.yaml'), flannel.replaceAll('@IMAGE@', 'pause:3.2'))
  const at = PHASES.indexOf(phase)
  if (at > PHASES.indexOf('node-image')) {
    const layer = join(world.roots.cache, 'layers', await nodeImageKey(run))
    mkdirSync(layer, { recursive: true })
    writeFileSync(join(layer, 'disk.qcow2'), 'image')
  }
  for (const name of ['machines', 'boot'].filter((p) => at > PHASES.indexOf(p)))
    await executePlan(only(planUp(run), name), { report: () => undefined, clock: world.clock, signal: world.signal })
  return { world, run }
}

for (const name of PHASES.filter((p) => !NO_CALLS.includes(p)))
  t.test(`phase ${name}: whatever it waits for, it stops, as interrupted`, async (t) => {
    for (let n = 0; ; n++) {
      const s = await stage(t, name)
      const { world, hung, ask } = hangAt(s.world, n, NODES)
      const run = { ...s.run, world }
      const quiet = { report: () => undefined, clock: world.clock, signal: world.signal }
      const plan = only(planUp(run), name)
      // The only phase that cannot end while no API server answers.
      const phases = plan.phases.map((p) => (name === 'ready' ? { ...p, steps: readySteps(run, ask) } : p))
      const ended = executePlan({ ...plan, phases }, quiet).then(
        () => 'done',
        (error: unknown) => (error instanceof Interrupted ? 'interrupted' : `failed: ${String(error)}`),
      )
      const what = await Promise.race([hung, ended])
      if (what === 'done') {
        t.ok(n >= 3, `${n} moments`)
        return
      }
      s.world.abort.abort()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((resolve) => (timer = setTimeout(resolve, NEVER, 'still runs')))
      const end = await Promise.race([ended, late])
      clearTimeout(timer)
      // A token that cannot be deleted early fails no join.
      const good = name === 'workers' && what.includes('delete secret') ? 'done' : 'interrupted'
      t.equal(end, good, `${n}: ${what}`)
      t.not(await s.world.hypervisor.state(domainName(run.id, 'bake')), 'running', 'no bake machine goes on')
      if (what.startsWith('failed')) return
    }
  })
