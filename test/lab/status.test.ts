import { writeFileSync } from 'node:fs'
import t from 'tap'
import { HostError } from '../../src/errors.js'
import type { MachineState } from '../../src/hypervisor/types.js'
import { absentStatus, readStatus } from '../../src/lab/status.js'
import { formatStatus } from '../../src/cli/status.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'
import { nodesReady, RUNNING, stage } from './status-stage.js'

const table: [string, MachineState[], string][] = [
  ['none', [], 'absent'],
  ['all run', ['running', 'running', 'running', 'running'], 'running'],
  ['all paused', ['paused', 'paused', 'paused', 'paused'], 'paused'],
  ['all off', ['shut-off', 'shut-off', 'shut-off', 'shut-off'], 'stopped'],
  ['one crashed, none running', ['crashed', 'shut-off', 'shut-off', 'shut-off'], 'stopped'],
  ['one crashed, others run', ['crashed', 'running', 'running', 'running'], 'partial'],
  ['one was never made', ['running', 'running', 'running', 'absent'], 'partial'],
  ['some paused', ['running', 'paused', 'running', 'running'], 'partial'],
  ['half made, off', ['shut-off', 'shut-off', 'absent', 'absent'], 'stopped'],
]
for (const [what, states, state] of table) {
  t.test(`${what}: ${state}`, async (t) => {
    const status = await stage(t, states).read()
    t.equal(status.state, state)
    t.same(
      status.nodes.map((n) => n.state),
      [0, 1, 2, 3].map((i) => states[i] ?? 'absent'),
    )
  })
}

t.test('machines that stand still: no count of a time that is not now, and the way out', async (t) => {
  const text = async (...states: MachineState[]): Promise<string> => {
    const s = stage(t, states)
    s.cluster()
    return formatStatus(await s.read(() => Promise.resolve(undefined)), s.clock.now())
  }
  const paused = await text('paused', 'paused', 'paused', 'paused')
  t.match(paused, /Kubernetes 1\.23\.17, paused, API/)
  t.match(paused, /^all machines are paused; klab up resumes them$/m)
  t.match(await text('shut-off', 'shut-off', 'shut-off', 'shut-off'), /Kubernetes 1\.23\.17, off, API/)
  t.match(
    await text('running', 'paused', 'shut-off', 'crashed'),
    /^k8s-node01 is paused, k8s-node02 is off, k8s-node03 has crashed; klab up fixes that$/m,
  )
  t.notMatch(await text(...RUNNING), /klab up/)
})

t.test('on a narrow terminal no line is cut: what `ssh` knows anyway is left out', async (t) => {
  const s = stage(t, RUNNING)
  s.cluster()
  const status = await s.read(() => Promise.resolve(nodesReady))
  const lines = (width?: number): string[] => formatStatus(status, s.clock.now(), width).split('\n')
  t.match(lines().join('\n'), /^NAME +ROLE +IP +STATE +CLUSTER +SSH$/m)
  for (const width of [60, 70, 80, 100])
    t.same(
      lines(width).filter((l) => l.length > width),
      [],
      String(width),
    )
  t.match(
    lines(60).join('\n'),
    /^NAME +ROLE +STATE +CLUSTER$[^]*^cluster: Kubernetes 1\.23\.17, 2\/4 Ready\nAPI server http/m,
  )
})

t.test('without a cluster there are no roles', async (t) => {
  const status = await stage(t, RUNNING, fourNodes('kubernetes: false\n')).read()
  t.same(
    status.nodes.map((n) => n.role),
    [null, null, null, null],
  )
  t.match(formatStatus(status, 0), /^NAME +IP +STATE +SSH$/m)
  t.notMatch(formatStatus(status, 0), /control-plane/)
})

t.test('a machine that somebody opened with virsh', async (t) => {
  const status = await stage(t, RUNNING, fourNodes(), ['graphics vnc on 0.0.0.0', 'port 22 is open']).read()
  t.same(status.opened, [
    { node: 'k8s-node01', what: 'graphics vnc on 0.0.0.0' },
    { node: 'k8s-node01', what: 'port 22 is open' },
  ])
  const text = formatStatus(status, 0)
  t.match(text, /^k8s-node01 was changed with virsh: graphics vnc on 0\.0\.0\.0$/m)
  t.match(text, /^klab halt, then klab up/m)
})

t.test('the contract for scripts, without a cluster yet', async (t) => {
  t.same(await stage(t, ['running', 'running', 'running', 'running']).read(), {
    lab: 'course',
    state: 'running',
    nodes: ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node03'].map((name, i) => ({
      name,
      role: i === 0 ? 'control-plane' : 'worker',
      ip: `192.168.31.${61 + i}`,
      state: 'running',
      stuck: false,
      ready: null,
      joined: null,
      sshHost: '127.0.0.1',
      sshPort: 22000 + i,
    })),
    cluster: { version: '1.23.17', ready: 0, total: 4, apiServer: null, endpoint: null, seenAt: null },
    unfinished: null,
    opened: [],
    edited: false,
    linger: null,
  })
})

t.test('a log-out that may have ended the lab is told of, with what helps', async (t) => {
  const status = await stage(t, ['shut-off', 'shut-off', 'shut-off', 'shut-off']).read()
  t.equal(status.linger, null)
  const text = formatStatus({ ...status, linger: 'sudo loginctl enable-linger me' }, 0)
  t.match(text, /^logging out may have ended it; to keep a lab running after logout: sudo loginctl enable-linger me$/m)
})

t.test('a snapshot verb that was killed is told of', async (t) => {
  const { run, read, glance, cluster } = stage(t, RUNNING)
  cluster()
  const journal = (text: string) => writeFileSync(run.paths.journal, text)
  journal(JSON.stringify({ op: 'save', manifest: { name: 'lesson-2' }, ram: true, from: {}, to: {} }))
  t.equal((await read()).unfinished, 'snapshot save lesson-2')
  journal(JSON.stringify({ op: 'restore', id: 'x', phase: 'prepared', to: {} }))
  const { status } = await glance(() => Promise.resolve(nodesReady))
  t.equal(status.unfinished, 'snapshot restore')
  t.match(formatStatus(status, 0), /\nklab snapshot restore is running, or was killed; if it was killed, klab up /)
  journal('{')
  t.equal((await read()).unfinished, null, 'the next verb refuses it, status goes on')
})

t.test(
  'a node that the API server does not know is not in the cluster, which is more than not being Ready',
  async (t) => {
    const { read, cluster, clock } = stage(t, ['running', 'running', 'running', 'paused'])
    cluster()
    const status = await read(() =>
      Promise.resolve(
        new Map([
          ['k8s-master01', true],
          ['k8s-node01', false],
        ]),
      ),
    )
    t.same(
      status.nodes.map((n) => n.joined),
      [true, true, false, null],
    )
    const text = formatStatus(status, clock.now())
    t.match(text, /^k8s-node01 .* NotReady /m)
    t.match(text, /^k8s-node02 .* not in the cluster /m)
    t.match(text, /^k8s-node02 is not in the cluster; klab up joins it again$/m)
  },
)

t.test('NAT mode: the nodes’ own addresses', async (t) => {
  const { read, cluster } = stage(t, RUNNING, fourNodes('network: { mode: nat }\n'))
  cluster()
  t.match(await read(() => Promise.resolve(undefined)), {
    nodes: [61, 62, 63, 64].map((n) => ({ sshHost: `192.168.31.${n}`, sshPort: 22 })),
    cluster: { apiServer: 'https://192.168.31.61:6443' },
  })
})

t.test('an API server that is silent: ready is not known, the address is', async (t) => {
  const { read, cluster } = stage(t, RUNNING)
  cluster()
  const status = await read()
  t.same(
    status.nodes.map((n) => n.ready),
    [null, null, null, null],
  )
  t.match(status.cluster, { ready: null, apiServer: 'https://127.0.0.1:22100' })
})

t.test(
  'ready is what the API server says; a node that it does not know is not Ready, one that ' +
    'does not run is not asked for',
  async (t) => {
    const { read, cluster } = stage(t, ['running', 'paused', 'running', 'running'])
    cluster()
    const limits: number[] = []
    const status = await read((_, ms) => Promise.resolve(limits.push(ms)).then(() => nodesReady))
    t.same(
      status.nodes.map((n) => n.ready),
      [true, null, false, false],
    )
    t.match(status.cluster, { ready: 1, total: 4, seenAt: '2026-01-01T00:00:00.000Z' })
    t.same(limits, [10_000])
  },
)

t.test('a glance shows the last answer when the API server is slow, and says that it is behind', async (t) => {
  const { glance, read, cluster, clock } = stage(t, RUNNING)
  cluster()
  await read(() => Promise.resolve(nodesReady))
  const again = await glance(() => Promise.reject(new Error('asked')))
  t.match(again, { behind: false, status: { cluster: { ready: 2 } } }, 'what was seen just now is not asked for')
  clock.time += 5000
  const slow = await glance(() => Promise.resolve(undefined))
  t.match(slow, { behind: true, status: { cluster: { ready: 2, seenAt: '2026-01-01T00:00:00.000Z' } } })
  const quick = await glance(() => Promise.resolve(new Map([['k8s-node03', true]])))
  t.match(quick, { behind: false, status: { cluster: { ready: 1, seenAt: '2026-01-01T00:00:05.000Z' } } })
})

t.test('a glance without an older answer waits for the first one', async (t) => {
  const { glance, cluster } = stage(t, RUNNING)
  cluster()
  const limits: number[] = []
  const first = await glance((_, ms) =>
    Promise.resolve(limits.push(ms)).then(() => (ms > 1000 ? nodesReady : undefined)),
  )
  t.match(first, { behind: false, status: { cluster: { ready: 2 } } })
  t.match(limits, [Number, 10_000])
})

t.test('plain machines have no cluster', async (t) => {
  t.equal((await stage(t, ['running'], fourNodes('kubernetes: false\n')).read()).cluster, null)
})

t.test('a lab that was never up', (t) => {
  const s = absentStatus(labOf(fourNodes()))
  t.match(s, { lab: 'course', state: 'absent', cluster: { ready: 0, total: 4, apiServer: null } })
  t.same(new Set(s.nodes.map((n) => `${n.state} ${n.ready} ${n.sshPort}`)), new Set(['absent null null']))
  t.equal(absentStatus(labOf(fourNodes('kubernetes: false\n'))).cluster, null)
  t.end()
})

t.test('an unreachable libvirt is not an absent lab', async (t) => {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(fourNodes()))
  world.hypervisor.unreachable = true
  await t.rejects(readStatus(world, run.record, run.paths), HostError)
})
