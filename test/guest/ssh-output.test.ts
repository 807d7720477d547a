import t from 'tap'
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
