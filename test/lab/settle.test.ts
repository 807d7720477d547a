import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { Interrupted, ProbeError } from '../../src/errors.js'
import { stepClocks } from '../../src/snapshot/guests.js'
import { goTo } from '../../src/lab/snapshot.js'
import { domainName } from '../../src/node/names.js'
import { save } from '../../src/snapshot/save.js'
import { settle } from '../../src/snapshot/settle.js'
import { CLOCK, makeStage, type Stage } from '../snapshot/stage.js'

/** `late`: a node whose lease is renewed with the fifth ask. */
const settled = (
  s: Stage,
  ask: (n: number) => readonly string[] | undefined,
  ready: readonly string[] | null = s.nodes,
  late?: string,
) => {
  mkdirSync(s.lab.paths.dir, { recursive: true })
  writeFileSync(s.lab.paths.kubeconfig, '')
  const { clock } = s.world
  const since = clock.now()
  let [asked, leases] = [0, 0]
  const nodes = () => {
    const now = ask(++asked)
    return Promise.resolve(now && new Map(s.nodes.map((n) => [n, now.includes(n)])))
  }
  const lease = () => {
    leases++
    return Promise.resolve(new Map(s.nodes.map((n) => [n, n === late && leases < 5 ? since - 1 : since + 1])))
  }
  return settle(s.lab, { ready }, { wall: since, monotonic: clock.monotonic() }, { ask: nodes, leases: lease })
}
const clocks = (s: Stage, t: Test, silent?: string): void =>
  void s.world.guests.answers.unshift(({ node, text, options }) => {
    if (!text.startsWith('sudo: ')) return undefined
    t.ok(options.timeoutMs)
    return node === silent ? new Error('no route') : CLOCK
  })

t.test('after a restore: clocks, the API server, all nodes Ready', async (t) => {
  const s = await makeStage(t)
  clocks(s, t)
  const r = await settled(s, (n) => (n < 3 ? undefined : n < 5 ? s.nodes.slice(1) : s.nodes))
  t.match(r, { clocks: { steppedS: 27.5, missed: [] }, answeredMs: 2000, readyMs: 4000 })
  t.ok(Math.abs(r.clocks.spreadS - 0.05) < 0.001)
  t.match(s.said, [/^guest clocks set forward 27\.5 s, now 0\.05 s apart/, /API server answers after 2\.0 s/])
})

t.test('an agent that sets the clock and then falls silent: SSH makes sure, the step is counted', async (t) => {
  const s = await makeStage(t)
  s.world.clock.time = 1_800_000_000_000
  const slow = domainName(s.lab.record.id, 'k8s-node01')
  s.world.hypervisor.clocks.set(slow, s.world.clock.time - 93_600_000)
  const guestTime = s.world.hypervisor.guestTime.bind(s.world.hypervisor)
  let asked = 0
  s.world.hypervisor.guestTime = (name) => (name === slow && ++asked > 1 ? Promise.resolve(undefined) : guestTime(name))
  clocks(s, t)
  const { clocks: done } = await settled(s, () => s.nodes)
  t.match(done, { steppedS: 93_600, missed: [] })
})

t.test('clocks by the guest agent: no login, and never backwards', async (t) => {
  const s = await makeStage(t)
  s.world.clock.time = 1_800_000_000_000
  const [behind, ahead] = ['k8s-node01', 'k8s-node02'].map((n) => domainName(s.lab.record.id, n)) as [string, string]
  s.world.hypervisor.clocks.set(behind, s.world.clock.time - 3_600_000)
  s.world.hypervisor.clocks.set(ahead, s.world.clock.time + 5000)
  const asked: string[] = []
  s.world.guests.answers.unshift(({ node, text }) => {
    if (!text.startsWith('sudo: ')) return undefined
    asked.push(`${node} ${text.includes('rtc0') ? 'clock' : 'controllers'}`)
    return CLOCK
  })
  const { clocks: done } = await settled(s, () => s.nodes)
  t.same(asked.slice(0, 2).sort(), ['k8s-master01 clock', 'k8s-node03 clock'], 'the others have no agent')
  t.same(asked.slice(2), ['k8s-master01 controllers'], 'after an hour')
  t.equal(s.world.hypervisor.clocks.get(behind), s.world.clock.time)
  t.equal(s.world.hypervisor.clocks.get(ahead), s.world.clock.time + 5000)
  t.match(done, { steppedS: 3600, spreadS: 5, missed: [] })
})

t.test('a node without SSH, or one that does not get Ready, is named', async (t) => {
  const s = await makeStage(t)
  clocks(s, t, 'k8s-node02')
  await t.rejects(
    settled(s, () => s.nodes),
    { constructor: ProbeError, message: /SSH of k8s-node02/ },
  )
  const other = await makeStage(t)
  clocks(other, t)
  await t.rejects(
    settled(other, () => other.nodes.slice(0, 3)),
    { constructor: ProbeError, message: /4 nodes Ready.*k8s-node03/ },
  )
})

t.test('a guest whose clock says nonsense is named; what the others slept still counts', async (t) => {
  for (const nonsense of ['', 'NaN NaN NaN NaN', '1 1e999 0 0', '\u001b[2J'.repeat(100_000)]) {
    const s = await makeStage(t)
    s.world.guests.answers.unshift(({ node, text }) =>
      text.startsWith('sudo: ') ? (node === 'k8s-node02' ? nonsense : CLOCK) : undefined,
    )
    const { steppedS, spreadS, missed } = await stepClocks(s.lab, 1000)
    t.same(missed, ['k8s-node02'])
    t.equal(Math.round(steppedS * 10), 275)
    t.ok(spreadS < 1)
  }
})

t.test('a restore waits for signs of life of now, and says how long it took', async (t) => {
  const s = await makeStage(t)
  clocks(s, t)
  writeFileSync(s.lab.paths.kubeconfig, '')
  const a = { ...(await save(s.lab, { name: 'a', kind: 'manual' })), ready: s.nodes }
  s.world.clock.pass(60_000)
  const before = s.world.clock.now()
  let leases = 0
  const { settled } = await goTo(s.lab, a, {
    undo: false,
    wait: true,
    doors: {
      ask: () => Promise.resolve(new Map(s.nodes.map((n) => [n, true]))),
      leases: () => Promise.resolve(new Map(s.nodes.map((n) => [n, ++leases > 16 ? before + 1 : before - 1]))),
    },
  })
  t.match(settled, { answeredMs: 0, readyMs: 4000 })
})

t.test('only what was Ready then is waited for, and only a sign of life of now counts', async (t) => {
  const s = await makeStage(t)
  clocks(s, t)
  t.match(await settled(s, () => ['k8s-master01'], ['k8s-master01']), { answeredMs: 0, readyMs: 0 })
  t.match(await settled(s, () => [], null), { answeredMs: 0, readyMs: 0 }, 'before the first node was')
  t.match(await settled(s, () => s.nodes, s.nodes, 'k8s-node02'), { answeredMs: 0, readyMs: 4000 })
})

t.test('Ctrl-C while the API server is silent, or slow to list its leases: nothing waits for its answer', async (t) => {
  for (const silent of ['nodes', 'leases']) {
    const s = await makeStage(t)
    clocks(s, t)
    writeFileSync(s.lab.paths.kubeconfig, '')
    let asked = (): void => undefined
    const waits = new Promise<void>((resolve) => (asked = resolve))
    // It would answer after ten seconds; the signal ends that.
    const never = (_file: string, _ms: number, signal?: AbortSignal): Promise<undefined> => {
      asked()
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(undefined)))
    }
    const ready = () => Promise.resolve(new Map(s.nodes.map((n) => [n, true])))
    const since = { wall: s.world.clock.now(), monotonic: s.world.clock.monotonic() }
    const doors = { ask: silent === 'nodes' ? never : ready, leases: never }
    const settling = settle(s.lab, { ready: s.nodes }, since, doors)
    await waits
    s.world.abort.abort()
    await t.rejects(settling, Interrupted, silent)
    if (silent === 'nodes') t.notOk(existsSync(s.lab.paths.seen), 'which is no answer, and is not kept')
  }
})
