/** A lab as a picture: the nodes between the lab's network and this host, and beside them the snapshots. */
import { nodesPanel } from './graph-nodes-svg.js'
import { snapshotsPanel } from './graph-snapshots-svg.js'
import { line, textAt } from './svg.js'
import { HEIGHT, heading, MARGIN, WIDTH, type Drawing } from './theme.js'
import type { LabGraph } from './types.js'
import { clusterWords, networkWords, oneLine, placeWords } from './words.js'
import { say } from '../words/say.js'

/** px. */
const TOP = 270
const SNAPSHOTS = 640
const GAP = 56

/** Everything that the picture shows. */
export function graphDrawing(g: LabGraph): Drawing {
  const [first = '', ...facts] = clusterWords(g)
  const beside = g.snapshots.length > 0
  const left = [MARGIN, beside ? WIDTH - 2 * MARGIN - SNAPSHOTS - GAP : WIDTH - 2 * MARGIN] as const
  const room = HEIGHT - TOP - MARGIN
  const nodes = nodesPanel(g, { x: left[0], y: TOP, width: left[1], room })
  const right = WIDTH - MARGIN - SNAPSHOTS
  const snapshots = beside ? snapshotsPanel(g, { x: right, y: TOP, width: SNAPSHOTS, room }) : undefined
  const height = Math.max(HEIGHT, Math.ceil(TOP + Math.max(nodes.height, snapshots?.height ?? 0) + MARGIN))
  const more = facts.join('  ·  ')
  const content = [
    ...heading(say('lab {lab}', { lab: g.lab }), beside ? first : `${first}  ·  ${placeWords(g)}`),
    textAt(MARGIN, 186, more, { size: 24, look: 'muted', room: WIDTH - 2 * MARGIN }),
    ...(beside ? [line([right - GAP / 2, 224, right - GAP / 2, height - MARGIN], 'grid')] : []),
    ...nodes.content,
    ...(snapshots?.content ?? []),
  ]
  return { title: say('klab graph: lab {lab}', { lab: oneLine(g.lab) }), description: described(g), height, content }
}

const described = (g: LabGraph): string =>
  [
    say('lab {lab}: {state}', { lab: g.lab, state: clusterWords(g).join('; ') }),
    say('network {cidr}, {words}', { cidr: g.network.cidr, words: networkWords(g.network) }),
    say('nodes: {list}', {
      list: g.nodes.map((n) => [n.name, n.role, n.ip].filter((w) => w !== null).join(' ')).join('; '),
    }),
    say('snapshots: {words}', { words: [placeWords(g), ...g.snapshots.map((s) => s.name)].join('; ') }),
  ].join('. ')
