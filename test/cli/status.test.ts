import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { fourNodes } from '../fakes/world.js'
import { makeKlab } from './klab.js'

t.jobs = 2

t.test('status of a lab that was never up needs no libvirt', async (t) => {
  const klab = makeKlab(t, fourNodes(), { FAKE_VIRSH: 'refuse' })
  t.match(await klab.run('status'), { code: 0, stderr: '', stdout: /^lab course: absent\n/ })
  t.match(JSON.parse((await klab.run('status', '--json')).stdout), {
    state: 'absent',
    nodes: [{ state: 'absent', sshPort: null }],
    cluster: { total: 4 },
  })
})

t.test('status of a recorded lab: what virsh says now', async (t) => {
  const klab = makeKlab(t)
  klab.record({}, [1, 1, 3, 5])
  const { stdout, code } = await klab.run('status', '--json')
  t.equal(code, 0)
  const status = JSON.parse(stdout) as { state: string; nodes: { state: string; ready: unknown; sshPort: number }[] }
  t.equal(status.state, 'partial')
  t.same(
    status.nodes.map((n) => [n.state, n.ready, n.sshPort]),
    [
      ['running', null, 22000],
      ['running', null, 22001],
      ['paused', null, 22002],
      ['shut-off', null, 22003],
    ],
  )
  const text = (await klab.run('status')).stdout
  t.match(text, /^NAME +ROLE +IP +STATE +CLUSTER +SSH$/m)
  t.match(text, /^k8s-node02 +worker +192\.168\.31\.63 +paused +- +127\.0\.0\.1:22002$/m)
  klab.record({}, [1, 1, 1, 1])
  t.equal((JSON.parse((await klab.run('status', '--json')).stdout) as { state: string }).state, 'running')
})

t.test(
  'status while the API server does not answer: its last answer with its age, and the next one is fetched meanwhile',
  async (t) => {
    const klab = makeKlab(t)
    const paths = klab.record({}, [1, 1, 1, 1])
    writeFileSync(paths.kubeconfig, 'server: https://127.0.0.1:1\n')
    const ready = { 'k8s-master01': true, 'k8s-node01': true }
    writeFileSync(paths.seen, JSON.stringify({ at: new Date(Date.now() - 60_000).toISOString(), ready }))
    const first = await klab.run('status')
    t.match(first, { code: 0, stderr: '', stdout: /^cluster: Kubernetes 1\.23\.17, 2\/4 Ready \(\d+m\d+s ago\)/m })
    const kept = (): string => readFileSync(paths.seen, 'utf8')
    // The one that asks meanwhile is a process of its own: it ends by taking its claim away.
    while (!kept().includes('null') || existsSync(`${paths.seen}.asking`)) await setTimeout(100)
    t.match(JSON.parse(kept()), { ready: null }, 'asked in vain')
    t.match((await klab.run('status')).stdout, /^k8s-master01 .* - /m)
    t.match(
      (await klab.run('status', '--fresh')).stdout,
      /the API server does not answer, API/,
      'waits for an answer itself',
    )
  },
)

t.test('status with libvirt gone: exit 3 and what starts it', async (t) => {
  const klab = makeKlab(t, fourNodes(), { FAKE_VIRSH: 'refuse' })
  klab.record()
  t.match(await klab.run('status'), { code: 3, stdout: '', stderr: /libvirt cannot be reached[^]*libvirtd/ })
})
