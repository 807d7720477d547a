import { createServer } from 'node:net'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { CommandError, CorruptError, Interrupted, ProbeError, StateError } from '../../src/errors.js'
import { makeKeyPair } from '../../src/state/keys.js'
import { makeGuests as make } from './fixtures/guests.js'
import { startGuest } from './fixtures/server.js'

const { signal } = new AbortController()
const within = { withinMs: 20_000, signal }
const fault = async (p: Promise<unknown>): Promise<CommandError> => {
  const e = await p.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(e instanceof CommandError)) throw new Error(`expected a CommandError, not ${String(e)}`)
  return e
}

t.test('exec round trip: output, exit status, lines, input', async (t) => {
  const server = await startGuest(t)
  const guest = await make(t).connect(server.address, within)
  const lines: string[] = []
  const out = await guest.run(['sh', '-c', 'echo "$1"; printf "课\\r\\nlast" >&2', 'x', "it's $HOME\n课"], {
    onLine: (l) => lines.push(l),
  })
  t.match(out, { stdout: "it's $HOME\n课\n", stderr: '课\r\nlast', exitCode: 0 })
  t.same(lines.sort(), ["it's $HOME", '课', '课', 'last'].sort())
  t.equal((await guest.run(['cat'], { input: 'in\n'.repeat(100_000) })).stdout.length, 300_000)
  t.equal((await guest.run(['cat'])).stdout, '', 'stdin is closed when nothing is given')
  const e = await fault(guest.run(['sh', '-c', 'echo no >&2; exit 3']))
  t.match(e.failure, {
    where: 'k8s-node01',
    argv: ['sh', '-c', 'echo no >&2; exit 3'],
    exitCode: 3,
    tail: 'no',
    timedOut: false,
  })
  t.equal((await guest.run(['false'], { allowFailure: true })).exitCode, 1)
  t.match((await fault(guest.run(['exec', 'sh', '-c', 'kill -9 $$'], { allowFailure: true }))).failure, {
    exitCode: undefined,
    signal: 'SIGKILL',
  })
})

t.test(
  'sudo: script whole before it runs, its exit status, arguments as data; put: files in one round trip',
  async (t) => {
    const root = t.testdir()
    const server = await startGuest(t, { root })
    const guest = await make(t).connect(server.address, within)
    t.equal(
      (await guest.sudo('#!/bin/bash\nset -eu\ncat\necho "$2"\n', ['a b', "$(id)'"])).stdout,
      "$(id)'\n",
      'cat did not eat the script',
    )
    t.equal((await fault(guest.sudo('set -e\nfalse\necho on'))).failure.exitCode, 1)
    t.equal((await fault(guest.sudo('exit 7'))).failure.exitCode, 7)
    t.equal((await fault(guest.sudo('if true'))).failure.exitCode, 2)
    t.equal((await guest.sudo('# nothing')).exitCode, 0)
    server.commands.length = 0
    await guest.put([
      { path: '/etc/klab/a', content: 'a' },
      { path: '/bin/b', content: 'b', mode: 0o755 },
    ])
    await guest.put([])
    t.same(server.commands, ['sudo -n tar -x -m -C / -f -'])
    t.equal(readFileSync(join(root, 'etc/klab/a'), 'utf8'), 'a')
    t.equal(statSync(join(root, 'bin/b')).mode & 0o777, 0o755)
  },
)

t.test('one connection a node, shared; another address is another connection', async (t) => {
  const [a, b] = [await startGuest(t), await startGuest(t)]
  const guests = make(t)
  const all = await Promise.all([1, 2, 3].map(() => guests.connect(a.address, within)))
  await Promise.all(all.map((g) => g.run(['true'])))
  t.equal(a.connections.length, 1)
  await (await guests.connect(b.address, within)).run(['true'])
  t.equal(b.connections.length, 1)
  await all[0]!.close()
  await (await guests.connect(a.address, within)).run(['true'])
  t.equal(a.connections.length, 2, 'closed, so opened anew')
  await guests.close()
  await t.rejects(all[0]!.run(['true']), StateError)
})

t.test('another host key is refused at once and for good', async (t) => {
  const server = await startGuest(t, { hostKey: makeKeyPair('other').privateKey })
  await t.rejects(make(t).connect(server.address, within), {
    constructor: CorruptError,
    code: 'corrupt',
    message: /k8s-node01: who answers on 127\.0\.0\.1:\d+ is not this node/,
  })
  t.equal(server.connections.length, 1, 'no retry')
  t.same(server.commands, [])
  // The same key, but the pinned one is of a type that the server has not.
  const plain = await startGuest(t)
  const pinned = { ...plain.address, hostKey: 'ecdsa-sha2-nistp256 AAAA' }
  await t.rejects(make(t).connect(pinned, within), { code: 'corrupt', message: /host key none of its type/ })
  await t.rejects(make(t).connect({ ...plain.address, privateKey: 'nonsense' }, within), {
    code: 'corrupt',
    message: /private SSH key/,
  })
})

t.test('slow start: refused, silent, then cut, then not yet authorised, then there', async (t) => {
  let tries = 0
  const early = createServer((socket) => {
    tries++
    socket.on('error', () => undefined)
    setTimeout(() => socket.destroy(), 30)
  })
  early.listen(0, '127.0.0.1')
  await once(early, 'listening')
  const { port } = early.address() as AddressInfo
  const guests = make(t)
  const waiting = guests.connect({ ...(await startGuest(t)).address, port }, { withinMs: 60_000, signal })
  while (tries < 3) await new Promise((r) => setTimeout(r, 10))
  await new Promise((r) => early.close(r))
  await new Promise((r) => setTimeout(r, 150))
  const server = await startGuest(t, { port, refuse: 2 })
  t.equal((await (await waiting).run(['echo', 'here'])).stdout, 'here\n')
  t.equal(server.connections.length, 3)
})

t.test('gives up saying what was last seen', async (t) => {
  const server = await startGuest(t, { refuse: 1000 })
  await t.rejects(make(t).connect(server.address, { withinMs: 10_000, signal }), {
    constructor: ProbeError,
    message:
      /k8s-node01: SSH on 127\.0\.0\.1:\d+: gave up after \d+ s; last seen: All configured auth\w+ methods failed/,
    hint: 'klab logs k8s-node01',
  })
  t.ok(server.connections.length >= 4, `${server.connections.length} tries`)
  server.close()
  await t.rejects(make(t).connect(server.address, { withinMs: 5000, signal }), {
    code: 'probe',
    message: /last seen: .*ECONNREFUSED/,
  })
  const silent = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.teardown(() => silent.close())
  const { port } = silent.address() as AddressInfo
  await t.rejects(make(t).connect({ ...server.address, port }, { withinMs: 300, signal }), {
    code: 'probe',
    message: /Timed out while waiting for handshake/,
  })
})

t.test('a dropped connection: the running command fails, the next one reconnects', async (t) => {
  const server = await startGuest(t)
  const guest = await make(t).connect(server.address, within)
  const running = fault(guest.run(['sleep', '30'], { allowFailure: true }))
  while (server.commands.length === 0) await new Promise((r) => setTimeout(r, 10))
  server.connections[0]!.end()
  t.match((await running).failure, { exitCode: undefined, tail: 'the connection was lost', timedOut: false })
  t.equal((await guest.run(['echo', 'back'])).stdout, 'back\n')
  t.equal(server.connections.length, 2)
})

t.test('a command that never started is begun once more on a new connection', async (t) => {
  const server = await startGuest(t, { drop: 1 })
  const guest = await make(t).connect(server.address, within)
  t.equal((await guest.run(['echo', 'again'])).stdout, 'again\n')
  t.same(server.commands, ['echo again', 'echo again'])
  const never = await startGuest(t, { drop: 100 })
  await t.rejects((await make(t).connect(never.address, within)).run(['true']), ProbeError)
  t.equal(never.commands.length, 2)
})

t.test('a guest that hangs before the command starts: time-out and abort still work', async (t) => {
  const server = await startGuest(t, { hang: true })
  const guest = await make(t).connect(server.address, within)
  t.match((await fault(guest.run(['true'], { timeoutMs: 100, allowFailure: true }))).failure, {
    timedOut: true,
    exitCode: undefined,
  })
  const abort = new AbortController()
  const running = guest.run(['true'], { signal: abort.signal })
  while (server.commands.length < 2) await new Promise((r) => setTimeout(r, 5))
  abort.abort()
  await t.rejects(running, Interrupted)
})

t.test(
  'a guest that never answers: every command has a limit, says what it was for, and ends with Ctrl-C',
  async (t) => {
    const server = await startGuest(t, { hang: true })
    const impatient = await make(t, { limitMs: 100 }).connect(server.address, within)
    const e = await fault(impatient.sudo('cat /x', [], { what: 'reading /x' }))
    t.match(e, { failure: { timedOut: true }, message: /^k8s-node01: reading \/x: `sudo .*` timed out after 0 s/ })
    const files = [{ path: '/etc/a', content: '' }]
    t.match(await fault(impatient.put(files)), { message: /writing \/etc\/a: .* timed out/ })
    t.match(await fault(impatient.run(['true'])), { failure: { timedOut: true } })
    const abort = new AbortController()
    const guest = await make(t).connect(server.address, { ...within, signal: abort.signal })
    const running = [guest.run(['true']), guest.sudo('true'), guest.put(files)]
    const ends = Promise.allSettled(running)
    while (server.commands.length < 6) await new Promise((r) => setTimeout(r, 5))
    abort.abort()
    for (const end of await ends) t.match(end, { status: 'rejected', reason: Interrupted })
  },
)

t.test('time-out, abort while connecting, abort while running, too much output', async (t) => {
  const server = await startGuest(t)
  const guests = make(t)
  const guest = await guests.connect(server.address, within)
  const e = await fault(guest.run(['sh', '-c', 'echo begun; sleep 30'], { timeoutMs: 300 }))
  t.match(e.failure, { timedOut: true, tail: 'begun' })
  t.match(e.message, /timed out after/)
  const abort = new AbortController()
  const running = guest.run(['sleep', '30'], { signal: abort.signal })
  setTimeout(() => abort.abort(), 100)
  await t.rejects(running, Interrupted)
  await t.rejects(guest.run(['true'], { signal: abort.signal }), Interrupted)
  t.equal((await guest.run(['echo', 'ok'])).stdout, 'ok\n', 'the connection serves on')
  t.match(
    (await fault(guest.run(['head', '-c', '17000000', '/dev/zero']))).failure.tail,
    /more than 16777216 bytes of output$/,
  )
  const silent = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.teardown(() => silent.close())
  const stop = new AbortController()
  const connecting = guests.connect(
    { ...server.address, node: 'n2', port: (silent.address() as AddressInfo).port },
    { ...within, signal: stop.signal },
  )
  setTimeout(() => stop.abort(), 100)
  await t.rejects(connecting, Interrupted)
})
