import t, { type Test } from 'tap'
import { ProbeError, StateError } from '../../src/errors.js'
import { joinedSteps, parsePods, readySteps, unreached } from '../../src/phases/ready.js'
import { failure } from '../fakes/guests.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const NAMES = ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node03']
const PODS = NAMES.map((n, i) => `probe-${i} 10.81.${i}.2 ${n}\n`).join('')

interface Script {
  /** Who is Ready at the n-th ask; undefined: no answer. */
  readonly nodes?: (ask: number) => Record<string, boolean> | undefined
  readonly dns?: (ask: number) => string
  readonly available?: string
  readonly pods?: string
  /** What the pod's CGI script prints. */
  readonly reach?: (pod: string, ask: number) => string | Error
}

const all = (ready: boolean): Record<string, boolean> => Object.fromEntries(NAMES.map((n) => [n, ready]))
const IPS = NAMES.map((_, i) => `10.81.${i}.2`)
const reaches = (not?: string): string =>
  [...IPS, 'dns'].map((what) => `${what === not ? 'no' : 'ok'} ${what}\n`).join('')
const busy = (): Error => failure('host', ['kubectl'], 1, 'dial tcp: timeout')

function stage(t: Test, script: Script = {}) {
  let [askedNodes, askedDns] = [0, 0]
  const askedPods = new Map<string, number>()
  const said: string[] = []
  const world = makeWorld(t, {
    kubectl: (args, input) => {
      said.push(args)
      if (args.startsWith('delete namespace klab-probe')) return ''
      if (args === 'apply --validate=false -f -')
        return /kind: DaemonSet/.test(input) ? 'created' : new Error('not the probe')
      if (args.includes('deployment coredns')) return script.dns?.(++askedDns) ?? '2'
      if (args.includes('daemonset probe')) return script.available ?? '4'
      if (args.includes('get pods')) return script.pods ?? PODS
      const pod =
        /^get --raw \/api\/v1\/namespaces\/klab-probe\/pods\/(\S+):8080\/proxy\/cgi-bin\/reach\/([\d./]+)$/.exec(args)
      if (pod?.[2] !== IPS.join('/')) return new Error(`unexpected: ${args}`)
      const ask = (askedPods.get(pod[1]!) ?? 0) + 1
      askedPods.set(pod[1]!, ask)
      return script.reach?.(pod[1]!, ask) ?? reaches()
    },
  })
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  // A node that stays NotReady is looked after (rejoin.test.ts); here everything runs.
  world.guests.answers.push(({ text }) => (text.includes('systemctl -q is-active') ? '' : undefined))
  const lines: string[] = []
  const [step, ...more] = readySteps(run, () => {
    const now = script.nodes ? script.nodes(++askedNodes) : all(true)
    return Promise.resolve(now && new Map(Object.entries(now)))
  })
  t.equal(more.length, 0)
  const play = () => step!.run({ line: (l) => lines.push(l), signal: world.signal })
  return { step: step!, lines, said, play, asked: () => [askedNodes, askedDns], askedPods }
}

t.test('waits for all nodes, then for DNS, then every pod is asked for every pod', async (t) => {
  const s = stage(t, {
    nodes: (n) => (n < 3 ? { ...all(true), 'k8s-node02': false } : all(true)),
    dns: (n) => (n < 2 ? '' : '1'),
  })
  await s.play()
  t.same(s.asked(), [3, 2])
  t.same(s.lines, [
    'Ready: k8s-master01 k8s-node01 k8s-node03',
    '4/4 nodes Ready',
    'available replicas: 0',
    'CoreDNS available',
    '4 probe pods running',
    'pod to pod 16/16, DNS 4/4',
  ])
  t.same([...s.askedPods.values()], [1, 1, 1, 1])
  t.match(s.said.slice(0, 2), [/^delete namespace/, /^apply/], 'the probe starts while nodes are waited for')
  t.match(s.said.at(-1), /^delete namespace/, 'the probe goes')
})

t.test('a node too few is not ready, though all that are there are', async (t) => {
  const s = stage(t, { nodes: () => ({ 'k8s-master01': true, 'k8s-node01': true, 'k8s-node02': true }) })
  await t.rejects(s.play(), { constructor: ProbeError, message: /4 nodes Ready.*k8s-node02/ })
  t.equal(s.askedPods.size, 0, 'no proof is tried')
})

t.test('an API server that does not answer is waited for, and said in the end', async (t) => {
  const s = stage(t, { nodes: () => undefined })
  await t.rejects(s.play(), { constructor: ProbeError, message: /does not answer/ })
  t.ok(s.asked()[0]! > 100, 'for ten minutes times the profile’s patience')
})

t.test('CoreDNS without a replica, or a probe too few, is not ready', async (t) => {
  await t.rejects(stage(t, { dns: () => '' }).play(), {
    constructor: ProbeError,
    message: /CoreDNS available.*replicas: 0/,
  })
  await t.rejects(stage(t, { available: '3' }).play(), {
    constructor: ProbeError,
    message: /4 probe pods running.*available: 3/,
  })
  await t.rejects(stage(t, { pods: PODS.split('\n').slice(1).join('\n') }).play(), {
    constructor: StateError,
    message: /want 4 probe pods, there are 3/,
  })
})

t.test('one pod that cannot reach another fails the step, and is named; the others are asked once', async (t) => {
  const s = stage(t, { reach: (pod) => reaches(pod === 'probe-1' ? '10.81.2.2' : undefined) })
  await t.rejects(s.play(), { constructor: ProbeError, message: /pod to pod.*k8s-node01: cannot reach 10\.81\.2\.2$/s })
  t.equal(s.askedPods.get('probe-0'), 1)
  t.ok(s.askedPods.get('probe-1')! > 10)
})

t.test('a pod that answers late, or is reached late, is asked again', async (t) => {
  const s = stage(t, {
    reach: (pod, ask) =>
      pod === 'probe-2' && ask === 1 ? busy() : pod === 'probe-3' && ask < 3 ? reaches('dns') : reaches(),
  })
  await s.play()
  t.same([...s.askedPods.values()], [1, 1, 2, 3])
})

t.test('a pod that never answers has reached nothing', async (t) => {
  const s = stage(t, { reach: (pod) => (pod === 'probe-3' ? busy() : reaches()) })
  await t.rejects(s.play(), { constructor: ProbeError, message: /k8s-node03: cannot reach 10\.81\.0\.2 .* dns$/ })
})

t.test('unreached: what was not said to be fine was not reached', (t) => {
  t.same(unreached('ok 10.0.0.1\r\nok dns\n', ['10.0.0.1']), [])
  t.same(unreached('ok 10.0.0.1\nno 10.0.0.2\n', ['10.0.0.1', '10.0.0.2', '10.0.0.3']), ['10.0.0.2', '10.0.0.3', 'dns'])
  t.same(unreached('', []), ['dns'])
  t.end()
})

t.test('the proof is of now: nothing could say already', (t) => {
  t.notOk('done' in stage(t).step)
  t.end()
})

t.test('parsePods: whole lines only', (t) => {
  t.same(parsePods('a 10.0.0.1 n1\nb  \n\n'), [{ name: 'a', ip: '10.0.0.1', node: 'n1' }])
  t.end()
})

t.test(
  'without a pod network: waits until all nodes are known, Ready or not, and says what is left to do',
  async (t) => {
    const world = makeWorld(t)
    const run = makeRun(world, labOf(fourNodes('kubernetes: { cni: none }\n')), { keys: true })
    const lines: string[] = []
    let asked = 0
    const answers = [undefined, new Map([['k8s-master01', false]]), new Map(NAMES.map((n) => [n, false]))]
    const steps = joinedSteps(run, () => Promise.resolve(answers[Math.min(asked++, 2)]))
    t.equal(steps.length, 1)
    await steps[0]!.run({ line: (l) => lines.push(l), signal: world.signal })
    t.equal(asked, 3)
    t.match(lines, [/^4\/4 nodes joined; they stay NotReady until you apply a pod network/])
    const stuck = joinedSteps(run, () => Promise.resolve(new Map([['k8s-node01', true]])))
    await t.rejects(stuck[0]!.run({ line: () => undefined, signal: world.signal }), {
      constructor: ProbeError,
      message: /joined: k8s-node01/,
    })
  },
)
