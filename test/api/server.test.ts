import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { hostKubeconfig } from '../../src/cluster/kubeconfig.js'
import { nodeConditions, parseLogin } from '../../src/api/server.js'
import { admin, json, node, serve, text, write } from './tls.js'

t.test('parseLogin reads what hostKubeconfig writes', (t) => {
  const login = parseLogin(hostKubeconfig(admin('ca', 'admin'), 'course', ['https://127.0.0.1:22100']))
  t.equal(login?.server.href, 'https://127.0.0.1:22100/')
  t.equal(login?.ca, text('ca.crt'))
  t.equal(login?.cert, text('admin.crt'))
  t.equal(login?.key, text('admin.key'))
  t.end()
})

t.test('parseLogin: anything else is undefined', (t) => {
  const good = hostKubeconfig(admin('ca', 'admin'), 'course', ['https://127.0.0.1:22100'])
  for (const name of ['server', 'certificate-authority-data', 'client-certificate-data', 'client-key-data'])
    t.equal(parseLogin(good.replace(new RegExp(`^.*${name}:.*$`, 'm'), '')), undefined, `without ${name}`)
  t.equal(parseLogin(good.replace('https://127.0.0.1:22100', 'no-address')), undefined)
  t.equal(parseLogin(''), undefined)
  t.end()
})

t.test('Ready, NotReady, Unknown, and a node without conditions', async (t) => {
  const paths: string[] = []
  const items = [
    node('a', ['MemoryPressure', 'False'], ['Ready', 'True']),
    node('b', ['Ready', 'False']),
    node('c', ['Ready', 'Unknown'], ['DiskPressure', 'True']),
    node('d', ['MemoryPressure', 'True']),
    { metadata: { name: 'e' } },
  ]
  const port = await serve(t, (req, res) => {
    paths.push(req.url ?? '')
    json({ items })(req, res)
  })
  const seen = await nodeConditions(write(t, port), 5000)
  t.same(
    [...seen!],
    [
      ['a', true],
      ['b', false],
      ['c', false],
      ['d', false],
      ['e', false],
    ],
  )
  t.same(paths, ['/api/v1/nodes'], 'not what it remembers: that stays Ready when etcd has no majority any more')
})

t.test('an answer in many pieces, with letters cut in half, is put together', async (t) => {
  const body = Buffer.from(JSON.stringify({ items: [node('ü漢'.repeat(2000), ['Ready', 'True'])] }))
  const port = await serve(t, (_, res) => {
    res.writeHead(200)
    for (let i = 0; i < body.length; i += 1001) res.write(body.subarray(i, i + 1001))
    res.end()
  })
  t.same([...(await nodeConditions(write(t, port), 5000))!.keys()], ['ü漢'.repeat(2000)])
})

t.test('a stranger’s client certificate is refused with 403, and that is no answer', async (t) => {
  const port = await serve(t, json({ items: [node('a', ['Ready', 'True'])] }))
  t.equal((await nodeConditions(write(t, port), 5000))?.size, 1)
  const stranger = join(t.testdir(), 'kubeconfig')
  writeFileSync(stranger, hostKubeconfig(admin('ca', 'stranger'), 'course', [`https://127.0.0.1:${port}`]))
  t.equal(await nodeConditions(stranger, 5000), undefined)
})

t.test('a server of another CA gets neither trust nor our key', async (t) => {
  let asked = 0
  const port = await serve(t, (req, res) => {
    asked++
    json({ items: [] })(req, res)
  })
  t.equal(await nodeConditions(write(t, port, 'stranger-ca'), 5000), undefined)
  t.equal(asked, 0)
})

t.test('silence ends at the time limit: before, within and instead of an answer', async (t) => {
  const silent = await serve(t, () => undefined)
  const half = await serve(t, (_, res) => void res.writeHead(200).write('{"items":['))
  for (const port of [silent, half]) {
    const started = performance.now()
    t.equal(await nodeConditions(write(t, port), 300), undefined)
    const ms = performance.now() - started
    t.ok(ms >= 280 && ms < 3000, `${ms} ms`)
  }
  t.equal(await nodeConditions(write(t, silent), 60_000, AbortSignal.timeout(100)), undefined, 'Ctrl-C ends it too')
})

t.test('no server, another server, no JSON, another answer, no file: undefined, never a throw', async (t) => {
  const plain = createServer((_, res) => void res.end('{}')).listen(0, '127.0.0.1')
  await new Promise((r) => plain.once('listening', r))
  t.teardown(() => plain.close())
  const config = (port: number): string => write(t, port)
  t.equal(await nodeConditions(config((plain.address() as AddressInfo).port), 2000), undefined, 'plain HTTP')
  t.equal(await nodeConditions(config(1), 2000), undefined, 'refused')
  t.equal(await nodeConditions(config(await serve(t, (_, res) => void res.end('<html>'))), 2000), undefined, 'HTML')
  t.equal(
    await nodeConditions(config(await serve(t, (_, res) => void res.writeHead(503).end('{"items":[]}'))), 2000),
    undefined,
    '503',
  )
  t.equal(await nodeConditions(config(await serve(t, json(null))), 2000), undefined, 'null')
  t.equal(await nodeConditions('/nowhere', 2000), undefined)
})

t.test('an API server without nodes is an answer', async (t) => {
  t.equal((await nodeConditions(write(t, await serve(t, json({ kind: 'NodeList', items: [] }))), 5000))?.size, 0)
})

t.test('an answer without end is given up after 8 MiB, long before the time is over', async (t) => {
  let sent = 0
  const part = Buffer.alloc(1 << 16, ' ')
  const port = await serve(t, (_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' })
    const more = (): void => {
      // Sixteen times the limit, then it ends by itself: without the limit the test fails, and does not hang.
      for (; sent < 128 << 20; sent += part.length) if (!res.write(part)) return void res.once('drain', more)
      res.end('{"items":[]}')
    }
    more()
  })
  t.equal(await nodeConditions(write(t, port), 60_000), undefined)
  t.ok(sent < 64 << 20, `${sent} bytes were taken`)
})
