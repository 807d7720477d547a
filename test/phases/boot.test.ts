import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { Interrupted, ProbeError, StateError } from '../../src/errors.js'
import { bootSteps } from '../../src/phases/boot.js'
import { cloudInitErrors, WAIT_FOR_RESULT, waitForBoot } from '../../src/node/boot.js'
import { domainName } from '../../src/node/names.js'
import { machineSpec } from '../../src/node/machine.js'
import { failure } from '../fakes/guests.js'
import { cards, fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const address = { node: 'n1', host: '127.0.0.1', port: 22000, user: 'klab', privateKey: '', hostKey: '' }
const GOOD = '{"v1":{"datasource":"DataSourceNoCloud","errors":[]}}'
/** As cloud-init writes it. */
const STATUS = (stage: string): string =>
  JSON.stringify({ v1: { datasource: null, stage, init: { errors: [], finished: null } } }, null, 1)
const MINUTE = 60_000

t.test('cloudInitErrors: the last ones of any number, and those of any form', (t) => {
  const many = cloudInitErrors(JSON.stringify({ v1: { errors: Array.from({ length: 100_000 }, (_, i) => `e${i}`) } }))
  t.equal(many.split('\n').length, 15)
  t.match(many, /e99999$/)
  t.ok(cloudInitErrors(JSON.stringify({ v1: { errors: ['x'.repeat(1e6)] } })).length < 20_000)
  const deep = `{"v1":{"errors":[${'['.repeat(20_000)}${']'.repeat(20_000)}]}}`
  t.match(cloudInitErrors(deep), /^result\.json cannot be read: /)
  t.end()
})

t.test('cloudInitErrors: none when it went well, every one otherwise, and never none for what cannot be read', (t) => {
  t.equal(cloudInitErrors(GOOD), '')
  t.equal(
    cloudInitErrors('{"v1":{"errors":["(\'locale\', ProcessExecutionError)","two"]}}'),
    "('locale', ProcessExecutionError)\ntwo",
  )
  for (const odd of [
    '',
    'null',
    '{"v1":',
    '[]',
    '"text"',
    '{}',
    '{"v1":{"errors":"x"}}',
    '{"v1":{"errors":[{"a":1}]}}',
    '{"v1":null}',
  ])
    t.not(cloudInitErrors(odd), '', JSON.stringify(odd))
  t.end()
})

t.test('a guest that resets connections first is waited for', async (t) => {
  const world = makeWorld(t)
  let tries = 0
  world.guests.answers.push(() => (++tries < 4 ? failure('n1', ['sh'], undefined, 'connection lost') : GOOD))
  const guest = await waitForBoot(world, address, MINUTE)
  t.equal(guest.node, 'n1')
  t.equal(tries, 4)
  t.equal(world.guests.addresses.length, 4, 'each time over a new connection')
})

t.test('a wall clock that jumps ahead does not end the wait', async (t) => {
  const world = makeWorld(t)
  let tries = 0
  world.guests.answers.push(() => {
    world.clock.time += 8 * 60 * MINUTE
    return ++tries < 4 ? { exitCode: 75 } : GOOD
  })
  await waitForBoot(world, address, MINUTE)
  t.equal(tries, 4)
})

t.test('the stage of cloud-init is told, as the guest sees it', async (t) => {
  const world = makeWorld(t)
  const lines: string[] = []
  world.guests.answers.push(({ options }) => {
    options.onLine?.('"modules-config",', 'stderr')
    options.onLine?.('"modules-final",', 'stderr')
    options.onLine?.('"nonsense",', 'stderr')
    options.onLine?.('"init",', 'stdout')
    return GOOD
  })
  await waitForBoot(world, address, MINUTE, { line: (text) => lines.push(text) })
  t.same(lines, ['cloud-init: settings (modules-config)', 'cloud-init: packages and scripts (modules-final)'])
})

t.test('the loop in the guest: each stage once, then the result', async (t) => {
  const dir = t.testdir({ 'status.json': STATUS('init') })
  const loop = spawn('sh', ['-c', WAIT_FOR_RESULT, 'sh', dir])
  const said: string[] = []
  let out = ''
  loop.stdout.on('data', (data: Buffer) => (out += data.toString()))
  const ended = once(loop, 'close')
  for await (const line of createInterface(loop.stderr)) {
    said.push(line)
    if (line === '"init",') writeFileSync(join(dir, 'status.json'), STATUS('modules-final'))
    else writeFileSync(join(dir, 'result.json'), GOOD)
  }
  t.same(await ended, [0, null])
  t.same(said, ['"init",', '"modules-final",'])
  t.equal(out, GOOD)
})

t.test('still running: asked again until the time is over, then said so with the last thing seen', async (t) => {
  const world = makeWorld(t)
  world.guests.answers.push(() => {
    world.clock.pass(61_000)
    return { exitCode: 75 }
  })
  await t.rejects(waitForBoot(world, address, 5 * MINUTE), {
    constructor: ProbeError,
    message: /n1: cloud-init.*still running/,
    hint: 'klab logs n1',
  })
  t.equal(world.guests.calls.length, 5)
  world.guests.answers.unshift(() => failure('n1', ['sh'], undefined, 'reset by peer'))
  await t.rejects(waitForBoot(world, address, 5000), { constructor: ProbeError, message: /reset by peer/ })
})

t.test('what cloud-init could not do ends the wait at once and is told', async (t) => {
  const world = makeWorld(t)
  world.guests.answers.push(() => '{"v1":{"errors":["no such module"]}}')
  await t.rejects(waitForBoot(world, address, MINUTE), {
    constructor: StateError,
    message: /no such module/,
    hint: /./,
  })
  t.equal(world.guests.calls.length, 1)
})

t.test('Ctrl-C and a wrong host are not waited out', async (t) => {
  const world = makeWorld(t)
  world.guests.onConnect = () => {
    throw new Interrupted()
  }
  await t.rejects(waitForBoot(world, address, MINUTE), Interrupted)
  t.equal(world.guests.addresses.length, 1)
})

t.test('the connection may take what is left of the time, no more', async (t) => {
  const world = makeWorld(t)
  const limits: number[] = []
  const connect = world.guests.connect.bind(world.guests)
  world.guests.connect = (a, o) => {
    limits.push(o.withinMs)
    world.clock.pass(20_000)
    return connect(a, o)
  }
  world.guests.answers.push(() => ({ exitCode: 75 }))
  await t.rejects(waitForBoot(world, address, MINUTE), ProbeError)
  t.same(limits, [60_000, 40_000, 20_000])
})

t.test('boot starts what is off, resumes what is paused, and says already for what runs', async (t) => {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  const node = run.lab.nodes[0]!
  const name = domainName(run.id, node.name)
  await world.hypervisor.ensureMachine(
    machineSpec(run, node, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, node.name) }),
  )
  world.guests.answers.push(() => GOOD)
  const lines: string[] = []
  const play = () => bootSteps(run)[0]!.run({ line: (l) => lines.push(l), signal: world.signal })
  t.equal(await play(), 'done')
  t.equal(await world.hypervisor.state(name), 'running')
  t.match(lines.join(), '127.0.0.1:22000')
  t.ok(world.hypervisor.preferred.has(name), 'the control plane goes first')
  t.equal(await play(), 'already')
  t.equal(world.hypervisor.calls.filter((c) => c.startsWith('start')).length, 1)
  world.hypervisor.pause(name)
  t.equal(await play(), 'done')
  t.equal(await world.hypervisor.state(name), 'running')
  world.hypervisor.kill(name)
  t.equal(await play(), 'done')
})

t.test('a cluster that was off: its workers boot once the API server answers, under emulation', async (t) => {
  const stage = async (o: { accel?: 'tcg' | 'kvm'; cluster?: boolean; node?: number; answersAfter: number }) => {
    const world = makeWorld(t)
    const run = makeRun(world, labOf(fourNodes()), { keys: true, accel: o.accel ?? 'tcg' })
    const node = run.lab.nodes[o.node ?? 1]!
    await world.hypervisor.ensureMachine(
      machineSpec(run, node, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, node.name) }),
    )
    world.guests.answers.push(() => GOOD)
    if (o.cluster !== false) writeFileSync(run.paths.kubeconfig, 'ca')
    const name = domainName(run.id, node.name)
    const asked: string[] = []
    const lines: string[] = []
    const ask = async (kubeconfig: string) => {
      t.equal(kubeconfig, run.paths.kubeconfig)
      asked.push(await world.hypervisor.state(name))
      return asked.length > o.answersAfter ? new Map<string, boolean>() : undefined
    }
    const from = world.clock.now()
    const play = () => bootSteps(run, ask)[o.node ?? 1]!.run({ line: (l) => lines.push(l), signal: world.signal })
    t.equal(await play(), 'done')
    t.equal(await world.hypervisor.state(name), 'running')
    return { asked, lines, tookMs: world.clock.now() - from, play, world, name }
  }
  const worker = await stage({ answersAfter: 3 })
  t.same(worker.asked, ['shut-off', 'shut-off', 'shut-off', 'shut-off'], 'off until it answers')
  t.match(worker.lines[0], /boots when the API server of k8s-master01 answers/)
  t.equal(await worker.play(), 'already')
  worker.world.hypervisor.pause(worker.name)
  t.equal(await worker.play(), 'done')
  t.equal(worker.asked.length, 4, 'one that is paused goes on at once')

  const never = await stage({ answersAfter: Infinity })
  t.match(never.lines[1], /boots now: no API server within 5 min/)
  t.ok(never.tookMs >= 4 * MINUTE && never.tookMs <= 6 * MINUTE, `${never.tookMs} ms`)

  const world = makeWorld(t)
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  for (const n of run.lab.nodes)
    await world.hypervisor.ensureMachine(
      machineSpec(run, n, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, n.name) }),
    )
  world.guests.answers.push(() => GOOD)
  writeFileSync(run.paths.kubeconfig, 'ca')
  let questions = 0
  const steps = bootSteps(run, () => Promise.resolve(++questions > 2 ? new Map<string, boolean>() : undefined))
  await Promise.all(steps.map((s) => s.run({ line: () => undefined, signal: world.signal })))
  t.equal(questions, 3, 'one asks for all')

  for (const [why, o] of Object.entries({
    'the control plane itself': { node: 0 },
    'no cluster yet': { cluster: false },
    'a fast host': { accel: 'kvm' },
  } as const))
    t.same((await stage({ ...o, answersAfter: Infinity })).asked, [], why)
})
