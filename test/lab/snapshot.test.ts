import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { LockedError, ProbeError, StateError } from '../../src/errors.js'
import { goTo, named, push, topOfStack, withSnapshots } from '../../src/lab/snapshot.js'
import { domainName } from '../../src/node/names.js'
import { listManifests } from '../../src/snapshot/manifest.js'
import { remove } from '../../src/snapshot/remove.js'
import { save } from '../../src/snapshot/save.js'
import { settle } from '../../src/snapshot/settle.js'
import { acquireLock } from '../../src/host/lock.js'
import { fourNodes } from '../fakes/world.js'
import { all, CLOCK, makeStage, type Stage } from '../snapshot/stage.js'

/** Time passes between verbs: ids follow the clock. */
const later = (s: Stage): number => (s.world.clock.time += 1000)
const names = async (s: Stage): Promise<string[]> => (await listManifests(s.lab.paths)).map((m) => m.name)

t.test('a state that cannot be kept is not given up, unless told to', async (t) => {
  const s = await makeStage(t)
  const a = await save(s.lab, { name: 'a', kind: 'manual' })
  s.world.hypervisor.kill(domainName(s.lab.record.id, 'k8s-node02'))
  later(s)
  await t.rejects(goTo(s.lab, a, { undo: true }), {
    constructor: StateError,
    message: /cannot be kept.*k8s-node02 is crashed/,
  })
  t.strictSame(await s.read(), ['zero/zero', 'zero/zero', '-', 'zero/zero'])
  await goTo(s.lab, a, { undo: false })
  t.strictSame(await s.read(), all('zero'))
})

t.test('a restore that fails on the way leaves whole machines, off, and the way back', async (t) => {
  const s = await makeStage(t)
  const a = await save(s.lab, { name: 'a', kind: 'manual' })
  s.write('work')
  later(s)
  s.world.hypervisor.onCall = (verb, name) => {
    if (verb === 'thaw' && name.endsWith('node03')) throw new StateError('no memory')
  }
  const failed = await goTo(s.lab, a, { undo: true }).catch((e: unknown) => e)
  t.match(failed, { message: /restoring a failed: no memory\nThe lab is halted/, hint: /snapshot undo.*klab up/ })
  t.notOk(existsSync(s.lab.paths.journal))
  t.strictSame(await s.read(), ['-', '-', '-', '-'])
  s.world.hypervisor.onCall = () => undefined
  for (const node of s.nodes) await s.world.hypervisor.start(domainName(s.lab.record.id, node))
  t.strictSame(await s.read(), Array(4).fill('/work'), 'the disks of before')
  later(s)
  const { lab } = await s.again()
  await goTo(lab, await named(lab, 'undo'), { undo: false })
  t.strictSame(await s.read(), all('work'))
})

t.test('killed after the nodes had gone on: what was done since is not undone', async (t) => {
  const s = await makeStage(t)
  const a = await save(s.lab, { name: 'a', kind: 'manual' })
  s.write('work')
  later(s)
  const { journal } = s.lab.paths
  s.world.hypervisor.onCall = (verb) => {
    // As late as can be: the journal is still there.
    if (verb === 'resume') copyFileSync(journal, `${journal}.kept`)
  }
  await goTo(s.lab, a, { undo: false })
  s.world.hypervisor.onCall = () => undefined
  renameSync(`${journal}.kept`, journal)
  s.write('an hour of work')
  const { lab } = await s.again()
  await withSnapshots(s.world, lab, lab.say, () => Promise.resolve())
  t.match(s.said.at(-1), /near its end and has been finished/)
  t.strictSame(await s.read(), all('an hour of work'))
  t.notOk(existsSync(journal))
})

t.test(
  'NAT mode: the network is made again before the machines need it, and the kubeconfig names the control plane',
  async (t) => {
    const s = await makeStage(t, fourNodes('network: { mode: nat }\n'))
    const { hypervisor } = s.world
    const { kubeconfig } = s.lab.paths
    writeFileSync(kubeconfig, 'ca: A\n    server: https://192.168.31.61:6443\n')
    const one = await save(s.lab, { name: 'one', kind: 'manual' })
    later(s)
    const [network] = await hypervisor.networks()
    await hypervisor.removeNetwork(network!.name)
    await goTo(s.lab, one, { undo: false })
    t.match(await hypervisor.networks(), [{ name: network!.name, active: true }])
    t.equal(readFileSync(kubeconfig, 'utf8'), 'ca: A\n    server: https://192.168.31.61:6443\n')
  },
)

t.test('what the host keeps of the cluster comes back with it', async (t) => {
  const s = await makeStage(t)
  const { kubeconfig } = s.lab.paths
  const bare = await save(s.lab, { name: 'bare', kind: 'manual' })
  writeFileSync(kubeconfig, 'ca: A\n    server: https://127.0.0.1:4444\n')
  s.lab.record = { ...s.lab.record, completedUntil: 'ready' }
  later(s)
  const full = await save(s.lab, { name: 'full', kind: 'manual' })
  later(s)
  await goTo(s.lab, bare, { undo: false })
  t.notOk(existsSync(kubeconfig), 'there was no cluster')
  t.equal(s.lab.record.completedUntil, undefined)
  writeFileSync(kubeconfig, 'ca: B\n    server: https://127.0.0.1:22100\n')
  later(s)
  await goTo(s.lab, full, { undo: false })
  t.equal(readFileSync(kubeconfig, 'utf8'), 'ca: A\n    server: https://127.0.0.1:22100\n', 'its CA, the port of now')
  t.equal(s.lab.record.completedUntil, 'ready')
})

t.test('the record may be older than the lock: where a machine is, libvirt knows', async (t) => {
  const s = await makeStage(t)
  const old = s.lab.record
  await save(s.lab, { name: 'a', kind: 'manual' })
  s.write('b')
  later(s)
  const b = await save({ ...s.lab, record: old }, { name: 'b', kind: 'manual' })
  s.write('c')
  later(s)
  await withSnapshots(s.world, { record: old, paths: s.lab.paths }, s.lab.say, (lab) => goTo(lab, b, { undo: false }))
  t.strictSame(await s.read(), all('b'))
})

t.test('push and pop are a stack', async (t) => {
  const s = await makeStage(t)
  await t.rejects(topOfStack(s.lab), { constructor: StateError, message: /nothing has been pushed/ })
  for (const word of ['one', 'two']) {
    s.write(word)
    later(s)
    await push(s.lab, { message: word, live: true })
  }
  t.strictSame(await names(s), ['push-1', 'push-2'])
  for (const word of ['two', 'one']) {
    const top = await topOfStack(s.lab)
    later(s)
    await goTo(s.lab, top, { undo: false })
    await remove(s.lab, top)
    t.strictSame(await s.read(), all(word))
  }
  t.strictSame(await names(s), [])
})

t.test('one at a time', async (t) => {
  const s = await makeStage(t)
  const lock = await acquireLock(s.world.host, s.lab.paths.lock, { verb: 'up', pid: 1, since: 0 })
  const work = () => Promise.reject(new Error('not called'))
  await t.rejects(withSnapshots(s.world, s.lab, s.lab.say, work), LockedError)
  await lock.release()
  t.equal(await withSnapshots(s.world, s.lab, s.lab.say, () => Promise.resolve(7)), 7)
})

/** `late`: a node whose lease is renewed with the fifth ask. */
const settled = (
  s: Stage,
  ask: (n: number) => readonly string[] | undefined,
  ready: readonly string[] | null = s.nodes,
  late?: string,
) => {
  mkdirSync(s.lab.paths.dir, { recursive: true })
  writeFileSync(s.lab.paths.kubeconfig, '')
  const since = s.world.clock.now()
  let [asked, leases] = [0, 0]
  const nodes = () => {
    const now = ask(++asked)
    return Promise.resolve(now && new Map(s.nodes.map((n) => [n, now.includes(n)])))
  }
  const lease = () => {
    leases++
    return Promise.resolve(new Map(s.nodes.map((n) => [n, n === late && leases < 5 ? since - 1 : since + 1])))
  }
  return settle(s.lab, { ready }, since, { ask: nodes, leases: lease })
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
  t.match(s.said, [/clocks went on by 27\.5 s, now 0\.05 s apart/, /API server answers after 2\.0 s/])
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

t.test('only what was Ready then is waited for, and only a sign of life of now counts', async (t) => {
  const s = await makeStage(t)
  clocks(s, t)
  t.match(await settled(s, () => ['k8s-master01'], ['k8s-master01']), { answeredMs: 0, readyMs: 0 })
  t.match(await settled(s, () => [], null), { answeredMs: 0, readyMs: 0 }, 'before the first node was')
  t.match(await settled(s, () => s.nodes, s.nodes, 'k8s-node02'), { answeredMs: 0, readyMs: 4000 })
})
