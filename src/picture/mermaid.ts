/** Both pictures in Mermaid's language, for Markdown files and wikis. */
import { onHost, loopbackPorts } from './ports.js'
import type { LabGraph, Timeline, TimelineStep } from './types.js'
import { clusterWords, networkWords, oneLine, placeWords, runWords } from './words.js'
import { say } from '../words/say.js'

/** A text that Mermaid takes for nothing else: most signs of ASCII become Mermaid's entities (`#35;`). */
const plain = (text: string): string =>
  oneLine(text).replace(/[!-~]/g, (c) => (SAFE.test(c) ? c : `#${c.charCodeAt(0)};`))
const SAFE = /[\w .,/-]/

/** Words with which Mermaid begins a line of a `gantt` diagram, and a node may have such a name. */
const KEYWORD = /^(?:acc|axis|click|date|exclude|gantt|include|inclusive|section|tick|title|today|top|week)/i

/** A text that begins a line. */
const opening = (text: string): string =>
  KEYWORD.test(text) ? `#${text.charCodeAt(0)};${plain(text.slice(1))}` : plain(text)

/** Mermaid's words for how a step ended. */
const TAGS: Readonly<Record<NonNullable<TimelineStep['outcome']>, string>> = {
  done: 'active',
  already: 'done',
  cached: 'done',
  failed: 'crit',
}

/** A `gantt` diagram, at the real times. */
export function timelineMermaid(t: Timeline): string {
  const zero = Date.parse(t.startedAt)
  const task = (s: TimelineStep): string => {
    const tag = s.outcome === null ? (t.state === 'running' ? 'active' : 'crit') : TAGS[s.outcome]
    const end = Math.max(s.startMs + 1, s.endMs ?? t.ms)
    return `    ${opening(s.node ?? s.id)} :${tag}, ${zero + s.startMs}, ${zero + end}`
  }
  const begun = t.phases.filter((p) => p.steps.length > 0)
  return [
    'gantt',
    `    title ${plain(say('lab {lab}', { lab: t.lab }))} - ${plain(runWords(t))}`,
    '    dateFormat x',
    '    axisFormat %H:%M:%S',
    ...begun.flatMap((p) => [`    section ${plain(p.name)}`, ...p.steps.map(task)]),
    '',
  ].join('\n')
}

/** A `flowchart`: the host, the lab's network with its nodes, the snapshots. */
export function graphMermaid(g: LabGraph): string {
  const label = (...lines: readonly string[]): string => `["${lines.map(plain).join('<br/>')}"]`
  const nodes = g.nodes.map((n, i) => `        n${i}${label(n.name, ...(n.role === null ? [] : [n.role]), n.ip)}`)
  const ports = g.nodes.flatMap((n, i) => {
    const found = loopbackPorts(n)
    return found.length === 0
      ? []
      : [`    host -- "${found.map((p) => `${p.what} ${plain(onHost(p.port))}`).join('<br/>')}" --> n${i}`]
  })
  const index = new Map(g.snapshots.map((s, i) => [s.id, i]))
  const snapshots = g.snapshots.map((s, i) => `        s${i}${label(s.name)}${s.current ? ':::here' : ''}`)
  const after = g.snapshots.flatMap((s, i) => {
    const from = index.get(s.parent ?? '')
    return from === undefined ? [] : [`        s${from} --> s${i}`]
  })
  return [
    'flowchart LR',
    ...(ports.length > 0 ? [`    host(["${plain(say('this host'))}"])`] : []),
    // Mermaid draws the title of a group over what is in it, so it may have one line.
    `    subgraph net${label(`${g.network.cidr}${say(', ')}${networkWords(g.network)}`)}`,
    `        about${label(say('lab {lab}', { lab: g.lab }), ...clusterWords(g))}`,
    ...nodes,
    '    end',
    ...ports,
    ...(snapshots.length > 0
      ? [
          `    subgraph snapshots${label(say('snapshots, {words}', { words: placeWords(g) }))}`,
          ...snapshots,
          ...after,
          '    end',
        ]
      : []),
    ...(g.snapshots.some((s) => s.current) ? ['    classDef here stroke-width:4px,font-weight:bold'] : []),
    '',
  ].join('\n')
}
