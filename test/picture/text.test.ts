/** The pictures as text and in Mermaid's language, letter by letter; and the lanes of snapshots. */
import t from 'tap'
import { drawGraph, drawTimeline } from '../../src/picture/draw.js'
import { laneCount, placed } from '../../src/picture/lanes.js'
import { ticks, tickWords } from '../../src/picture/ticks.js'
import { width } from '../../src/report/text.js'
import { chooseLanguage } from '../../src/words/say.js'
import { golden } from '../fakes/golden.js'
import { cutRun, failedRun, HOSTILE, SNAPSHOTS, wholeLab, wholeRun } from './stage.js'

const [RUN, EARLIER] = [wholeRun(), wholeRun().runs[0]!]
const runs = {
  done: { ...RUN, runs: [EARLIER, { ...EARLIER, run: 2, state: 'interrupted' as const, ms: 61_000 }] },
  killed: cutRun(560_000, 'killed'),
  failed: failedRun(),
}

t.test('golden files', (t) => {
  for (const [name, run] of Object.entries(runs)) {
    golden(t, `picture/timeline-${name}.txt`, drawTimeline(run, 'text', 100))
    golden(t, `picture/timeline-${name}.mmd`, drawTimeline(run, 'mermaid', 100))
  }
  for (const [name, lab] of Object.entries({
    lab: wholeLab(),
    'never-up': wholeLab({ up: false, snapshots: [], cluster: null }),
  })) {
    golden(t, `picture/graph-${name}.txt`, drawGraph(lab, 'text', 100))
    golden(t, `picture/graph-${name}.mmd`, drawGraph(lab, 'mermaid', 100))
  }
  t.end()
})

t.test('in Chinese', async (t) => {
  await chooseLanguage('zh')
  t.teardown(() => chooseLanguage('en'))
  for (const format of ['text', 'mermaid'] as const) {
    const end = format === 'text' ? 'txt' : 'mmd'
    golden(t, `picture/zh/timeline-failed.${end}`, drawTimeline(runs.failed, format, 100))
    golden(t, `picture/zh/graph-lab.${end}`, drawGraph(wholeLab(), format, 100))
  }
  const page = drawTimeline(runs.failed, 'html', 100)
  t.match(page, '<html lang="zh">')
  t.match(page, '<summary>文字版</summary>')
})

t.test('no line is wider than asked for, but never narrower than 60', (t) => {
  for (const columns of [20, 60, 79, 200]) {
    const most = Math.max(60, columns)
    const all = [
      ...Object.values(runs).map((r) => drawTimeline({ ...r, runs: [] }, 'text', columns)),
      drawGraph(wholeLab(), 'text', columns),
    ]
    for (const line of all
      .join('\n')
      .split('\n')
      .filter((l) => !l.startsWith('lab ')))
      t.ok(width(line) <= most, line)
  }
  t.end()
})

t.test('hostile names: one line each, nothing for a terminal, nothing for Mermaid', (t) => {
  const lab = wholeLab({
    lab: HOSTILE[4]!,
    snapshots: SNAPSHOTS.map((s, i) => ({ ...s, name: HOSTILE[i] ?? s.name, message: HOSTILE[4]! })),
  })
  const lines = (text: string): number => text.split('\n').length
  t.equal(lines(drawGraph(lab, 'text', 200)), lines(drawGraph(wholeLab(), 'text', 200)))
  const mermaid = drawGraph(lab, 'mermaid', 100)
  t.equal(lines(mermaid), lines(drawGraph(wholeLab(), 'mermaid', 100)))
  // What a label contains, between its own quotes.
  for (const [, inner = ''] of mermaid.matchAll(/\["(.*?)"\]/g))
    t.match(inner.replaceAll('<br/>', ''), /^(?:[^!-~]|[\w .,/-]|#\d+;)*$/, inner)
  for (const words of [drawGraph(lab, 'text', 200), mermaid]) t.notMatch(words, /[\u001b\u009b\u202e\u0007]/)
  const run = {
    ...RUN,
    phases: RUN.phases.map((p) => ({ ...p, steps: p.steps.map((s) => ({ ...s, node: 'section' })) })),
  }
  t.notMatch(drawTimeline(run, 'mermaid', 100), /^ {4}section :/m, 'a node whose name is a word of Mermaid’s')
  t.end()
})

t.test('lanes: a chain stays in one, a branch opens the next, and no line crosses another', (t) => {
  const rows = placed(SNAPSHOTS)
  t.equal(rows.map((r) => `${r.item.id}${r.lane}`).join(' '), 'a0 b0 c1 d1 e1 f0 g1 h1 i0 j0 k0 l0')
  t.equal(laneCount(rows), 2)
  for (const { row, lane, from } of rows.filter((r) => r.from)) {
    t.ok(from!.row < row && from!.lane <= lane && lane - from!.lane <= 1)
    const between = rows.filter((r) => r.row > from!.row && r.row < row)
    t.ok(
      between.every((r) => r.lane > from!.lane),
      'nothing lies on the line',
    )
  }
  t.equal(laneCount([]), 1)
  const lost = placed([
    { id: 'x', parent: 'gone' },
    { id: 'y', parent: null },
  ])
  t.match(
    lost,
    [
      { lane: 0, from: undefined },
      { lane: 0, from: undefined },
    ],
    'a parent that is gone',
  )
  t.equal(placed(Array.from({ length: 20_000 }, (_, i) => ({ id: `${i}`, parent: `${i - 1}` }))).length, 20_000)
  t.end()
})

t.test('marks of the axis', (t) => {
  for (const ms of [0, 1, 400, 999, 59_000, 61_000, 754_000, 3_700_000, 90_000_000, 9e9]) {
    const found = ticks(ms, 8)
    t.ok(found.length <= 9 && found[0] === 0 && found.at(-1)! <= ms, `${ms}: ${found.join()}`)
    t.equal(new Set(found.map(tickWords)).size, found.length, found.map(tickWords).join())
  }
  t.same([0, 500, 90_000, 3_600_000, 5_400_000].map(tickWords), ['0', '0.5s', '1m30s', '1h', '1h30m'])
  t.end()
})
