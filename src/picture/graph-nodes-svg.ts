/** The nodes of a lab as cards, on the lab's network at their left and with ports of this host at their right. */
import { loopbackPorts } from './ports.js'
import { box, fitting, line, textAt, pixelsOf, type Svg } from './svg.js'
import type { GraphNode, LabGraph } from './types.js'
import { networkWords } from './words.js'

export interface Panel {
  readonly content: readonly Svg[]
  /** px that it takes. */
  readonly height: number
}

export interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  /** px of height that it should take. It takes more if its letters would become small. */
  readonly room: number
}

/** px. */
const MOST_ROW = 178
const LEAST_ROW = 108
const INDENT = 56
/** Between the cards and the line of this host; the labels of the ports are there. */
const WIRES = 250
const MOST_CARD = 900

/** Cards below each other, however many they are. */
export function nodesPanel(g: LabGraph, { x, y, width, room }: Place): Panel {
  const row = Math.max(LEAST_ROW, Math.min(MOST_ROW, room / Math.max(1, g.nodes.length)))
  const hasPorts = g.nodes.some((n) => loopbackPorts(n).length > 0)
  const card = Math.min(MOST_CARD, width - INDENT - (hasPorts ? WIRES + 12 : 0))
  const host = x + INDENT + card + WIRES
  const end = y + row * g.nodes.length - 22
  const net = `${g.network.cidr}  ${networkWords(g.network)}`
  return {
    height: end - y,
    content: [
      textAt(x, y - 28, net, { size: 24, look: 'accent big', room: hasPorts ? host - x - 180 : width }),
      line([x + 6, y + 4, x + 6, end - 4], 'bus'),
      ...(hasPorts
        ? [
            textAt(host + 4, y - 28, '127.0.0.1', { size: 24, look: 'on-host big', anchor: 'end' }),
            line([host, y + 4, host, end - 4], 'host'),
          ]
        : []),
      ...g.nodes.flatMap((n, i) => nodeCard(n, [x + INDENT, y + i * row, card, row - 22], x + 6, host)),
    ],
  }
}

type Box = readonly [x: number, y: number, w: number, h: number]

/** `bus` and `host`: px from the left of the two lines. */
function nodeCard(n: GraphNode, [x, y, w, h]: Box, bus: number, host: number): readonly Svg[] {
  const middle = y + h / 2
  const ports = loopbackPorts(n)
  // Two lines of text, around the middle.
  const [name, below] = [middle - 8, middle + 32]
  const role = n.role ?? ''
  const tag = pixelsOf(role, 22)
  return [
    line([bus, middle, x, middle], 'bus wire'),
    box([x, y, w, h], 'card', 12),
    box([x, y, 10, h], n.role === 'control-plane' ? 'c1' : 'c0', 5),
    fitting([x + 34, name], n.name, w - 58, { sizes: [32, 28, 24], look: 'ink big' }),
    textAt(x + 34, below, n.ip, { size: 26, look: 'accent', room: w - tag - 80 }),
    ...(role === '' ? [] : [textAt(x + w - 24, below, role, { size: 22, look: 'muted', anchor: 'end' })]),
    ...ports.flatMap((p, i) => {
      const at = middle + (i - (ports.length - 1) / 2) * 40
      return [
        line([x + w, at + 4, host, at + 4], 'host wire'),
        textAt(x + w + 16, at - 5, `${p.what} :${p.port}`, { size: 24, look: 'on-host', room: WIRES - 32 }),
      ]
    }),
  ]
}
