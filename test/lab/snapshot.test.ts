import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { LockedError, StateError } from '../../src/errors.js'
import { goTo, named, push, topOfStack, withSnapshots } from '../../src/lab/snapshot.js'
import { domainName } from '../../src/node/names.js'
import { listManifests } from '../../src/snapshot/manifest.js'
import { remove } from '../../src/snapshot/remove.js'
import { save } from '../../src/snapshot/save.js'
import { acquireLock } from '../../src/host/lock.js'
import { fourNodes } from '../fakes/world.js'
import { all, makeStage, type Stage } from '../snapshot/stage.js'

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
  await goTo(lab, await named(lab, 'undo', 'klab snapshot undo'), { undo: false })
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
