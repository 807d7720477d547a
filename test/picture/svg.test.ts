import t from 'tap'
import { drawGraph, drawTimeline } from '../../src/picture/draw.js'
import { formatOfFile } from '../../src/picture/format.js'
import type { LabGraph, Timeline } from '../../src/picture/types.js'
import { boxesOf, elementsOf, outside, overlaps } from './boxes.js'
import { cutRun, failedRun, HOSTILE, SNAPSHOTS, wholeLab, wholeRun } from './stage.js'

const LONG = 'a-node-name-of-sixty-three-letters-which-is-the-most-in-dns-abcd'
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    ...{ name: i % 2 === 0 ? `${LONG}${i}` : `节点${i}`, ip: `192.168.131.${100 + i}` },
    ...{ role: i < 3 ? ('control-plane' as const) : ('worker' as const), sshPort: 60000 + i },
    apiPort: i < 3 ? 61000 + i : null,
  }))
const chain = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    ...SNAPSHOTS[0]!,
    id: `${i}`,
    parent: i === 0 ? null : `${i - 1 - (i % 3)}`,
  }))

const graphs: Record<string, LabGraph> = {
  'four nodes, twelve snapshots in four branches': wholeLab(),
  'no snapshots': wholeLab({ snapshots: [] }),
  'never up': wholeLab({
    up: false,
    snapshots: [],
    nodes: wholeLab().nodes.map((n) => ({ ...n, sshPort: null, apiPort: null })),
  }),
  'plain machines': wholeLab({
    cluster: null,
    nodes: wholeLab().nodes.map((n) => ({ ...n, role: null, apiPort: null })),
  }),
  'one node, one snapshot': wholeLab({ nodes: wholeLab().nodes.slice(0, 1), snapshots: SNAPSHOTS.slice(0, 1) }),
  'many nodes and snapshots, long names': wholeLab({ lab: LONG, nodes: many(17), snapshots: chain(60) }),
  hostile: wholeLab({
    lab: HOSTILE[0]!,
    snapshots: SNAPSHOTS.map((s, i) => ({ ...s, name: HOSTILE[i] ?? s.name, message: HOSTILE[i] ?? '' })),
  }),
}
const whole = wholeRun()
const hostile = (i: number): string => HOSTILE[i % HOSTILE.length]!
const runs: Record<string, Timeline> = {
  'fourteen phases': whole,
  killed: cutRun(560_000, 'killed'),
  running: cutRun(100, 'running'),
  failed: failedRun(),
  'nothing took any time': {
    ...whole,
    ms: 0,
    phases: whole.phases.map((p) => ({
      ...p,
      startMs: 0,
      endMs: 0,
      steps: p.steps.map((s) => ({ ...s, startMs: 0, endMs: 0 })),
    })),
  },
  'two plans, many nodes': {
    ...whole,
    phases: [...whole.phases, ...whole.phases].map((p) => ({
      ...p,
      steps: many(17).map((n) => ({ ...p.steps[0]!, id: `${p.name}/${n.name}`, node: n.name })),
    })),
  },
  hostile: {
    ...whole,
    lab: hostile(0),
    state: 'failed',
    phases: whole.phases.map((p, i) => ({
      ...p,
      name: hostile(i),
      title: hostile(i),
      steps: p.steps.map((s) => ({
        ...s,
        id: hostile(i),
        title: hostile(i + 1),
        node: hostile(i),
        outcome: 'failed' as const,
      })),
    })),
  },
}
const all = [
  ...Object.entries(graphs).map(([name, g]) => ({
    name: `graph: ${name}`,
    draw: (f: 'svg' | 'html') => drawGraph(g, f, 100),
  })),
  ...Object.entries(runs).map(([name, r]) => ({
    name: `timeline: ${name}`,
    draw: (f: 'svg' | 'html') => drawTimeline(r, f, 100),
  })),
]

t.test('well-formed, inside of its box, no text on another one', (t) => {
  for (const { name, draw } of all) {
    const svg = draw('svg')
    const { boxes, width, height } = boxesOf(svg)
    t.ok(boxes.length > 10, name)
    t.same(outside(svg), [], name)
    t.same(overlaps(boxes), [], name)
    t.equal(width, 1920, name)
    t.ok(height >= 1080, name)
    const sizes = elementsOf(svg).flatMap((e) => (e.tag === 'text' ? [Number(e.attrs['font-size'])] : []))
    t.ok(Math.min(...sizes) >= 20, `${name}: large letters`)
  }
  for (const g of ['four nodes, twelve snapshots in four branches', 'no snapshots'])
    t.equal(boxesOf(drawGraph(graphs[g]!, 'svg', 100)).height, 1080, '16:9')
  t.equal(boxesOf(drawTimeline(whole, 'svg', 100)).height, 1080, '16:9')
  t.end()
})

t.test('what is not well-formed would be noticed', (t) => {
  for (const svg of ['<svg><g></svg>', '<svg><text>a<b</text></svg>', '<svg a="1" a="2"/>', '<svg/>rest'])
    t.throws(() => elementsOf(svg), svg)
  t.end()
})

t.test('for who cannot see it: a title, and a description with all that is drawn', (t) => {
  const svg = drawGraph(wholeLab(), 'svg', 100)
  const [root, title, desc] = elementsOf(svg).filter((e) => e.tag !== '?xml')
  t.match(root, { tag: 'svg', attrs: { role: 'img', 'aria-labelledby': 'klab-title klab-desc' } })
  t.match(title, { tag: 'title', attrs: { id: 'klab-title' }, text: 'klab graph: lab course' })
  t.match(desc, { tag: 'desc', attrs: { id: 'klab-desc' } })
  for (const { name } of SNAPSHOTS) t.ok(desc?.text.includes(name), name)
  t.match(
    drawTimeline(cutRun(560_000, 'killed'), 'svg', 100),
    /not ended: control-plane\/k8s-master01\. network: 0\.2s;/,
  )
  t.end()
})

t.test('names are text, whatever they are', (t) => {
  const tags = ['?xml', 'svg', 'title', 'desc', 'style', 'rect', 'text', 'line', 'path', 'circle', 'g']
  for (const [name, draw] of [
    ['graph', (f: 'svg' | 'html') => drawGraph(graphs['hostile']!, f, 100)],
    ['timeline', (f: 'svg' | 'html') => drawTimeline(runs['hostile']!, f, 100)],
  ] as const) {
    const svg = draw('svg')
    const elements = elementsOf(svg)
    t.same(
      elements.filter((e) => !tags.includes(e.tag)).map((e) => e.tag),
      [],
      name,
    )
    for (const { attrs } of elements)
      t.notOk(
        Object.keys(attrs).some((a) => /^on|href/i.test(a)),
        name,
      )
    for (const page of [svg, draw('html')]) {
      t.notMatch(page, /<script|<image|javascript:alert\(1\)"/, name)
      t.notMatch(
        page,
        /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\ufffe\uffff]/,
        `${name}: control characters`,
      )
      t.notMatch(page, /\p{Cs}/u, `${name}: no half characters`)
    }
    t.ok(
      elements.some((e) => e.text.includes('<script>')),
      `${name}: it is shown`,
    )
  }
  t.end()
})

t.test('a page loads nothing, and has a day and a night', (t) => {
  for (const { name, draw } of all) {
    const page = draw('html')
    t.match(page, /^<!doctype html>\n<html lang="en">/, name)
    t.match(page, `content="default-src 'none'; style-src 'unsafe-inline'"`)
    t.match(page, '@media (prefers-color-scheme:dark)')
    // In the text of the others these words would be addresses.
    if (!name.endsWith('hostile'))
      t.notMatch(page, /\b(?:src|href)=|url\(|@import|https?:\/\/(?!www\.w3\.org\/2000\/svg")/, name)
    t.equal(page.match(/<svg/g)?.length, 1)
  }
  t.end()
})

t.test('the end of a file’s name says the format', (t) => {
  for (const [file, format] of [
    ['a.svg', 'svg'],
    ['a.b/C.HTML', 'html'],
    ['a.htm', 'html'],
    ['a.mmd', 'mermaid'],
    ['a.txt', 'text'],
    ['a.png', undefined],
    ['svg', undefined],
    ['constructor', undefined],
  ] as const)
    t.equal(formatOfFile(file), format, file)
  t.end()
})
