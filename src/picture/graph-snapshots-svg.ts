/** The snapshots of a lab as lines that branch, the present place marked. */
import { laneCount, placed, type Placed } from './lanes.js'
import type { Panel, Place } from './graph-nodes-svg.js'
import { box, element, fitting, textAt, type Svg } from './svg.js'
import type { GraphSnapshot, LabGraph } from './types.js'
import { minute, placeWords } from './words.js'
import { say } from '../words/say.js'

/** px. */
const MOST_ROW = 84
const LEAST_ROW = 36
/** From here on there is room for a second line with time and note. */
const TWO_LINES = 58
const LANE = 34
/** All lanes together. */
const MOST_LANES = 240
const DOT = 10

/** Parents above their children. */
export function snapshotsPanel(g: LabGraph, { x, y, width, room }: Place): Panel {
  const rows = placed(g.snapshots)
  const row = Math.max(LEAST_ROW, Math.min(MOST_ROW, room / rows.length))
  const lane = Math.min(LANE, MOST_LANES / laneCount(rows))
  const at = (p: { readonly row: number; readonly lane: number }): readonly [number, number] => [
    x + 24 + p.lane * lane,
    y + (p.row + 0.5) * row,
  ]
  const textX = x + 24 + (laneCount(rows) - 1) * lane + 34
  return {
    height: row * rows.length,
    content: [
      textAt(x, y - 28, say('snapshots: {words}', { words: placeWords(g) }), {
        size: 24,
        look: 'accent big',
        room: width,
      }),
      ...rows.flatMap((p) => (p.item.current ? [box([x, y + p.row * row + 1, width, row - 2], 'here', 10)] : [])),
      ...rows.flatMap((p) => (p.from ? [edge(at(p.from), at(p))] : [])),
      ...rows.map((p) => dot(p, at(p))),
      ...rows.flatMap((p) => words(p.item, { x: textX, y: at(p)[1], width: x + width - textX - 12, room: row })),
    ],
  }
}

/** Down in the parent's lane, then a curve into its own. */
function edge([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): Svg {
  if (x1 === x2) return element('path', { d: `M${x1} ${y1}V${y2}`, class: 'edge' })
  const bend = Math.min(14, x2 - x1)
  return element('path', { d: `M${x1} ${y1}V${y2 - bend}Q${x1} ${y2} ${x1 + bend} ${y2}H${x2}`, class: 'edge' })
}

const dot = ({ item }: Placed<GraphSnapshot>, [cx, cy]: readonly [number, number]): Svg =>
  element('circle', { cx, cy, r: item.current ? DOT + 2 : DOT, class: item.current ? 'accent' : 'dot ring' })

/** The name, and below it the time and the note if there is room. */
function words(s: GraphSnapshot, { x, y, width, room }: Place): readonly Svg[] {
  const look = s.current ? 'accent big' : 'ink'
  const mark = s.current ? 78 : 0
  const two = room >= TWO_LINES
  const name = fitting([x, two ? y - 4 : y + 9], s.name, width - mark, { sizes: [26, 24, 22], look })
  const more = `${minute(s.createdAt)}${s.running ? '' : say(', off')}${s.message === '' ? '' : `  ${s.message}`}`
  return [
    name,
    ...(s.current
      ? [textAt(x + width, two ? y - 4 : y + 9, say('here'), { size: 24, look: 'accent big', anchor: 'end' })]
      : []),
    ...(two ? [textAt(x, y + 23, more, { size: 20, look: 'muted', room: width })] : []),
  ]
}
