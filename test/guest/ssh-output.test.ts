import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { Interrupted } from '../../src/errors.js'
import { makeGuests } from './fixtures/guests.js'
import { startGuest } from './fixtures/server.js'

const within = { withinMs: 20_000, signal: new AbortController().signal }

t.test('a guest that prints lines without number, and none that ends', async (t) => {
  const server = await startGuest(t)
  const guest = await makeGuests(t).connect(server.address, within)
  const lines: string[] = []
  const onLine = (l: string): void => void lines.push(l)
  await guest.run(['sh', '-c', 'yes | head -n 300000'], { onLine })
  t.equal(lines.splice(0).length, 50_001)
  await guest.run(['sh', '-c', "head -c 8000000 /dev/zero | tr '\\0' x"], { onLine })
  t.same(
    lines.map((l) => l.length),
    [8192 + ' … (line cut)'.length],
  )
})

t.test('each line with the stream that it came on', async (t) => {
  const server = await startGuest(t)
  const guest = await makeGuests(t).connect(server.address, within)
  const lines: string[] = []
  await guest.run(['sh', '-c', 'echo out; echo err >&2'], { onLine: (l, from) => lines.push(`${from ?? ''} ${l}`) })
  t.same(lines.sort(), ['stderr err', 'stdout out'])
})

t.test('filter: streams both ways, larger than may be held; its failure says what it said', async (t) => {
  const server = await startGuest(t)
  const guest = await makeGuests(t).connect(server.address, within)
  const down = await guest.filter(['head', '-c', '20000000', '/dev/zero'])
  let bytes = 0
  for await (const chunk of down.output) bytes += (chunk as Buffer).length
  await down.done
  t.equal(bytes, 20_000_000)
  const up = await guest.filter(['wc', '-c'])
  await pipeline(Readable.from(Array.from({ length: 320 }, () => Buffer.alloc(65_536))), up.input)
  let said = ''
  for await (const chunk of up.output) said += String(chunk)
  await up.done
  t.equal(said.trim(), String(320 * 65_536))
  const bad = await guest.filter(['sh', '-c', 'echo "no such thing" >&2; exit 4'])
  bad.output.resume()
  await t.rejects(bad.done, { name: 'CommandError', message: /k8s-node01: .* exit status 4\nno such thing/s })
  const long = await guest.filter(['sleep', '60'])
  long.kill()
  await long.done
})

t.test('forward: into the guest, also after the connection was lost; what it refuses is told', async (t) => {
  const server = await startGuest(t)
  const guest = await makeGuests(t).connect(server.address, within)
  const inside = createServer((s) => s.end('inside'))
  inside.listen(0, '127.0.0.1')
  await once(inside, 'listening')
  t.teardown(() => inside.close())
  const { port } = inside.address() as AddressInfo
  const read = async (): Promise<string> => {
    let said = ''
    for await (const chunk of await guest.forward('127.0.0.1', port)) said += String(chunk)
    return said
  }
  t.equal(await read(), 'inside')
  const lost = once(server.connections[0]!, 'close')
  server.connections[0]?.end()
  await lost
  t.equal(await read(), 'inside')
  t.equal(server.connections.length, 2)
  inside.close()
  await once(inside, 'close')
  await t.rejects(guest.forward('127.0.0.1', port), { name: 'StateError', message: /k8s-node01: 127\.0\.0\.1:\d+/ })
})

t.test('a guest that never opens a stream, a terminal or a way on: Ctrl-C ends the wait', async (t) => {
  const server = await startGuest(t, { hang: true })
  const abort = new AbortController()
  const guest = await makeGuests(t).connect(server.address, { ...within, signal: abort.signal })
  const all = (): Promise<unknown>[] => [
    guest.filter(['cat']),
    guest.terminal(['sh'], { columns: 80, rows: 24 }),
    guest.forward('127.0.0.1', 9),
  ]
  const ends = Promise.allSettled(all())
  while (server.commands.length < 3) await new Promise((r) => setTimeout(r, 5))
  abort.abort()
  for (const end of await ends) t.match(end, { status: 'rejected', reason: Interrupted })
  for (const end of await Promise.allSettled(all()))
    t.match(end, { status: 'rejected', reason: Interrupted }, 'begun later')
  t.equal(server.commands.length, 3)
})
