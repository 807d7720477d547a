/** What a guest says over SSH comes to klab through the real client, and does nothing to the host. */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Socket } from 'node:net'
import t from 'tap'
import { hostKubeconfig } from '../../src/cluster/kubeconfig.js'
import { makeGuests } from './fixtures/guests.js'
import { flood, hostileLab, NASTY, otherKey, plainNode, say, UNSAFE } from './fixtures/hostile.js'

t.setTimeout(600_000)

const signal = new AbortController().signal

t.test(
  'what a phase prints without end: the log stays small, the terminal unharmed, and nobody asks again',
  async (t) => {
    let phases = 0
    const h = await hostileLab(t, {
      labfile: plainNode,
      record: { completedUntil: 'ready' },
      answer: (command, channel) => {
        if (!command.includes('run.sh')) return say(channel, '')
        phases++
        flood(channel, Buffer.from(`${NASTY}line\n`.repeat(1000)))
      },
    })
    const r = await h.run('provision', '--only', 'system')
    t.equal(r.code, 1)
    t.match(r.stderr, /more than 16777216 bytes of output/)
    t.match(r.stderr, /more than 50000 lines: the others are left out/)
    t.equal(phases, 1)
    t.ok(statSync(h.paths.log).size < 6 * 2 ** 20, 'the log')
    t.notMatch(readFileSync(h.paths.log, 'utf8'), UNSAFE)
    t.ok(r.peakMiB < 400, `${r.peakMiB} MiB`)
    t.notMatch((await h.run('logs')).stdout, /\u001b/)
  },
)

t.test('a full disk in the guest: its own words, and what to look at', async (t) => {
  const full = 'tar: usr/lib/klab/run.sh: Cannot write: No space left on device\n'
  const h = await hostileLab(t, {
    labfile: plainNode,
    record: { completedUntil: 'ready' },
    answer: (command, channel) => {
      if (!command.includes(' tar ')) return say(channel, '')
      channel.stderr.write(`${NASTY}${full}`)
      say(channel, '', 2)
    },
  })
  const r = await h.run('provision', '--only', 'system')
  t.equal(r.code, 1)
  t.match(r.stderr, /step system\/vm01:[^]*writing \/etc\/klab\/env and \d+ more:[^]*No space left on device/)
  t.match(r.stderr, /klab up --until ready does the rest/)
})

t.test('another host key: refused before anything is sent, by klab and by ssh', async (t) => {
  const h = await hostileLab(t, { hostKey: otherKey, banner: NASTY, answer: () => t.fail('it got a command') })
  const r = await h.run('check', '2.1')
  t.match(r, { code: 1, stdout: /is not this node \(host key: \S+; expected: / })
  const ssh = await h.realSsh('k8s-node01', 'true')
  t.match(ssh, { code: 255, stdout: '', stderr: /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/ })
})

t.test('a banner before the login is not shown, however it is written', async (t) => {
  const h = await hostileLab(t, {
    banner: `${NASTY}\n`.repeat(200),
    answer: (_command, channel) => say(channel, 'answer\n'),
  })
  t.match(await h.realSsh('k8s-node01', 'true'), { code: 0, stdout: 'answer\n', stderr: '' })
})

t.test('what is no SSH server: a first line without end, lines without end, escape sequences', async (t) => {
  const floods: Record<string, (socket: Socket) => void> = {
    'a line without end': (socket) => flood(socket, Buffer.alloc(65_536, 'x')),
    'lines without end': (socket) => flood(socket, Buffer.from('hello\r\n'.repeat(10_000))),
    'escape sequences': (socket) => void socket.end(`SSH-1.5-${NASTY}\r\n`),
    'packets without end': (socket) => (socket.write('SSH-2.0-x\r\n'), flood(socket, Buffer.alloc(65_536, 0xff))),
  }
  for (const [what, raw] of Object.entries(floods)) {
    const sockets: Socket[] = []
    const h = await hostileLab(t, { raw: (socket) => (sockets.push(socket), raw(socket)) })
    const address = { ...h.address, node: what }
    const failed = await makeGuests(t)
      .connect(address, { withinMs: 5000, signal })
      .catch((e: unknown) => e)
    t.match(failed, { name: 'ProbeError', message: /SSH on 127\.0\.0\.1:\d+: gave up/ }, what)
    t.ok((failed as Error).message.length < 2000, what)
    for (const s of sockets) if (!s.destroyed) await new Promise((r) => s.once('close', r))
    t.ok(sockets.length > 0, what)
    const most = Math.max(...sockets.map((s) => s.bytesWritten))
    t.ok(most < 16 * 2 ** 20, `${what}: took ${most} bytes`)
  }
})

t.test('a guest that never ends its half of the connection: klab ends all the same', async (t) => {
  const h = await hostileLab(t, { deaf: true, answer: (_command, channel) => say(channel, 'cpus 1\nend\n') })
  t.match(await h.run('check', '2.1'), { code: 1, stdout: /cpus 1/ })
})

t.test('a kubeconfig: certificates and keys are all that is taken from it', async (t) => {
  const pem = (label: string): string =>
    Buffer.from(`-----BEGIN ${label}-----\nQUJD\n-----END ${label}-----\n`).toString('base64')
  const good = {
    clusters: [
      {
        cluster: {
          'certificate-authority-data': pem('CERTIFICATE'),
          server: 'https://evil:1',
          'proxy-url': 'http://evil:2',
        },
      },
    ],
    users: [
      {
        user: {
          'client-certificate-data': pem('CERTIFICATE'),
          'client-key-data': pem('PRIVATE KEY'),
          exec: { command: 'touch' },
          tokenFile: '/etc/shadow',
          'auth-provider': { name: 'x' },
        },
      },
    ],
  }
  const noKey = { ...good, users: [{ user: { exec: { command: 'touch' }, tokenFile: '/etc/shadow' } }] }
  let text = ''
  const h = await hostileLab(t, { answer: (_command, channel) => say(channel, text) })
  const guest = await makeGuests(t).connect(h.address, { withinMs: 20_000, signal })
  const fetch = async (): Promise<string> =>
    hostKubeconfig((await guest.sudo('cat /etc/kubernetes/admin.conf')).stdout, 'course', ['https://127.0.0.1:22100'])
  text = JSON.stringify(good)
  t.notMatch(await fetch(), /evil|exec|touch|tokenFile|shadow|proxy|auth-provider/)
  for (text of [JSON.stringify(noKey), `a: [${'{b: 1},'.repeat(200_000)}]`, NASTY, '', `x: &a [*a, *a]`])
    await t.rejects(fetch(), { name: 'CorruptError' }, text.slice(0, 20))
})

t.test('a pipe or an endless device where a guest’s file is read: the command ends by its limit', async (t) => {
  const h = await hostileLab(t, { answer: () => undefined })
  const guest = await makeGuests(t, { limitMs: 300 }).connect(h.address, { withinMs: 20_000, signal })
  await t.rejects(guest.sudo('cat /etc/kubernetes/admin.conf', [], { what: 'reading the kubeconfig' }), {
    name: 'CommandError',
    message: /reading the kubeconfig: .* timed out/,
  })
})

t.test('a console of any size and form: its last lines, and no file but a plain one', async (t) => {
  const h = await hostileLab(t)
  const { console: serial } = h.paths.node('k8s-node01')
  writeFileSync(serial, '')
  truncateSync(serial, 2 ** 33)
  writeFileSync(serial, `\n${NASTY}the end\n`, { flag: 'a' })
  const r = await h.run('logs', 'k8s-node01', '-n', '1')
  t.match(r, { code: 0, stdout: /the end\n$/ })
  t.ok(r.peakMiB < 300, `${r.peakMiB} MiB`)
  for (const make of [() => execFileSync('mkfifo', [serial]), () => symlinkSync('/dev/zero', serial)]) {
    rmSync(serial)
    make()
    t.match(await h.run('logs', 'k8s-node01'), { code: 1, stdout: '', stderr: /is not a plain file/ })
  }
  t.equal(join(h.paths.dir, 'nodes/k8s-node01/console.log'), serial)
})
