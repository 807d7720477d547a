import t from 'tap'
import { Interrupted, UsageError } from '../../src/index.js'
import { open } from './facade-stage.js'

const NODES = ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node03']

t.test('on all nodes: each node’s output, the highest exit status', async (t) => {
  const s = await open(t)
  s.world.guests.answers.push(({ text, node, options }) => {
    if (text !== 'cat x') return undefined
    options.onLine?.(`line of ${node}`, 'stderr')
    return { stdout: String(options.input), exitCode: node === 'k8s-node02' ? 3 : 0 }
  })
  const lines: string[] = []
  const report = await s.lab.execAll(undefined, ['cat', 'x'], {
    input: 'in',
    onLine: (node, line, from) => lines.push(`${node} ${from} ${line}`),
  })
  t.equal(report.exitCode, 3)
  t.match(
    report.nodes,
    NODES.map((node) => ({ node, stdout: 'in', exitCode: node === 'k8s-node02' ? 3 : 0 })),
  )
  // They run side by side, so which is first is left open.
  t.same(lines.toSorted(), NODES.map((n) => `${n} stderr line of ${n}`)) // prettier-ignore
  t.equal(s.world.guests.closed.at(-1), 'all')
})

t.test('they run side by side', async (t) => {
  const s = await open(t)
  let begun = 0
  let allBegun = (): void => undefined
  const together = new Promise<void>((resolve) => (allBegun = resolve))
  s.world.guests.answers.push(async ({ text }) => {
    if (text !== 'true') return undefined
    if (++begun === 4) allBegun()
    await together
    return ''
  })
  t.equal((await s.lab.execAll(undefined, ['true'])).exitCode, 0)
})

t.test('a node that is off counts as 255 and does not stop the others', async (t) => {
  const s = await open(t)
  s.world.guests.answers.push(({ text }) => (text === 'true' ? '' : undefined))
  await s.world.hypervisor.stop(s.domain('k8s-node01'), 0)
  const report = await s.lab.execAll(['k8s-node01', 'k8s-node02', 'k8s-node02'], ['true'])
  t.match(report, {
    exitCode: 255,
    nodes: [
      { node: 'k8s-node01', exitCode: null, error: 'k8s-node01 is off' },
      { node: 'k8s-node02', exitCode: 0, error: null },
    ],
  })
  t.equal(report.nodes.length, 2, 'a node named twice is one')
})

t.test('mistakes and aborts are thrown, not reported', async (t) => {
  const s = await open(t)
  await t.rejects(s.lab.execAll(['nobody'], ['true']), { constructor: UsageError, message: /there are k8s-master01/ })
  await t.rejects(s.lab.execAll(undefined, []), { constructor: UsageError, message: /name a command/ })
  s.world.guests.onConnect = () => {
    throw new Interrupted()
  }
  await t.rejects(s.lab.execAll(undefined, ['true']), Interrupted)
})

t.test('console: virsh of the lab’s libvirt; only of a node that runs', async (t) => {
  const s = await open(t)
  t.same(await s.lab.terminal.console('k8s-node01'), {
    argv: ['virsh', '-c', s.world.hypervisor.uri, 'console', s.domain('k8s-node01')],
    env: {},
  })
  await t.rejects(s.lab.terminal.console('nobody'), { name: 'UsageError', message: /no such node/ })
  await s.world.hypervisor.stop(s.domain('k8s-node01'), 0)
  await t.rejects(s.lab.terminal.console('k8s-node01'), { name: 'StateError', message: /is off/ })
})
