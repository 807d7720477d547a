import t, { type Test } from 'tap'
import { formatReport } from '../../src/cli/check.js'
import { SECTIONS } from '../../src/course/sections.js'
import { Interrupted, ProbeError } from '../../src/errors.js'
import { checkLab } from '../../src/lab/check.js'
import { machineSpec } from '../../src/node/machine.js'
import { domainName } from '../../src/node/names.js'
import type { Event } from '../../src/report/events.js'
import { inPhase, silently, type Stage } from '../../src/report/stages.js'
import { cards, fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'
import { linesOf, NAMES } from '../course/machines.js'

const section = (id: string) => SECTIONS.filter((s) => s.id === id)

/** Four running machines that answer as they should; their clocks are the fake world's. */
async function stage(t: Test, off: readonly string[] = [], text = fourNodes()) {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(text), { keys: true })
  for (const node of run.lab.nodes) {
    await world.hypervisor.ensureMachine(
      machineSpec(run, node, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, node.name) }),
    )
    if (!off.includes(node.name)) await world.hypervisor.start(domainName(run.id, node.name))
  }
  const output = (node: string): string =>
    linesOf(NAMES.indexOf(node))
      .map((l) => (l.startsWith('epoch') ? `epoch ${Math.floor(world.clock.now() / 1000)}` : l))
      .join('\n')
  world.guests.answers.push(({ node, text }) => (text.startsWith('sudo: #!/bin/bash') ? output(node) : undefined))
  let { record } = run
  return {
    world,
    record: (more: Partial<typeof record>) => void (record = { ...record, ...more }),
    check: (ids: string, nodes: readonly string[] = NAMES, reports: Stage = silently) =>
      checkLab(world, { ...run, record }, { sections: section(ids), nodes, stage: reports }),
  }
}

t.test(
  'one look into each node, with the lab’s runtime, role and user; closed afterwards; nothing is changed',
  async (t) => {
    const s = await stage(t)
    t.match(await s.check('2.2.5'), { lab: 'course', ok: true, sections: [{ section: '2.2.5', state: 'done' }] })
    t.equal(s.world.guests.calls.length, 4)
    // All at once: in any order.
    const asked = (node: string) => s.world.guests.calls.find((c) => c.node === node)!.text
    t.match(asked('k8s-master01'), /docker control-plane klab $/)
    t.match(asked('k8s-node03'), /docker worker klab $/)
    t.same(
      [
        s.world.guests.closed,
        s.world.guests.files.size,
        s.world.hypervisor.calls.filter((c) => !/^(ensure|start)/.test(c)),
      ],
      [['all'], 0, []],
    )
  },
)

t.test('only some nodes: the control plane is asked too, for what the cluster says, but not judged', async (t) => {
  const s = await stage(t)
  const r = await s.check('2.9.4', ['k8s-node02'])
  t.same(s.world.guests.calls.map((c) => c.node).sort(), ['k8s-master01', 'k8s-node02']) // prettier-ignore
  t.same(r.nodes.map((n) => n.name), ['k8s-node02']) // prettier-ignore
  t.match(r, { ok: true, sections: [{ nodes: [{ node: 'k8s-node02', state: 'done' }] }] })
})

t.test('the first control plane is off, or does not answer: another one says what the cluster says', async (t) => {
  const roles = NAMES.map((name, i) => `  - { name: ${name}, ip: 192.168.31.${61 + i}, role: ROLE }\n`)
  const text = `name: course\nnodes:\n${roles
    .map((line, i) => line.replace('ROLE', i < 3 ? 'control-plane' : 'worker'))
    .join('')}`
  const [first, second, third, worker] = NAMES as [string, string, string, string]
  const asControlPlane = (s: Awaited<ReturnType<typeof stage>>, silent: readonly string[]) => {
    const real = s.world.guests.answers[0]!
    s.world.guests.answers.unshift(async (call) => {
      if (call.node === worker || !call.text.startsWith('sudo: #!/bin/bash')) return undefined
      const all = (await real({ ...call, node: first })) as string
      return silent.includes(call.node) ? all.replace(/^api .*$/gm, 'api {"message":"etcdserver: no leader"}') : all
    })
  }
  const off = await stage(t, [first], text)
  asControlPlane(off, [])
  t.match(await off.check('2.9.4', [worker]), { ok: true, sections: [{ nodes: [{ node: worker, state: 'done' }] }] })
  t.same(off.world.guests.calls.map((c) => c.node).sort(), [second, worker].sort(), 'one of them is enough')
  const all = await off.check('2.9.4')
  t.match(
    all.sections[0]!.nodes.find((n) => n.node === worker),
    { state: 'done' },
  )
  t.match(all.nodes[0], { name: first, reached: false }, 'the one that is off is told')
  const silent = await stage(t, [], text)
  asControlPlane(silent, [first, second])
  const told = await silent.check('2.9.4')
  t.match(
    told.sections[0]!.nodes.find((n) => n.node === worker),
    { state: 'done' },
    `${third} knows`,
  )
})

t.test('what somebody undid: the command that does it again, for a lab that has had it', async (t) => {
  const s = await stage(t)
  const real = s.world.guests.answers[0]!
  s.world.guests.answers.unshift(async (call) => {
    const all = call.node === 'k8s-node02' ? await real(call) : undefined
    return typeof all === 'string' ? all.replace(/^hosts .*\n/gm, '') : undefined
  })
  t.match(await s.check('2.2.8'), { ok: false, repair: [] }, 'not yet done is not undone')
  s.record({ completedUntil: 'ready' })
  const r = await s.check('2.2.8')
  t.same(r.repair, ['klab provision --only system k8s-node02'])
  t.match(formatReport(r, false), /\nto do it again: klab provision --only system k8s-node02\n$/)
})

t.test(
  'a host name or an address that somebody changed on a node that is still Ready: the command for it',
  async (t) => {
    for (const [line, to] of [
      [/^hostname .*$/m, 'hostname mine'],
      [/^address lab0 .*$/m, 'address lab0 10.0.0.1/24'],
    ] as const) {
      const s = await stage(t)
      s.record({ completedUntil: 'ready' })
      const real = s.world.guests.answers[0]!
      s.world.guests.answers.unshift(async (call) => {
        const all = call.node === 'k8s-node02' ? await real(call) : undefined
        return typeof all === 'string' ? all.replace(line, to) : undefined
      })
      const r = await s.check('2.9.1')
      t.match(r.sections[0]!.nodes[2], { node: 'k8s-node02', state: 'wrong' })
      t.same(r.repair, ['klab provision --only system k8s-node02'], to)
    }
  },
)

t.test('a machine that is off is told as such, without waiting for it', async (t) => {
  const s = await stage(t, ['k8s-node03'])
  const r = await s.check('2.2.7')
  t.match(r.nodes[3], { reached: false, error: /the machine is .*, not running/ })
  t.equal(r.sections[0]!.state, 'unreachable')
  t.equal(s.world.guests.addresses.length, 3)
})

t.test('a guest that does not let in, and one whose answer is cut short', async (t) => {
  const s = await stage(t)
  s.world.guests.onConnect = ({ node }) => {
    if (node === 'k8s-node01') throw new ProbeError('k8s-node01: SSH', 60_000, 'refused')
  }
  s.world.guests.answers.unshift(({ node }) => (node === 'k8s-node02' ? 'cpus 2\n' : undefined))
  const r = await s.check('2.2.7')
  t.match(r.nodes[1], { reached: false, error: /gave up after 60 s/ })
  t.match(r.nodes[2], { reached: false, error: /ended early/ })
  t.equal(r.ok, false)
})

t.test('Ctrl-C ends it', async (t) => {
  const s = await stage(t)
  s.world.guests.onConnect = () => {
    throw new Interrupted()
  }
  await t.rejects(s.check('2.2.7'), { name: /Interrupted|AggregateError/ })
  t.same(s.world.guests.closed, ['all'])
})

t.test('all nodes side by side, and a sign of life of each', async (t) => {
  const s = await stage(t)
  const events: Event[] = []
  let [asked, let4] = [0, (): void => undefined]
  const all = new Promise<void>((go) => (let4 = go))
  // Nobody gets an answer before all have been asked.
  s.world.guests.answers.unshift(async () => {
    if (++asked === NAMES.length) let4()
    await all
    return undefined
  })
  const report = (event: Event): void => void events.push(event)
  await inPhase({ report, clock: s.world.clock }, { goal: 'check', title: 'looks', lab: 'course' }, (stage) =>
    s.check('2.2.7', NAMES, stage),
  )
  for (const node of NAMES)
    t.match(
      events.filter((e) => 'step' in e && e.step === `check/${node}`),
      [{ type: 'start' }, { type: 'output', line: /SSH answers/ }, { type: 'end', outcome: 'done' }],
    )
})
