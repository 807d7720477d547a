/** A lab with three control planes, of which some are off. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { hostKubeconfig } from '../../src/cluster/kubeconfig.js'
import { apiServers } from '../../src/node/api-server.js'
import { restore } from '../../src/snapshot/restore.js'
import { instantOf, settle } from '../../src/snapshot/settle.js'
import { root } from '../fakes/world.js'
import { makeStage, saveAs } from '../snapshot/stage.js'
import { open } from './facade-stage.js'

const LABFILE = readFileSync(`${root}/labs/ha/Labfile`, 'utf8')
const [FIRST, ...OTHERS] = ['k8s-master01', 'k8s-master02', 'k8s-master03']

const pem = (kind: string): string =>
  Buffer.from(`-----BEGIN ${kind}-----\nQUJD\n-----END ${kind}-----\n`).toString('base64')
const ADMIN = `clusters: [{ cluster: { certificate-authority-data: ${pem('CERTIFICATE')} } }]
users: [{ user: { client-certificate-data: ${pem('CERTIFICATE')}, client-key-data: ${pem('PRIVATE KEY')} } }]
`
interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly server: string; readonly extensions: unknown } }]
}
const clusterOf = (path: string) => (parse(readFileSync(path, 'utf8')) as Kubeconfig).clusters[0].cluster

t.test('kubectl runs as long as one control plane does; status shows the one that the host can ask', async (t) => {
  const s = await open(t, LABFILE)
  writeFileSync(s.paths.kubeconfig, hostKubeconfig(ADMIN, 'ha', apiServers(s.record)))
  await s.world.hypervisor.stop(s.domain(FIRST), 0)
  t.match(await s.lab.terminal.kubectl(['get', 'nodes']), {
    argv: [/kubectl$/, 'get', 'nodes'],
    env: { KUBECONFIG: s.paths.kubeconfig },
  })
  t.match(await s.lab.kubeconfig(), { path: s.paths.kubeconfig, text: /server: https:/ })
  t.match((await s.lab.status()).cluster, { apiServer: apiServers(s.record)[1], endpoint: '192.168.31.60:8443' })
  for (const node of OTHERS) await s.world.hypervisor.stop(s.domain(node), 0)
  await t.rejects(s.lab.terminal.kubectl(['get', 'nodes']), { name: 'StateError', message: `${FIRST} is off` })
})

t.test('a restored lab’s kubeconfig has the present ports of all its control planes', async (t) => {
  const s = await makeStage(t, LABFILE)
  const { record, paths } = s.lab
  const servers = apiServers(record)
  t.equal(servers.length, 3)
  mkdirSync(dirname(paths.kubeconfig), { recursive: true })
  writeFileSync(paths.kubeconfig, hostKubeconfig(ADMIN, 'ha', servers))
  const manifest = await saveAs(s, 'one')
  const ports = { ...record.ports, [OTHERS[0]]: { ...record.ports[OTHERS[0]]!, api: 29_999 } }
  s.lab.record = { ...s.lab.record, ports }
  await restore(s.lab, manifest)
  t.match(clusterOf(paths.kubeconfig), {
    server: servers[0],
    extensions: [{ name: 'klab', extension: { servers: [servers[0], 'https://127.0.0.1:29999', servers[2]] } }],
  })
})

t.test('a restored lab is ready when all three control planes and the worker are heard from', async (t) => {
  const s = await makeStage(t, LABFILE)
  mkdirSync(dirname(s.lab.paths.kubeconfig), { recursive: true })
  writeFileSync(s.lab.paths.kubeconfig, hostKubeconfig(ADMIN, 'ha', apiServers(s.lab.record)))
  const since = instantOf(s.world.clock)
  let looks = 0
  const ask = () => Promise.resolve(new Map(s.nodes.map((n, i) => [n, ++looks > 4 || i > 0])))
  const leases = () => Promise.resolve(new Map(s.nodes.map((n) => [n, s.world.clock.now() + 1])))
  const settled = await settle(s.lab, { ready: s.nodes }, since, { ask, leases })
  t.type(settled.readyMs, 'number')
  t.ok(looks > 4, 'the first control plane was waited for')
  t.match(s.said.join('\n'), /the API server answers/)
})
