import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { nodeConditions, parseLogin } from '../../src/api/server.js'
import { steer } from '../../src/api/steer.js'
import { hostKubeconfig } from '../../src/cluster/kubeconfig.js'
import { admin, json, node, serve, write } from './tls.js'

/** A port on which nothing listens, as that of a machine that was killed. */
async function deadPort(t: Test): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  t.comment(`nothing on ${port}`)
  return port
}

/** The kubeconfig of a lab with an API server on each of these ports. */
const several = (t: Test, ports: readonly number[]): string => {
  const path = join(t.testdir(), 'kubeconfig')
  const servers = ports.map((port) => `https://127.0.0.1:${port}`)
  writeFileSync(path, hostKubeconfig(admin('ca', 'admin'), 'ha', servers))
  return path
}
const usedPort = (path: string): number => Number(parseLogin(readFileSync(path, 'utf8'))!.server.port)

t.test('the first control plane is off: another answers, and kubectl is pointed to it', async (t) => {
  const [dead, second, third] = [
    await deadPort(t),
    await serve(t, (_, res) => void res.writeHead(500).end('not ready')),
    await serve(t, json({ items: [node('k8s-master03', ['Ready', 'True'])] })),
  ]
  const path = several(t, [dead, second, third])
  t.same(await nodeConditions(path, 20_000), new Map([['k8s-master03', true]]))
  t.equal(usedPort(path), dead, 'asking changes nothing')
  await steer(path, 20_000)
  t.equal(usedPort(path), third)
  const login = parseLogin(readFileSync(path, 'utf8'))!
  t.same(new Set(login.others.map((url) => Number(url.port))), new Set([dead, second]), 'the others are not forgotten')
  const before = readFileSync(path, 'utf8')
  await steer(path, 20_000)
  t.equal(readFileSync(path, 'utf8'), before, 'one that answers stays')
})

t.test('nobody answers: nothing is changed; with one API server nothing is asked', async (t) => {
  const ports = [await deadPort(t), await deadPort(t)]
  const path = several(t, ports)
  const before = readFileSync(path, 'utf8')
  t.equal(await nodeConditions(path, 20_000), undefined)
  await steer(path, 20_000)
  t.equal(readFileSync(path, 'utf8'), before)
  const port = await serve(t, () => t.fail('nobody should ask'))
  await steer(write(t, port), 20_000)
  await steer(join(t.testdir(), 'none'), 20_000)
})

t.test('one that accepts and says nothing: the others are asked after a while', async (t) => {
  const path = several(t, [await serve(t, () => undefined), await serve(t, json({ items: [] }))])
  t.same(await nodeConditions(path, 60_000), new Map())
  t.equal(await nodeConditions(path, 50), undefined, 'a glance does not wait for that')
})
