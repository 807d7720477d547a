import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { StateError } from '../../src/index.js'
import { parseForward } from '../../src/cli/forward.js'
import { domainName } from '../../src/node/names.js'
import { open } from './facade-stage.js'

/** A server that says who it is, then what it is told in capitals, and ends when it is ended. */
async function shouter(t: Test, name: string): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (s) => {
    s.write(`${name}:`)
    s.on('data', (d) => s.write(d.toString().toUpperCase()))
    s.on('end', () => s.end())
    s.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

const say = async (port: number, text: string): Promise<string> => {
  const s = connect(port, '127.0.0.1')
  s.end(text)
  let said = ''
  for await (const d of s) said += String(d)
  return said
}

async function openForward(t: Test) {
  const s = await open(t)
  const port = await shouter(t, 'guest')
  s.world.guests.onForward = () => Promise.resolve(connect({ port, host: '127.0.0.1', allowHalfOpen: true }))
  return s
}

t.test('connections side by side, each with its own end', async (t) => {
  const s = await openForward(t)
  const f = await s.lab.forward('k8s-node01', { hostPort: 0, guestPort: 80, guestHost: '10.1.0.5' })
  t.same(await Promise.all([say(f.hostPort, 'a'), say(f.hostPort, 'b')]), ['guest:A', 'guest:B'])
  t.match(s.world.guests.calls.at(-1), { node: 'k8s-node01', text: 'forward 10.1.0.5:80' })
  const idle = connect(f.hostPort, '127.0.0.1')
  await once(idle, 'data')
  const closed = once(idle, 'close')
  await f.close()
  await closed
  await f.ended
  await t.rejects(say(f.hostPort, 'c'), { code: 'ECONNREFUSED' })
})

t.test('one that cannot be made is told, and the next is tried again', async (t) => {
  const s = await openForward(t)
  const f = await s.lab.forward('k8s-node01', { hostPort: 0, guestPort: 80 })
  const { onForward } = s.world.guests
  s.world.guests.onForward = () => Promise.reject(new StateError('k8s-node01: 127.0.0.1:80: Connection refused'))
  await say(f.hostPort, 'a').catch(() => '')
  t.same(s.warned(), ['k8s-node01: 127.0.0.1:80: Connection refused'])
  s.world.guests.onForward = onForward
  t.equal(await say(f.hostPort, 'a'), 'guest:A')
  t.ok(s.world.guests.addresses.length >= 3, 'each asks for a connection anew')
  s.world.abort.abort()
  await f.ended
})

t.test('mistakes: a taken port, no port, a node that is off', async (t) => {
  const s = await openForward(t)
  const hostPort = await shouter(t, 'other')
  await t.rejects(s.lab.forward('k8s-node01', { hostPort, guestPort: 80 }), {
    name: 'HostError',
    message: /EADDRINUSE/,
  })
  await t.rejects(s.lab.forward('k8s-node01', { hostPort: 0, guestPort: 0 }), { name: 'UsageError' })
  await t.rejects(s.lab.forward('nobody', { hostPort: 0, guestPort: 80 }), { name: 'UsageError' })
  await s.world.hypervisor.stop(domainName(s.id, 'k8s-node01'), 0)
  await t.rejects(s.lab.forward('k8s-node01', { hostPort: 0, guestPort: 80 }), { message: /is off/ })
})

t.test('how a port is written', (t) => {
  t.same(parseForward('80'), { hostPort: 80, guestHost: undefined, guestPort: 80 })
  t.same(parseForward('8080:80'), { hostPort: 8080, guestHost: undefined, guestPort: 80 })
  t.same(parseForward('8080:web.local:80'), { hostPort: 8080, guestHost: 'web.local', guestPort: 80 })
  for (const bad of ['', 'x', ':80', 'web:80:', 'web:80', '1:2:3:4', '123456'])
    t.throws(() => parseForward(bad), { name: 'UsageError' })
  t.end()
})
