/** What a guest says over SSH comes to the built klab through the real client, and does nothing to the host. */
import { statSync, writeFileSync } from 'node:fs'
import type { ServerChannel } from 'ssh2'
import t from 'tap'
import { flood, hostileLab, NASTY, otherKey } from './fixtures/hostile.js'

/** MiB. klab alone takes about 100; a guest's answer may be 16 on each of four nodes, and is held as bytes and as text. */
const MOST_MEMORY = 500
/** Bytes: what people get to read. */
const MOST_TEXT = 100_000

const KEYS =
  'cpus memory disk kernel hostname os address repo file unit swap module epoch offset zone sysctl hosts image'

/** Writes it all, then ends well. */
const say = (channel: ServerChannel, text: string): void => {
  channel.write(text, () => {
    channel.exit(0)
    channel.end()
  })
}

t.test('klab check: facts of any form end in a report, soon, and of a length that can be read', async (t) => {
  const answers: Record<string, string> = {
    'escape sequences in every value': `${KEYS.split(' ').map((k) => `${k} ${NASTY}${k}`).join('\n')}\nend\n`, // prettier-ignore
    'a fact two million times': `${'disk 1\n'.repeat(2_000_000)}end\n`,
    'a value of 15 MiB': `repo ${'x'.repeat(15 * 2 ** 20)}\nend\n`,
    'numbers that are none': 'cpus NaN\nmemory 1e999\ndisk -1e999\nepoch 1e999\nend\n',
    'keys of objects': '__proto__ 1\nconstructor 2\ntoString 3\nend\n',
    'newlines alone': '\n'.repeat(15 * 2 ** 20),
  }
  for (const [what, text] of Object.entries(answers)) {
    const h = await hostileLab(t, { answer: (_command, channel) => say(channel, text) })
    const r = await h.run('check')
    t.equal(r.code, 1, what)
    t.match(r.stdout, /\d+ done, \d+ do not apply/, what)
    t.equal(r.stderr, '', what)
    t.ok(r.stdout.length < MOST_TEXT, `${what}: ${r.stdout.length} bytes`)
    t.ok(r.peakMiB < MOST_MEMORY, `${what}: ${r.peakMiB} MiB`)
  }
})

t.test('klab check: an answer without end is cut off, whether it has lines or not', async (t) => {
  for (const chunk of ['disk 1\n'.repeat(4096), 'x'.repeat(32_768)]) {
    const h = await hostileLab(t, { answer: (_command, channel) => flood(channel, Buffer.from(chunk)) })
    const r = await h.run('check', '--json')
    t.equal(r.code, 1)
    t.match(r.stdout, /more than 16777216 bytes of output/)
    t.ok(r.stdout.length < MOST_TEXT, `${r.stdout.length} bytes`)
    t.ok(r.peakMiB < MOST_MEMORY, `${r.peakMiB} MiB`)
  }
})
