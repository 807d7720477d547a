import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { DriftError, LockedError, StateError, UsageError } from '../../src/errors.js'
import { readLab } from '../../src/lab/open.js'
import { provision, provisionPhases, type ProvisionOptions } from '../../src/lab/provision.js'
import { up } from '../../src/lab/up-phases.js'
import { machineSpec } from '../../src/node/machine.js'
import { domainName } from '../../src/node/names.js'
import { acquireLock } from '../../src/host/lock.js'
import { readRecord, writeRecord } from '../../src/state/record.js'
import { failure } from '../fakes/guests.js'
import { cards, makeRun, makeWorld } from '../fakes/world.js'

const LAB =
  'name: vms\nkubernetes: false\nnodes:\n  - { name: a, ip: 192.168.31.71 }\n  - { name: b, ip: 192.168.31.72 }\n'

/** Two plain VMs that run, up to `system`. */
async function stage(t: Test) {
  const world = makeWorld(t, { files: { Labfile: LAB } })
  const open = await readLab(world.env, undefined)
  await up(world, open, { until: 'network', accel: 'tcg', report: () => undefined })
  const record = (await readRecord(open.paths.record))!
  await writeRecord(open.paths.record, { ...record, completedUntil: 'system' })
  const run = { ...makeRun(world, open.lab), id: open.id, record }
  for (const node of open.lab.nodes) {
    await world.hypervisor.ensureMachine(
      machineSpec(run, node, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, node.name) }),
    )
    await world.hypervisor.start(domainName(open.id, node.name))
  }
  world.guests.closed.length = 0
  const said: string[] = []
  const ran = (): string[] =>
    world.guests.calls.map((c) => `${c.node} ${/rm -f|run\.sh \S+|set-hostname/.exec(c.text)?.[0] ?? c.text}`)
  const completed = async () => (await readRecord(open.paths.record))?.completedUntil
  return {
    world,
    open,
    said,
    ran,
    completed,
    go: async (o: Partial<ProvisionOptions> = {}) =>
      provision(world, await readLab(world.env, undefined), {
        nodes: [],
        report: (e) => (e.type === 'warn' ? void said.push(e.text) : undefined),
        ...o,
      }),
  }
}

t.test(
  'runs the phase again though its mark is there: the mark goes first; hosts come from the node table',
  async (t) => {
    const s = await stage(t)
    let during: string | undefined
    s.world.guests.answers.push(async ({ text }) => {
      if (text.includes('run.sh')) during = await s.completed()
      return ''
    })
    t.match(await s.go(), { state: 'running' })
    t.same(s.ran().sort(), [
      'a rm -f',
      'a run.sh system',
      'a set-hostname',
      'b rm -f',
      'b run.sh system',
      'b set-hostname',
    ])
    t.match(s.world.guests.calls[0]!.text, 'rm -f -- "/var/lib/klab/done/$1" system')
    t.match(
      s.world.guests.files.get('a')!.get('/etc/klab/env')!.content,
      "KLAB_HOSTS='192.168.31.71 a\n192.168.31.72 b'",
    )
    t.equal(during, 'boot', 'while it runs the lab is up no further than before it')
    t.equal(await s.completed(), 'system')
    t.same(s.world.guests.closed, ['all'])
  },
)

t.test('one node alone', async (t) => {
  const s = await stage(t)
  s.world.guests.answers.push(() => '')
  await s.go({ only: 'system', nodes: ['b'] })
  t.same(s.ran(), ['b rm -f', 'b set-hostname', 'b run.sh system'])
})

t.test('system again: also the name and the address, which a phase script does not know; it is told', async (t) => {
  const s = await stage(t)
  const lines: string[] = []
  s.world.guests.answers.push(({ text }) => (text.includes('set-hostname') ? 'its hostname was mine: b again\n' : ''))
  await s.go({ nodes: ['b'], report: (e) => (e.type === 'output' ? void lines.push(e.line) : undefined) })
  const put = s.world.guests.calls.find((c) => c.text.includes('set-hostname'))!
  t.match(put.text, / b 192\.168\.31\.72\/24 192\.168\.31\.71 a\n192\.168\.31\.72 b false$/, 'and no units')
  t.match(lines, ['b: its hostname was mine: b again'])
})

t.test('a phase that fails: exit, and what is left to do; the lab does not count as up to it', async (t) => {
  const s = await stage(t)
  s.world.guests.answers.push(({ node, text }) =>
    node === 'b' && text.includes('run.sh') ? failure('b', ['run.sh'], 1, 'no') : '',
  )
  await t.rejects(s.go(), { name: 'StepError', message: /^system\/b: / })
  t.equal(await s.completed(), 'boot')
  t.match(s.said, [/up to boot; klab up --until system/])
  await (await acquireLock(s.world.host, s.open.paths.lock, { verb: 'x', pid: 1, since: 0 })).release()
})

t.test('refused, with nothing changed', async (t) => {
  const s = await stage(t)
  await t.rejects(s.go({ nodes: ['c'] }), { constructor: UsageError, message: /c: no such node; there are a, b/ })
  await t.rejects(s.go({ only: 'runtime' }), {
    constructor: StateError,
    message: /up only to phase system/,
    hint: /--until runtime/,
  })
  s.world.hypervisor.kill(domainName(s.open.id, 'b'))
  await t.rejects(s.go(), { constructor: StateError, message: /^b: the machine is .*not running/, hint: 'klab up' })
  const lock = await acquireLock(s.world.host, s.open.paths.lock, { verb: 'up', pid: 4711, since: 0 })
  await t.rejects(s.go({ nodes: ['a'] }), { constructor: LockedError, message: /klab up/ })
  await lock.release()
  writeFileSync(join(s.world.dir, 'Labfile'), LAB.replace('.72', '.73'))
  await t.rejects(s.go(), {
    constructor: DriftError,
    changes: [{ path: 'nodes[1].ip', before: '192.168.31.72', after: '192.168.31.73' }],
    message: /changed since/,
  })
  t.equal(await s.completed(), 'system')
  t.same(s.ran(), [])
})

t.test('a lab that was never up, or whose up did not end', async (t) => {
  const s = await stage(t)
  const record = JSON.parse(readFileSync(s.open.paths.record, 'utf8')) as Record<string, unknown>
  delete record['completedUntil']
  writeFileSync(s.open.paths.record, JSON.stringify(record))
  await t.rejects(s.go(), { constructor: StateError, message: /did not finish/, hint: 'klab up' })
  writeFileSync(s.open.paths.record, '')
  await t.rejects(s.go(), { constructor: StateError, message: /not up/ })
})

t.test('the phases: never further than the lab is up', (t) => {
  const baked = ['system', 'runtime', 'packages', 'images']
  const all = [...baked, 'control-plane', 'workers', 'labels', 'cni', 'addons', 'ready']
  t.same(provisionPhases('ready', {}), all)
  t.same(provisionPhases('images', {}), all.slice(0, 4))
  t.same(provisionPhases('workers', { from: 'images' }), ['images', 'control-plane', 'workers'])
  t.same(provisionPhases('ready', { only: 'cni' }), ['cni'])
  t.throws(() => provisionPhases('images', { only: 'workers' }), {
    constructor: StateError,
    message: /up only to phase images/,
    hint: 'klab up --until workers',
  })
  t.throws(() => provisionPhases('boot', {}), {
    constructor: StateError,
    message: /up only to phase boot/,
    hint: 'klab up',
  })
  t.throws(() => provisionPhases('ready', { from: 'system', only: 'system' }), {
    constructor: UsageError,
    message: /not both/,
  })
  t.end()
})
