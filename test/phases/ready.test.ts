import t, { type Test } from 'tap'
import { ProbeError } from '../../src/errors.js'
import { readySteps } from '../../src/phases/ready.js'
import type { GuestCall } from '../fakes/guests.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const NAMES = ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node03']
const nodes = (...states: string[]): string => NAMES.map((n, i) => `${n}=${states[i] ?? 'True'}`).join('\n') + '\n'

interface Script {
  readonly nodes?: (ask: number) => string | Partial<{ exitCode: number; stderr: string }>
  readonly dns?: (ask: number) => string
  readonly proof?: string | Error
}

function stage(t: Test, script: Script = {}) {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  let [askedNodes, askedDns] = [0, 0]
  world.guests.answers.push(({ text }: GuestCall) => {
    if (text.includes('get nodes')) return script.nodes?.(++askedNodes) ?? nodes()
    if (text.includes('deployment coredns')) return script.dns?.(++askedDns) ?? '2'
    if (text.includes('run.sh ready')) return script.proof ?? ''
    return undefined
  })
  const lines: string[] = []
  const [step, ...more] = readySteps(run, run.lab.nodes[0]!)
  t.equal(more.length, 0)
  const play = () => step!.run({ line: (l) => lines.push(l), signal: world.signal })
  return { world, run, step: step!, lines, play, asked: () => [askedNodes, askedDns] }
}

t.test('waits for all nodes, then for DNS, then proves the pod network', async (t) => {
  const s = stage(t, { nodes: (n) => (n < 3 ? nodes('True', 'False', 'Unknown', '') : nodes()), dns: (n) => (n < 2 ? '' : '1') })
  await s.play()
  t.same(s.asked(), [3, 2])
  t.match(s.lines[0], /4\/4 nodes Ready/)
  const last = s.world.guests.calls.at(-1)!
  t.match(last.text, 'run.sh ready')
  t.ok(s.world.guests.files.get('k8s-master01')?.get('/etc/klab/probe.yaml'))
  t.match(s.world.guests.files.get('k8s-master01')!.get('/etc/klab/env')!.content, "KLAB_NODES='4'")
})

t.test('a node too few is not ready, though all that are there are', async (t) => {
  const s = stage(t, { nodes: () => nodes().split('\n').slice(0, 3).join('\n') })
  await t.rejects(s.play(), { constructor: ProbeError, message: /4 nodes Ready.*k8s-node02=True/ })
  t.notOk(
    s.world.guests.calls.some((c) => c.text.includes('run.sh')),
    'no proof is tried',
  )
})

t.test('an API server that does not answer is waited for, and said in the end', async (t) => {
  const s = stage(t, { nodes: () => ({ exitCode: 1, stderr: 'connection refused' }) })
  await t.rejects(s.play(), { constructor: ProbeError, message: /connection refused/ })
  t.ok(s.asked()[0]! > 100, 'for ten minutes times the profile’s patience')
})

t.test('CoreDNS without a replica is not ready', async (t) => {
  await t.rejects(stage(t, { dns: () => '' }).play(), { constructor: ProbeError, message: /CoreDNS available.*replicas: 0/ })
})

t.test('a failed proof fails the step', async (t) => {
  await t.rejects(stage(t, { proof: new Error('k8s-node01 cannot reach: 10.81.2.3') }).play(), /cannot reach/)
})

t.test('the proof is of now: no run counts for a later one', async (t) => {
  const s = stage(t)
  t.notOk('done' in s.step, 'nothing that could say already')
  await s.play()
  s.world.clock.time += 1
  await s.play()
  const marks = s.world.guests.calls.flatMap((c) => /run\.sh ready (\w+)/.exec(c.text)?.[1] ?? [])
  t.equal(new Set(marks).size, 2)
})
