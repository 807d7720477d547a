import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import t, { type Test } from 'tap'
import { HostError } from '../../src/errors.js'
import { accessStep } from '../../src/node/access.js'
import { machineSpec } from '../../src/node/machine.js'
import { domainName } from '../../src/node/names.js'
import { forwardsOf } from '../../src/state/endpoints.js'
import { isFree, reservedPorts } from '../../src/state/ports.js'
import { readRecord, writeRecord } from '../../src/state/record.js'
import { cards, fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const context = (lines: string[] = []) => ({
  line: (l: string) => void lines.push(l),
  signal: new AbortController().signal,
})

/** Somebody else's server on a port of 127.0.0.1; ended with the test. */
async function squat(t: Test, port = 0): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return server
}
const portOf = (server: Server): number => (server.address() as { port: number }).port

/** A run whose ports are free ones, `ssh` of node 2 and `api` as given. */
function stage(t: Test, taken: { ssh?: number; api?: number } = {}) {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(fourNodes()))
  const ports = { ...run.record.ports }
  if (taken.ssh !== undefined) ports['k8s-node01'] = { ssh: taken.ssh }
  if (taken.api !== undefined) ports['k8s-master01'] = { ssh: ports['k8s-master01']!.ssh, api: taken.api }
  run.record = { ...run.record, ports }
  // `up` makes it before any phase.
  mkdirSync(run.paths.dir, { recursive: true })
  return { world, run, before: ports }
}

t.test('keys for the lab and each guest, ssh_config and known_hosts; the second time nothing changes', async (t) => {
  const { run } = stage(t)
  await accessStep(run).run(context())
  const files = [
    run.paths.key,
    run.paths.sshConfig,
    run.paths.knownHosts,
    ...run.lab.nodes.map((n) => run.paths.node(n.name).hostKey),
  ]
  for (const f of files) t.ok(existsSync(f), f)
  for (const f of files.filter((x) => /key$/.test(x))) t.equal(statSync(f).mode & 0o777, 0o600, f)
  const text = files.map((f) => readFileSync(f, 'utf8'))
  await accessStep(run).run(context())
  t.same(
    files.map((f) => readFileSync(f, 'utf8')),
    text,
  )
  for (const n of run.lab.nodes)
    t.match(
      readFileSync(run.paths.sshConfig, 'utf8'),
      new RegExp(`Host ${n.name}\\b[^]*Port ${run.record.ports[n.name]!.ssh}\\b`),
    )
})

t.test('ports that somebody took while the machine was off move, and only those; the record knows', async (t) => {
  const [a, b] = [portOf(await squat(t)), portOf(await squat(t))]
  const { run, before } = stage(t, { ssh: a, api: b })
  const lines: string[] = []
  await accessStep(run).run(context(lines))
  const { ports } = run.record
  t.not(ports['k8s-node01']!.ssh, a)
  t.not(ports['k8s-master01']!.api, b)
  t.equal(ports['k8s-node01']!.api, undefined)
  for (const name of ['k8s-node02', 'k8s-node03']) t.same(ports[name], before[name], name)
  const all = Object.values(ports).flatMap((p) => [p.ssh, ...(p.api === undefined ? [] : [p.api])])
  t.equal(new Set(all).size, 5)
  for (const port of all) t.ok(await isFree(port), String(port))
  t.same((await readRecord(run.paths.record))?.ports, ports)
  t.match(lines, [/k8s-master01, k8s-node01/])
  t.match(readFileSync(run.paths.sshConfig, 'utf8'), `Port ${ports['k8s-node01']!.ssh}`)
})

t.test('a port in use by the lab’s own running machine stays', async (t) => {
  const port = portOf(await squat(t))
  const { world, run } = stage(t, { ssh: port })
  const node = run.lab.nodes[1]!
  await world.hypervisor.ensureMachine(
    machineSpec(run, node, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, node.name) }),
  )
  await world.hypervisor.start(domainName(run.id, node.name))
  await accessStep(run).run(context())
  t.equal(run.record.ports['k8s-node01']!.ssh, port)
})

t.test('a port that the Labfile names is taken: said with the node, and nothing is changed', async (t) => {
  const server = await squat(t)
  const port = portOf(server)
  const world = makeWorld(t)
  const lab = labOf(fourNodes().replace('ip: 192.168.31.62', `$&, ports: ["${port}:80"]`))
  const run = makeRun(world, lab)
  mkdirSync(run.paths.dir, { recursive: true })
  const before = run.record
  await t.rejects(accessStep(run).run(context()), {
    constructor: HostError,
    message: `port ${port} of 127.0.0.1, which the Labfile forwards to k8s-node01, is taken`,
    hint: new RegExp(`sport = :${port}`),
  })
  t.equal(run.record, before)
  t.notOk(existsSync(run.paths.key))
  t.match(forwardsOf(run.record, 'k8s-node01'), [{ guestPort: 22 }, { hostPort: port, guestPort: 80 }])
  const nodes = lab.nodes.map((n) => (n.ports ? { ...n, ports: [{ hostPort: 22_222, guestPort: 80 }] } : n))
  await writeRecord(run.paths.record, { ...run.record, lab: { ...lab, nodes } })
  for (const asking of [undefined, { id: run.record.id, lab: { nodes } }, { id: 'new', lab: { nodes } }])
    t.ok((await reservedPorts(world.roots.state, asking)).has(22_222), 'no other lab’s SSH gets it, nor this one’s')
})
