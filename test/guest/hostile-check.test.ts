/** What guests answer to `klab check`, over real SSH to the built klab: a report comes of it, and nothing else. */
import t from 'tap'
import { flood, hostileLab, NASTY, say } from './fixtures/hostile.js'

t.setTimeout(600_000)

/** MiB. klab alone takes about 100; an answer may have 16 on each of four nodes, and is held as bytes and as text. */
const MOST_MEMORY = 500
/** Bytes that people get to read. */
const MOST_TEXT = 100_000

const KEYS =
  'cpus memory disk kernel hostname os address repo file unit swap fstab module epoch offset zone sysctl hosts ' +
  'image api proxyMode'

const FACTS: Record<string, string> = {
  'escape sequences in every value': `${KEYS.split(' ')
    .map((k) => `${k} ${NASTY}${k}`)
    .join('\n')}\nend\n`,
  'a fact a million times': `${'disk 1\n'.repeat(1_000_000)}end\n`,
  'a value of 15 MiB': `repo ${'x'.repeat(15 * 2 ** 20)}\nend\n`,
  'a value that can just be taken': `swap ${'x'.repeat(3 * 2 ** 20)}\nend\n`,
  'numbers that are none': 'cpus NaN\nmemory 1e999\ndisk -1e999\nepoch 1e999\noffset x\nend\n',
  'keys of objects': '__proto__ 1\nconstructor 2\ntoString 3\nend\n',
  'an API server of another kind': `api {"kind":"Table","rows":[{"cells":5},null]}\napi ${'['.repeat(20_000)}\nend\n`,
  nothing: '',
}

t.test('facts of any form end in a report that can be read', async (t) => {
  const texts = Object.values(FACTS)
  let asked = 0
  const h = await hostileLab(t, { answer: (_command, channel) => say(channel, texts[asked++ % texts.length]!) })
  for (const argv of [['check'], ['check', '--json']]) {
    // A lab of four nodes: four of the answers.
    const r = await h.run(...argv)
    t.equal(r.code, 1)
    t.match(r.stdout, argv.length === 1 ? /\d+ done, \d+ do not apply/ : /"ok": false/)
    t.notMatch(r.stderr, /bug in klab/)
    t.ok(r.stdout.length < MOST_TEXT, `${r.stdout.length} bytes`)
    t.ok(r.peakMiB < MOST_MEMORY, `${r.peakMiB} MiB`)
  }
  t.equal(asked, texts.length)
})

t.test('an answer without end is cut off, with lines and without', async (t) => {
  const chunks = ['disk 1\n'.repeat(4096), `${NASTY}x`.repeat(1000).replaceAll(/[\r\n]/g, '')]
  let asked = 0
  const h = await hostileLab(t, { answer: (_command, channel) => flood(channel, Buffer.from(chunks[asked++ % 2]!)) })
  const r = await h.run('check', '2.1', 'k8s-node01', '--json')
  t.equal(asked, 2, 'the control plane is asked too')
  t.equal(r.code, 1)
  t.match(r.stdout, /more than 16777216 bytes of output/)
  t.equal((JSON.parse(r.stdout) as { ok: boolean }).ok, false)
  t.ok(r.stdout.length < MOST_TEXT, `${r.stdout.length} bytes`)
  t.ok(r.peakMiB < MOST_MEMORY, `${r.peakMiB} MiB`)
})
