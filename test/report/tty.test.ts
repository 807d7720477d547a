import t from 'tap'
import { advance, drawEnded, drawLive, emptyLiveState } from '../../src/report/live.js'
import { createRenderer } from '../../src/report/renderer.js'
import { width } from '../../src/report/text.js'
import { handClock, START, story } from './fixtures/story.js'

/** The plan as far as `until` ms. */
function liveAt(until: number) {
  const live = emptyLiveState()
  for (const [at, event] of story) if (at <= until) advance(live, event, START + at)
  return live
}
const o = { columns: 60, rows: 24, color: false }

t.test('the running phase: spinner, elapsed, last line, ended steps', (t) => {
  t.equal(
    drawLive(liveAt(700), START + 5430, o),
    `[2/2] boot: power on, SSH, cloud-init  5.0s
  ⠋ k8s-master01 boots   5.0s
  ⠋ 节点一 boots         5.0s  powered on, SSH on 127.0.0.1…`,
  )
  t.equal(
    drawLive(liveAt(70_000), START + 70_630, { ...o, columns: 100 }),
    `[2/2] boot: power on, SSH, cloud-init  1m10s (1m30s the last time)
  ✓ k8s-master01 boots  1m05s  done
  ⠹ 节点一 boots        1m10s  powered on, SSH on 127.0.0.1:22001`,
  )
  t.equal(
    drawLive(liveAt(415), START + 415, o),
    '[1/2] network: private L2 segment  0.4s\n  ✓ vde_switch   0.4s  already',
  )
  t.equal(drawLive(emptyLiveState(), START, o), '')
  t.match(drawLive(liveAt(70_000), START + 70_630, { ...o, color: true }), '1m05s  \u001b[32mdone\u001b[39m')
  t.end()
})

t.test('never wider or higher than the terminal', (t) => {
  for (const columns of [20, 33, 47, 80]) {
    const lines = drawLive(liveAt(70_000), START + 70_000, { ...o, columns }).split('\n')
    t.ok(
      lines.every((l) => width(l) <= columns),
      `${columns}`,
    )
  }
  const low = drawLive(liveAt(70_000), START + 70_000, { ...o, rows: 3 }).split('\n')
  t.equal(low.length, 2)
  t.match(low[1], /节点一/, 'what runs comes first')
  t.end()
})

t.test('an ended phase: one line, and why it failed', (t) => {
  t.equal(drawEnded(liveAt(415), 420, o), '✓ network          0.4s  private L2 segment (already)')
  t.equal(
    drawEnded(liveAt(999_999), 125_000, o),
    '✗ boot            2m05s  power on, SSH, cloud-init\n  boot/k8s-node01: k8s-node01: SSH: gave up',
  )
  t.end()
})

/** What a terminal shows after all that was written: only the sequences that log-update uses. */
function screen(text: string): string {
  const rows = ['']
  let row = 0
  let col = 0
  for (const m of text.matchAll(/\u001b\[(\?25[lh]|\d*[A-Z])|\n|[^\u001b\n]+/g)) {
    const s = m[1]
    if (m[0] === '\n') {
      row++
      col = 0
      rows[row] ??= ''
    } else if (s === undefined) {
      rows[row] = (rows[row] ?? '').slice(0, col) + m[0]
      col += m[0].length
    } else if (s === '2K') rows[row] = ''
    else if (s.endsWith('A')) row -= Number(s.slice(0, -1) || 1)
    else if (s === 'G') col = 0
    else if (!s.startsWith('?25')) throw new Error(`unknown sequence ${s}`)
  }
  // What was erased below the end.
  return `${rows.join('\n').trimEnd()}\n`
}

t.test('on the terminal, what is over stays above what runs', async (t) => {
  const clock = handClock()
  let text = ''
  const renderer = await createRenderer('tty', {
    stream: { write: (s) => (text += s), columns: 70, rows: 24 },
    clock,
    color: false,
  })
  const shown: string[] = []
  for (const [at, event] of story) {
    clock.time = START + at
    renderer.report(event)
    if (event.type === 'note' || event.type === 'warn') shown.push(screen(text))
  }
  t.equal(
    shown[1],
    `✓ network          0.4s  private L2 segment (already)
slow-host profile: TCG
warning: the clock of k8s-node01 is 3 s behind
[2/2] boot: power on, SSH, cloud-init  1m05s (1m30s the last time)
  ✓ k8s-master01 boots  1m05s  done
  ⠋ 节点一 boots        1m05s  powered on, SSH on 127.0.0.1:22001
`,
  )
  renderer.close()
  t.equal(
    screen(text),
    `✓ network          0.4s  private L2 segment (already)
slow-host profile: TCG
warning: the clock of k8s-node01 is 3 s behind
✗ boot            2m05s  power on, SSH, cloud-init
  boot/k8s-node01: k8s-node01: SSH: gave up
`,
  )
})

t.test('the spinner turns by itself and stops with close', async (t) => {
  const clock = handClock()
  let writes = 0
  const renderer = await createRenderer('tty', { stream: { write: () => ++writes, columns: 70 }, clock, color: false })
  renderer.report({ type: 'phase', phase: 'boot', title: 'boot' })
  const before = writes
  clock.time += 1000
  while (writes === before) await new Promise((r) => setTimeout(r, 20))
  renderer.close()
  const after = writes
  clock.time += 1000
  await new Promise((r) => setTimeout(r, 250))
  t.equal(writes, after)
})
