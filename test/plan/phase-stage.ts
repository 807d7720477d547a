/** The world as the phases of `up` find it, one phase at a time. The phases are those of the plan. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { nodeImageKey } from '../../src/node-image/bake.js'
import { executePlan } from '../../src/plan/runner.js'
import { planUp } from '../../src/plan/up.js'
import { readySteps } from '../../src/phases/ready.js'
import type { nodeConditions } from '../../src/api/server.js'
import type { Plan } from '../../src/step.js'
import type { LabRun } from '../../src/world.js'
import { staticPods } from '../fakes/static-pods.js'
import { fakeQemuImg, fourNodes, labOf, makeRun, makeWorld, root } from '../fakes/world.js'
import { ADMIN, CA } from './certificates.js'

const LAB = labOf(fourNodes('kubernetes: { cni: flannel }\n').replace(/^.*k8s-node0[23].*\n/gm, ''))
export const NODES = LAB.nodes.map((n) => n.name)
/** The fake artifacts are there without a call. What makes real ones gets the signal, or runs through `stoppable`. */
const NO_CALLS = ['image']
const allPhases = (run: LabRun): readonly string[] => planUp(run).phases.map((p) => p.name)
/** The phases of `up` that call something in the fake world. */
export const phasesOf = (t: Test): readonly string[] =>
  allPhases(makeRun(makeWorld(t), LAB)).filter((p) => !NO_CALLS.includes(p))
const only = (plan: Plan, name: string): Plan => ({ ...plan, phases: plan.phases.filter((p) => p.name === name) })

/** What kubectl says of a cluster in which all is well. */
function kubectl(args: string): string {
  const pods = LAB.nodes.map(({ name }, i) => ({ name: `probe-${i}`, ip: `10.81.${i}.2`, node: name }))
  if (/\bcoredns\b|daemonset probe/.test(args)) return String(pods.length)
  if (args.includes('get pods')) return pods.map((p) => `${p.name} ${p.ip} ${p.node}\n`).join('')
  return args.includes('/reach/') ? [...pods.map((p) => p.ip), 'dns'].map((what) => `ok ${what}\n`).join('') : ''
}

/** The world as the phases before this one leave it. */
export async function phaseStage(t: Test, phase: string) {
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
  const phases = allPhases(run)
  const at = phases.indexOf(phase)
  if (at > phases.indexOf('node-image')) {
    const layer = join(world.roots.cache, 'layers', await nodeImageKey(run))
    mkdirSync(layer, { recursive: true })
    writeFileSync(join(layer, 'disk.qcow2'), 'image')
  }
  for (const name of ['machines', 'boot'].filter((p) => at > phases.indexOf(p)))
    await executePlan(only(planUp(run), name), { report: () => undefined, clock: world.clock, signal: world.signal })
  return { world, run }
}

/** Runs a phase; `ask`: the API server, without which `ready` cannot end. Throws what its steps throw. */
export async function runPhase(run: LabRun, name: string, ask: typeof nodeConditions): Promise<void> {
  const plan = only(planUp(run), name)
  const phases = plan.phases.map((p) => (name === 'ready' ? { ...p, steps: readySteps(run, ask) } : p))
  const { clock, signal } = run.world
  await executePlan({ ...plan, phases }, { report: () => undefined, clock, signal })
}

/** An API server that calls every node Ready. */
export const allReady: typeof nodeConditions = () => Promise.resolve(new Map(NODES.map((n) => [n, true])))
