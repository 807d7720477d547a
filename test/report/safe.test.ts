import t from 'tap'
import type { Event } from '../../src/report/events.js'
import { createRenderer } from '../../src/report/renderer.js'
import { safeJson, safeStream, safeText } from '../../src/report/safe.js'

/** Clipboard (OSC 52), title (OSC 0, cut short), clear screen (CSI), the same by C1 bytes, bidi, bell, backspace. */
const NASTY = [
  'a\u001b]52;c;ZXZpbA==\u0007b',
  'a\u001b]0;title\u001b\\b',
  'a\u001b]0;no end',
  'a\u001b[2J\u001b[Hb',
  'a\u009b2Jb',
  'a\u009d0;title\u009cb',
  'a\u202eb\u2066c',
  'a\u0007\b\r\u007f\u0000b',
  'a\u001bcb',
  'a\u001bP1$qm\u001b\\b',
]
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

t.test('text: nothing that a terminal acts on is left; lines, tabs and letters are', (t) => {
  for (const text of NASTY) t.notMatch(safeText(text), UNSAFE, JSON.stringify(text))
  t.equal(safeText('größe\t1\n漢字 ✓ 👩‍💻\n'), 'größe\t1\n漢字 ✓ 👩‍💻\n')
  t.equal(safeText('a\u001b[2Jb\r\n'), 'ab\n')
  t.end()
})

t.test('JSON: the same data, and no such byte', (t) => {
  const text = safeJson({ all: NASTY }, 2)
  t.notMatch(text, UNSAFE)
  t.same(JSON.parse(text), { all: NASTY })
  t.end()
})

t.test('a stream', (t) => {
  let written = ''
  const stream = safeStream({ write: (s) => (written += s), isTTY: true, columns: 90 })
  stream.write(NASTY.join('\n'))
  t.notMatch(written, UNSAFE)
  t.match(stream, { isTTY: true, columns: 90 })
  t.end()
})

t.test('events: in every field, by every renderer', async (t) => {
  for (const kind of ['plain', 'json', 'tty'] as const)
    for (const nasty of NASTY) {
      let written = ''
      const stream = { write: (s: string) => (written += s), columns: 80, rows: 24 }
      const renderer = await createRenderer(kind, { stream, clock: { now: () => 0 } })
      const step = { phase: nasty, step: nasty }
      const events: readonly Event[] = [
        { type: 'plan', lab: nasty, goal: nasty, phases: [{ name: nasty, title: nasty, steps: [nasty] }] },
        { type: 'phase', phase: nasty, title: nasty },
        { type: 'start', ...step, title: nasty },
        { type: 'output', ...step, line: nasty },
        { type: 'end', ...step, outcome: 'failed', ms: 1, error: nasty },
        { type: 'phase-end', phase: nasty, ms: 1 },
        { type: 'note', text: nasty },
        { type: 'warn', text: nasty },
      ]
      for (const event of events) renderer.report(event)
      renderer.close()
      // What log-update itself writes: the cursor, and lines erased.
      const rest = kind === 'tty' ? written.replace(/\u001b\[(\?25[lh]|\?2026[lh]|\d*[AGK])/g, '') : written
      t.notMatch(rest, UNSAFE, `${kind} ${JSON.stringify(nasty)}`)
    }
})
