import t, { type Test } from 'tap'
import { CommandError, ProbeError, StateError } from '../../src/errors.js'
import { parsePods, readySteps } from '../../src/phases/ready.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const NAMES = ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node03']
const PODS = NAMES.map((n, i) => `probe-${i} 10.81.${i}.2 ${n}\n`).join('')

interface Script {
  /** Who is Ready at the n-th ask; undefined: no answer. */
  readonly nodes?: (ask: number) => Record<string, boolean> | undefined
  readonly dns?: (ask: number) => string
  readonly available?: string
  readonly pods?: string
  readonly exec?: (pod: string) => string | Error
}

const all = (ready: boolean): Record<string, boolean> => Object.fromEntries(NAMES.map((n) => [n, ready]))
const cannotReach = (what: string): Error =>
  new CommandError({
    where: 'host',
    argv: ['kubectl'],
    exitCode: 1,
    signal: undefined,
    timedOut: false,
    durationMs: 1,
    tail: `cannot reach: ${what}`,
  })

function stage(t: Test, script: Script = {}) {
  let [askedNodes, askedDns] = [0, 0]
  const said: string[] = []
  const world = makeWorld(t, {
    kubectl: (args, input) => {
      said.push(args)
      if (args.startsWith('delete namespace klab-probe')) return ''
      if (args === 'apply --validate=false -f -') return /kind: DaemonSet/.test(input) ? 'created' : new Error('not the probe')
      if (args.includes('deployment coredns')) return script.dns?.(++askedDns) ?? '2'
      if (args.includes('daemonset probe')) return script.available ?? '4'
      if (args.includes('get pods')) return script.pods ?? PODS
      const pod = /exec (\S+) -- sh -c/.exec(args)?.[1]
      return pod === undefined ? new Error(`unexpected: ${args}`) : (script.exec?.(pod) ?? '')
    },
  })
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  const lines: string[] = []
  const [step, ...more] = readySteps(run, () => {
    const now = script.nodes ? script.nodes(++askedNodes) : all(true)
    return Promise.resolve(now && new Map(Object.entries(now)))
  })
  t.equal(more.length, 0)
  const play = () => step!.run({ line: (l) => lines.push(l), signal: world.signal })
  return { step: step!, lines, said, play, asked: () => [askedNodes, askedDns] }
}

t.test('waits for all nodes, then for DNS, then every pod is asked for every pod', async (t) => {
  const s = stage(t, { nodes: (n) => (n < 3 ? { ...all(true), 'k8s-node02': false } : all(true)), dns: (n) => (n < 2 ? '' : '1') })
  await s.play()
  t.same(s.asked(), [3, 2])
  t.match(s.lines[0], /4\/4 nodes Ready/)
  t.match(s.lines.at(-1), /pod to pod 16\/16, DNS 4\/4/)
  const execs = s.said.filter((a) => a.includes(' exec '))
  t.equal(execs.length, 4)
  for (const e of execs) t.match(e, /probe 10\.81\.0\.2 10\.81\.1\.2 10\.81\.2\.2 10\.81\.3\.2$/)
  t.match(s.said.at(-1), /^delete namespace/, 'the probe goes')
})

t.test('a node too few is not ready, though all that are there are', async (t) => {
  const s = stage(t, { nodes: () => ({ 'k8s-master01': true, 'k8s-node01': true, 'k8s-node02': true }) })
  await t.rejects(s.play(), { constructor: ProbeError, message: /4 nodes Ready.*k8s-node02/ })
  t.same(s.said, [], 'no proof is tried')
})

t.test('an API server that does not answer is waited for, and said in the end', async (t) => {
  const s = stage(t, { nodes: () => undefined })
  await t.rejects(s.play(), { constructor: ProbeError, message: /does not answer/ })
  t.ok(s.asked()[0]! > 100, 'for ten minutes times the profile’s patience')
})

t.test('CoreDNS without a replica, or a probe too few, is not ready', async (t) => {
  await t.rejects(stage(t, { dns: () => '' }).play(), { constructor: ProbeError, message: /CoreDNS available.*replicas: 0/ })
  await t.rejects(stage(t, { available: '3' }).play(), { constructor: ProbeError, message: /4 probe pods running.*available: 3/ })
  await t.rejects(stage(t, { pods: PODS.split('\n').slice(1).join('\n') }).play(), {
    constructor: StateError,
    message: /want 4 probe pods, there are 3/,
  })
})

t.test('one pod that cannot reach another fails the step, and is named', async (t) => {
  const s = stage(t, { exec: (pod) => (pod === 'probe-1' ? cannotReach('10.81.2.2') : '') })
  await t.rejects(s.play(), { constructor: StateError, message: /k8s-node01: cannot reach: 10\.81\.2\.2/ })
})

t.test('the proof is of now: nothing could say already', (t) => {
  t.notOk('done' in stage(t).step)
  t.end()
})

t.test('parsePods: whole lines only', (t) => {
  t.same(parsePods('a 10.0.0.1 n1\nb  \n\n'), [{ name: 'a', ip: '10.0.0.1', node: 'n1' }])
  t.end()
})
