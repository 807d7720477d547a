/** A run of `up` as a Gantt chart: a row for each phase, in it a thin bar for each step, in the colour of its node. */
import { duration } from '../report/text.js'
import { box, element, line, textAt, pixelsOf, type Svg } from './svg.js'
import { HEIGHT, heading, MARGIN, NODE_COLOURS, NO_NODE, WIDTH, type Drawing } from './theme.js'
import { ticks, tickWords } from './ticks.js'
import type { Timeline, TimelinePhase, TimelineStep } from './types.js'
import { endOfPhase, oneLine, runWords, spentWords, troubleWords } from './words.js'
import { say, translated } from '../words/say.js'

/** px; the first bar, and where it is if a line above it says what failed. */
const TOP = 232
const LOWER_TOP = 264
const LEGEND = 60
const NAMES = 300
const SPENT = 150
const PLOT = MARGIN + NAMES + SPENT + 24
const PLOT_WIDTH = WIDTH - MARGIN - PLOT
/** Heights of a row. */
const MOST_ROW = 76
const LEAST_ROW = 44
/** Bars are at least so wide, or nobody would see them. */
const LEAST_BAR = 5

/** px from the left of a time. */
const xOf = (t: Timeline, ms: number): number => PLOT + (Math.min(ms, t.ms) / Math.max(1, t.ms)) * PLOT_WIDTH

/** Nodes in the order in which they come. */
const nodesOf = (t: Timeline): readonly string[] => [
  ...new Set(t.phases.flatMap((p) => p.steps.flatMap((s) => (s.node === null ? [] : [s.node])))),
]

/** Everything that the picture shows. */
export function timelineDrawing(t: Timeline): Drawing {
  const nodes = nodesOf(t)
  const legend = legendOf(nodes)
  const bottom = legend.height
  const trouble = troubleWords(t)
  const top = trouble === '' ? TOP : LOWER_TOP
  const row = Math.max(LEAST_ROW, Math.min(MOST_ROW, (HEIGHT - top - bottom) / Math.max(1, t.phases.length)))
  const end = top + row * t.phases.length
  const height = Math.max(HEIGHT, Math.ceil(end + bottom))
  const content = [
    ...heading(say('lab {lab}', { lab: t.lab }), runWords(t), trouble === '' ? 'muted' : 'bad'),
    ...(trouble === '' ? [] : [textAt(MARGIN, 190, trouble, { size: 28, look: 'bad', room: WIDTH - 2 * MARGIN })]),
    ...axis(t, top, end),
    ...t.phases.flatMap((p, i) => phaseRow(t, p, nodes, [top + i * row, row])),
    ...legend.at(height - bottom + 24),
  ]
  return { title: say('klab timeline: lab {lab}', { lab: oneLine(t.lab) }), description: described(t), height, content }
}

function described(t: Timeline): string {
  const phases = t.phases.map((p) => `${p.name}: ${spentWords(p, endOfPhase(p), t.ms)}`).join('; ')
  return `${[runWords(t), troubleWords(t), phases].filter((words) => words !== '').join('. ')}.`
}

function axis(t: Timeline, top: number, end: number): readonly Svg[] {
  return ticks(t.ms, 8).flatMap((ms) => {
    const x = xOf(t, ms)
    return [
      line([x, top - 6, x, end], 'grid'),
      textAt(x, top - 20, tickWords(ms), { size: 24, look: 'muted', anchor: 'middle' }),
    ]
  })
}

function phaseRow(t: Timeline, p: TimelinePhase, nodes: readonly string[], [y, h]: readonly [number, number]): Svg[] {
  const outcome = endOfPhase(p)
  const base = y + h / 2 + 9
  const look = p.startMs === null || outcome === 'already' ? 'muted' : 'ink'
  const spent = spentWords(p, outcome, t.ms)
  const words = [
    line([MARGIN, y + h, WIDTH - MARGIN, y + h], 'grid'),
    textAt(MARGIN, base, p.name, {
      size: 28,
      look: outcome === 'failed' ? 'bad big' : `${look} big`,
      room: NAMES - 12,
    }),
    textAt(MARGIN + NAMES + SPENT, base, spent, {
      ...{ size: 26, anchor: 'end', room: SPENT },
      look: outcome === 'failed' ? 'bad' : look,
    }),
  ]
  if (p.startMs === null) return words
  const [top, room] = [y + 6, h - 12]
  const lane = room / Math.max(1, p.steps.length)
  const bars = p.steps.map((s, i) => stepBar(t, s, nodes, [top + i * lane, lane]))
  const [x, w] = span(t, p)
  return [...words, box([x, top, w, room], 'band'), ...bars]
}

/** Left edge and width; inside of the plot also at its end. */
function span(t: Timeline, s: { readonly startMs: number | null; readonly endMs: number | null }): [number, number] {
  const from = xOf(t, s.startMs ?? 0)
  const w = Math.max(LEAST_BAR, xOf(t, s.endMs ?? t.ms) - from)
  return [Math.min(from, PLOT + PLOT_WIDTH - w), w]
}

/** What failed is red; what has not ended, was there or came from the cache is pale. */
function stepBar(t: Timeline, s: TimelineStep, nodes: readonly string[], [y, h]: readonly [number, number]): Svg {
  const [x, w] = span(t, s)
  const gap = Math.min(2, h / 6)
  const look = s.outcome === 'failed' ? 'bad' : colourOf(s.node, nodes)
  const pale = s.outcome === null ? ' open' : s.outcome === 'already' || s.outcome === 'cached' ? ' was' : ''
  const end = s.outcome ?? (t.state === 'running' ? 'running' : say('did not end'))
  const took = duration((s.endMs ?? t.ms) - s.startMs)
  return element(
    'g',
    {},
    element('title', {}, `${s.id}, ${translated(s.title)}: ${took}, ${end}`),
    box([x, y + gap, w, h - 2 * gap], look + pale, 3),
  )
}

function colourOf(node: string | null, nodes: readonly string[]): string {
  const at = node === null ? -1 : nodes.indexOf(node)
  return at < 0 ? NO_NODE : `c${at % NODE_COLOURS}`
}

/** Colours and their nodes, in as many lines as they need. */
function legendOf(nodes: readonly string[]): { height: number; at: (y: number) => readonly Svg[] } {
  const size = 24
  const items = [...nodes.map((n) => [n, colourOf(n, nodes)] as const), [say('the whole lab'), NO_NODE] as const]
  const most = 520
  const places: { x: number; row: number; w: number }[] = []
  for (const [name] of items) {
    const w = Math.min(most, 34 + pixelsOf(oneLine(name), size) + 40)
    const last = places.at(-1)
    const x = last ? last.x + last.w : MARGIN
    places.push(last && x + w > WIDTH - MARGIN ? { x: MARGIN, row: last.row + 1, w } : { x, row: last?.row ?? 0, w })
  }
  const rows = (places.at(-1)?.row ?? 0) + 1
  return {
    height: LEGEND + rows * 38,
    at: (y) =>
      items.flatMap(([name, look], i) => {
        const { x = 0, row = 0, w = 0 } = places[i] ?? {}
        const base = y + row * 38 + 24
        return [box([x, base - 19, 22, 22], look), textAt(x + 34, base, name, { size, room: w - 70 })]
      }),
  }
}
