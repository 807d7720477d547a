/** What a guest says over SSH comes to the built klab through the real client, and does nothing to the host. */
import t from 'tap'
import { flood, hostileLab, NASTY, oneNode, say } from './fixtures/hostile.js'

/** MiB. klab alone takes about 100; an answer may have 16, and is held as bytes and as text. */
const MOST_MEMORY = 400
/** Bytes that people get to read. */
const MOST_TEXT = 50_000

const KEYS =
  'cpus memory disk kernel hostname os address repo file unit swap fstab module epoch offset zone sysctl hosts ' +
  'image api proxyMode'

t.test('klab check: facts of any form end in a report that can be read', { timeout: 110_000 }, async (t) => {
  const answers: Record<string, string> = {
    'escape sequences in every value': `${KEYS.split(' ')
      .map((k) => `${k} ${NASTY}${k}`)
      .join('\n')}\nend\n`,
    'a fact a million times': `${'disk 1\n'.repeat(1_000_000)}end\n`,
    'a value of 15 MiB': `repo ${'x'.repeat(15 * 2 ** 20)}\nend\n`,
    'a value that can just be taken': `swap ${'x'.repeat(3 * 2 ** 20)}\nend\n`,
    'numbers that are none': 'cpus NaN\nmemory 1e999\ndisk -1e999\nepoch 1e999\noffset x\nend\n',
    'keys of objects': '__proto__ 1\nconstructor 2\ntoString 3\nend\n',
    nothing: '',
  }
  for (const [what, text] of Object.entries(answers)) {
    const h = await hostileLab(t, { labfile: oneNode, answer: (_command, channel) => say(channel, text) })
    const r = await h.run('check')
    t.equal(r.code, 1, what)
    t.match(r.stdout, /\d+ done, \d+ do not apply/, what)
    t.equal(r.stderr, '', what)
    t.ok(r.stdout.length < MOST_TEXT, `${what}: ${r.stdout.length} bytes`)
    t.ok(r.peakMiB < MOST_MEMORY, `${what}: ${r.peakMiB} MiB`)
  }
})

t.test(
  'klab check --json: an answer without end is cut off, with lines and without',
  { timeout: 110_000 },
  async (t) => {
    for (const chunk of ['disk 1\n'.repeat(4096), `${NASTY}x`.repeat(1000).replaceAll('\r', '')]) {
      const h = await hostileLab(t, {
        labfile: oneNode,
        answer: (_command, channel) => flood(channel, Buffer.from(chunk)),
      })
      const r = await h.run('check', '--json')
      t.equal(r.code, 1)
      t.match(r.stdout, /more than 16777216 bytes of output/)
      t.equal((JSON.parse(r.stdout) as { ok: boolean }).ok, false)
      t.ok(r.stdout.length < MOST_TEXT + 20_000, `${r.stdout.length} bytes`)
      t.ok(r.peakMiB < MOST_MEMORY, `${r.peakMiB} MiB`)
    }
  },
)
