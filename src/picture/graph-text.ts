/** A lab as text: its network and nodes, and its snapshots as a tree. */
import { columns as table } from '../report/columns.js'
import { truncate } from '../report/text.js'
import { placed, type Placed } from './lanes.js'
import { loopbackPorts, onHost } from './ports.js'
import type { GraphSnapshot, LabGraph } from './types.js'
import { clusterWords, minute, networkWords, oneLine, placeWords } from './words.js'
import { say } from '../words/say.js'

/** The picture, with lines of at most `columns` (60 at least). */
export function graphText(g: LabGraph, columns: number): string {
  const most = Math.max(60, columns)
  const rows = placed(g.snapshots)
  return [
    say('lab {lab}', { lab: oneLine(g.lab) }),
    ...clusterWords(g).map((line) => `  ${line}`),
    '',
    say('network {cidr} ({words})', { cidr: g.network.cidr, words: networkWords(g.network) }),
    ...nodeLines(g),
    '',
    say('snapshots: {words}', { words: placeWords(g) }),
    ...snapshotLines(rows),
  ]
    .map((line) => `${truncate(line, most)}\n`)
    .join('')
}

function nodeLines({ nodes }: LabGraph): readonly string[] {
  const cells = nodes.map((n) => [
    oneLine(n.name),
    ...(n.role === null ? [] : [n.role]),
    n.ip,
    loopbackPorts(n)
      .map((p) => `${p.what} ${onHost(p.port)}`)
      .join(', '),
  ])
  const lines = table(cells).split('\n').slice(0, -1)
  return lines.map((line, i) => `${i === lines.length - 1 ? '└─' : '├─'} ${line}`)
}

/** `├─○ name  2026-11-28 09:57  message`, names below each other. */
function snapshotLines(rows: readonly Placed<GraphSnapshot>[]): readonly string[] {
  const cells = rows.map(({ item, lane, from }) => {
    const opens = from !== undefined && from.lane < lane
    const before = '│ '.repeat(Math.max(0, lane - 1)) + (lane === 0 ? '' : opens ? '├─' : '│ ')
    return [
      `${before}${item.current ? '●' : '○'} ${oneLine(item.name)}${item.current ? `  ← ${say('here')}` : ''}`,
      `${minute(item.createdAt)}${item.running ? '' : say(', off')}`,
      oneLine(item.message),
    ]
  })
  return table(cells).split('\n').slice(0, -1)
}
