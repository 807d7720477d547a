import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CommandError, HostError, Interrupted, openLab, StateError, UsageError, type Event } from '../../src/index.js'
import { formatStatus } from '../../src/cli/status.js'
import { domainName } from '../../src/node/names.js'
import { readLab } from '../../src/lab/open.js'
import { writeRecord } from '../../src/state/record.js'
import { fakeDoors } from '../fakes/doors.js'
import { runProgram } from '../fakes/program.js'
import { makeWorld } from '../fakes/world.js'
import { all } from '../snapshot/stage.js'
import { LABFILE, open } from './facade-stage.js'

t.test('a paused lab: nothing waits for it, and up lets it go on with the time of now', async (t) => {
  const s = await open(t)
  const { hypervisor, clock } = s.world
  const domains = s.nodes.map((n) => domainName(s.id, n))
  writeFileSync(s.paths.sshConfig, '')
  for (const d of domains) await hypervisor.pause(d)
  clock.time += 2 * 3_600_000
  for (const d of domains) hypervisor.clocks.set(d, clock.time - 2 * 3_600_000)
  const still = { constructor: StateError, message: 'k8s-node01 is paused', hint: 'klab up' }
  await t.rejects(s.lab.terminal.ssh('k8s-node01', []), still)
  await t.rejects(s.lab.exec('k8s-node01', ['true']), still)
  const commands = s.world.commands.length
  const { status, already } = await s.lab.up()
  t.match(status, { state: 'running' })
  t.equal(already, false)
  for (const d of domains) t.equal(hypervisor.clocks.get(d), clock.time)
  t.strictSame(await s.read(), all('zero'), 'nothing was booted')
  t.notOk(
    s.world.commands.slice(commands).some((c) => /qemu-img/.test(c)),
    'no phase ran',
  )
  t.equal((await s.again()).lab.record.unsettled, false)
  t.equal((await s.lab.up()).already, true)
  await hypervisor.pause(domains[1]!)
  await s.lab.up()
  t.strictSame(await s.read(), all('zero'), 'one of them')
  await hypervisor.stop(domains[1]!, 0)
  await t.rejects(s.lab.terminal.ssh('k8s-node01', []), { message: 'k8s-node01 is off' })
  hypervisor.unreachable = true
  t.match(await s.lab.terminal.ssh('k8s-node01', []), { argv: ['ssh'] }, 'libvirt does not answer: ssh may')
})

t.test('a full disk under a running lab: status says so, up says what to free, and then lets it go on', async (t) => {
  const s = await open(t)
  const { hypervisor, clock } = s.world
  const domains = s.nodes.map((n) => domainName(s.id, n))
  for (const name of domains) hypervisor.clocks.set(name, clock.time)
  writeFileSync(s.paths.sshConfig, '')
  const d = domains[1]
  hypervisor.full.add(d!)
  await hypervisor.pause(d!)
  const status = await s.lab.status()
  t.match(status, { state: 'partial', nodes: [{ stuck: false }, { name: 'k8s-node01', state: 'paused', stuck: true }] })
  t.match(formatStatus(status, 0), /k8s-node01 cannot write to disk: free space on this host \(df -h\), then klab up\n/)
  await t.rejects(s.lab.up(), {
    constructor: HostError,
    message: /^k8s-node01: QEMU cannot write/,
    hint: /^free space: df -h /,
  })
  t.equal((await s.lab.status()).nodes[1]?.state, 'paused')
  hypervisor.full.clear()
  t.match(await s.lab.up(), { status: { state: 'running' } })
  t.strictSame(await s.read(), all('zero'), 'nothing was booted')
})

t.test('a lab whose switch has died: up says so at once, and the way out', async (t) => {
  const s = await open(t)
  Object.assign(s.world.l2, { running: () => Promise.resolve(false) })
  await t.rejects(s.lab.up(), {
    constructor: StateError,
    message: /switch .* has died/,
    hint: 'klab halt, then klab up',
  })
  t.strictSame(await s.read(), all('zero'), 'nothing was touched')
  t.match(await s.lab.halt({ force: true }), { state: 'stopped' })
})

t.test('docs/program.mjs: brings a lab up, saves it and restores it', async (t) => {
  const s = await open(t)
  // As soon as the snapshot is there, work goes on.
  const doors = { ...s.doors, background: () => Promise.resolve(s.write('work')) }
  const said = await runProgram(t, s.world.dir, doors)
  t.match(said, ['4 nodes are running', 'save: before', 'restore: before', /^back at before after \d/])
  t.match(await s.lab.snapshots.list(), [{ name: 'before', message: 'to go back to', current: true }])
  t.strictSame(await s.read(), all('zero'), 'what was done since is gone')
})

t.test('snapshots: all that the command line can do with them', async (t) => {
  const s = await open(t)
  const { snapshots } = s.lab
  const a = await snapshots.save({ name: 'a', message: 'first' })
  t.match(a, { name: 'a', message: 'first', wholeMs: Number })
  t.same(s.doors.started, [['-f', s.labfile, 'snapshot', 'show', 'a', '--verify', '--json']], 'summed behind its back')
  s.later()
  s.write('two')
  t.match(await snapshots.push(), { name: 'push-1', kind: 'push' })
  s.later()
  s.write('three')
  const back = await snapshots.restore('a')
  t.match(back, { snapshot: { name: 'a' }, running: true, kept: { name: 'undo' } })
  t.strictSame(await s.read(), all('zero'))
  t.ok(
    s.events.some((e) => e.type === 'note' && /^a: all nodes resumed/.test(e.text)),
    'notes tell how far it is',
  )
  s.later()
  await snapshots.undo()
  t.strictSame(await s.read(), all('three'))
  s.later()
  t.match(await snapshots.pop({ undo: false }), { snapshot: { name: 'push-1' }, kept: undefined })
  t.strictSame(await s.read(), all('two'))
  t.match(await snapshots.rename('a', 'b'), { name: 'b' })
  t.match(await snapshots.show('b'), { snapshot: { name: 'b', depth: 0 }, after: undefined, verified: undefined })
  t.match(await snapshots.delete('b'), { deleted: 'b', freedBytes: Number })
  await t.rejects(snapshots.restore('b'), { constructor: StateError, message: /no snapshot b/ })
  await t.rejects(snapshots.save({ name: '../x' }), UsageError)
})

t.test(
  'halt: events while it happens, the same in the lab’s log; up again says that nothing is to be done',
  async (t) => {
    const s = await open(t)
    t.match(await s.lab.up(), { already: true, status: { state: 'running' } })
    t.match(await s.lab.halt({ force: true }), { state: 'stopped' })
    t.same([...new Set(s.events.map((e) => e.type))], ['plan', 'phase', 'start', 'end', 'phase-end'])
    const log = readFileSync(s.paths.log, 'utf8').trim().split('\n')
    t.equal(log.length, s.events.length)
    t.match(JSON.parse(await s.lab.logs({ lines: 1 })), { type: 'phase-end', phase: 'machines' })
    t.match(await s.lab.status(), { state: 'stopped', cluster: null })
  },
)

t.test('exec: words as they are, on that node; its failure is typed', async (t) => {
  const s = await open(t)
  s.world.guests.answers.push(({ text, options }) =>
    text === 'cat /etc/motd' ? `${String(options.input)}!` : text === 'false' ? { exitCode: 1 } : undefined,
  )
  t.match(await s.lab.exec('k8s-node01', ['cat', '/etc/motd'], { input: 'hello' }), { stdout: 'hello!', exitCode: 0 })
  t.equal(s.world.guests.calls.at(-1)?.node, 'k8s-node01')
  t.equal(s.world.guests.closed.at(-1), 'all')
  await t.rejects(s.lab.exec('k8s-node01', ['false']), CommandError)
  t.match(await s.lab.exec('k8s-node01', ['false'], { allowFailure: true }), { exitCode: 1 })
  await t.rejects(s.lab.exec('nobody', ['true']), { constructor: UsageError, message: /there are k8s-master01/ })
  await s.world.hypervisor.stop(domainName(s.id, 'k8s-node01'), 0)
  await t.rejects(s.lab.exec('k8s-node01', ['true']), { constructor: StateError, message: /is off/ })
})

t.test('kubeconfig, plan, explain, validate; a lab without a cluster has no kubeconfig', async (t) => {
  const s = await open(t)
  await t.rejects(s.lab.kubeconfig(), {
    name: 'StateError',
    message: 'no cluster in this Labfile (kubernetes: false)',
    hint: 'klab ssh k8s-master01',
  })
  await t.rejects(s.lab.terminal.kubectl(['get', 'pods']), { message: /^no cluster in this Labfile/ })
  t.match(await s.lab.validate(), { labfile: join(s.world.dir, 'Labfile'), lab: { name: 'course' } })
  t.match(await s.lab.sections(), [{ id: '2.1', phase: 'machines' }])
  t.match(await s.lab.explain('2.2.7'), [{ id: '2.2.7', phase: 'system', script: /swapoff/ }])
})

t.test('status tells of a Labfile that was edited since the last up', async (t) => {
  const s = await open(t)
  const { labfileSha256 } = await readLab(s.doors.env, undefined)
  await writeRecord(s.paths.record, { ...(await s.again()).lab.record, labfileSha256 })
  t.match(await s.lab.status(), { edited: false })
  writeFileSync(join(s.world.dir, 'Labfile'), `${LABFILE}# a word\n`)
  const status = await s.lab.status()
  t.match(status, { edited: true })
  t.match(formatStatus(status, 0), /^the Labfile was edited since the last klab up; klab plan says/m)
  t.match(await s.lab.up(), { already: true }, 'nothing follows from it')
  t.match(await s.lab.status(), { edited: false }, 'and up has read it')
})

t.test('destroy: asks when it is told to, and then nothing is left', async (t) => {
  const s = await open(t)
  await s.lab.snapshots.save({ name: 'a' })
  const confirm = (answer: boolean) => (what: object) => {
    t.same(what, { lab: 'course', snapshots: 1 })
    return answer
  }
  await t.rejects(s.lab.destroy({ confirm: confirm(false) }), { constructor: StateError, message: 'not destroyed' })
  t.ok(existsSync(s.paths.record))
  t.same(await s.lab.destroy({ confirm: confirm(true) }), { lab: 'course', found: true })
  t.notOk(existsSync(s.paths.dir))
  t.same(await s.lab.destroy(), { lab: 'course', found: false }, 'content when there is nothing to remove')
})

t.test('a lab that was never up, and no Labfile at all: nothing is read before a verb', async (t) => {
  const world = makeWorld(t, { files: { Labfile: LABFILE } })
  const lab = await openLab({ doors: fakeDoors(world) })
  t.match(await lab.status(), { lab: 'course', state: 'absent' })
  await t.rejects(lab.halt(), { name: 'StateError', message: /(?:no cluster yet|not up)/, hint: /klab up/ })
  const none = await openLab({ doors: fakeDoors(world), file: join(world.dir, 'none/Labfile') })
  await t.rejects(none.status(), UsageError)
})

t.test('an aborted signal: verbs throw Interrupted, and so does what fails because of it', async (t) => {
  const s = await open(t)
  const failing = { ...s.doors, hypervisor: () => (s.world.abort.abort(), Promise.reject(new Error('aborted'))) }
  await t.rejects((await openLab({ doors: failing })).status(), Interrupted)
  await t.rejects(s.lab.snapshots.save({ name: 'late' }), Interrupted)
  t.notOk(existsSync(s.paths.snapshots) && existsSync(s.paths.journal))
  t.strictSame(await s.read(), all('zero'), 'nothing has changed')
})

t.test('aborted in the middle: the phase ends, the next does not begin, and the verb goes on from there', async (t) => {
  const s = await open(t)
  const seen: Event[] = []
  const onEvent = (e: Event): void => {
    seen.push(e)
    if (e.type === 'start') s.world.abort.abort()
  }
  await t.rejects((await openLab({ doors: s.doors, onEvent })).destroy(), Interrupted)
  t.same(
    seen.flatMap((e) => (e.type === 'phase' ? [e.phase] : [])),
    ['machines'],
  )
  t.ok(existsSync(s.paths.record), 'the files were to be last')
  const { signal } = new AbortController()
  const doors = { ...s.doors, signal, world: () => Promise.resolve({ ...s.world, signal }) }
  t.match(await (await openLab({ doors })).destroy(), { lab: 'course', found: true })
  t.notOk(existsSync(s.paths.dir))
})
