/** An SVG as text, parsed again: where each text, rectangle and circle is, as klab measures texts. */
import { XMLBuilder, XMLParser } from 'fast-xml-parser'
import { pixelsOf } from '../../src/picture/svg.js'

export interface Box {
  readonly what: string
  readonly kind: 'text' | 'shape'
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

type Attrs = Readonly<Record<string, string>>
type Found = Readonly<Record<string, unknown>> & { readonly ':@'?: Attrs }

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  processEntities: false,
})

// Deprecated in favour of a package that the tree has only through this one.
// eslint-disable-next-line @typescript-eslint/no-deprecated
const builder = new XMLBuilder({
  ...{ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '' },
  ...{ processEntities: false, suppressEmptyNode: true },
})

/** klab writes no other entities. */
const decoded = (text: string): string => text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))

/** Every element with its own text. Throws if it is not well-formed. */
export function elementsOf(svg: string): readonly { tag: string; attrs: Attrs; text: string }[] {
  const parsed = parser.parse(svg) as Found[]
  // The parser forgives a lot. What it forgave would look different when written again.
  const again = builder.build(parsed).trim()
  if (again !== svg.trim().replace('?>\n', '?>')) throw new Error(`not well-formed: ${again.slice(0, 2000)}`)
  const visit = (list: readonly Found[]): { tag: string; attrs: Attrs; text: string }[] =>
    list.flatMap((item) => {
      const tag = Object.keys(item).find((key) => key !== ':@') ?? ''
      if (tag === '#text') return []
      const children = item[tag] as Found[]
      const text = children.flatMap((c) => ('#text' in c ? [String(c['#text'])] : [])).join('')
      return [{ tag, attrs: item[':@'] ?? {}, text: decoded(text) }, ...visit(children)]
    })
  return visit(parsed)
}

/** Boxes of all that is drawn, and the picture's own size. */
export function boxesOf(svg: string): {
  readonly width: number
  readonly height: number
  readonly boxes: readonly Box[]
} {
  const all = elementsOf(svg)
  const n = (a: Attrs, name: string): number => Number(a[name] ?? 0)
  const [, , width = 0, height = 0] = (all.find((e) => e.tag === 'svg')?.attrs['viewBox'] ?? '').split(' ').map(Number)
  const boxes = all.flatMap(({ tag, attrs: a, text }): Box[] => {
    if (tag === 'rect')
      return [
        { what: a['class'] ?? '', kind: 'shape', x: n(a, 'x'), y: n(a, 'y'), w: n(a, 'width'), h: n(a, 'height') },
      ]
    if (tag === 'circle')
      return [
        {
          what: 'dot',
          kind: 'shape',
          x: n(a, 'cx') - n(a, 'r'),
          y: n(a, 'cy') - n(a, 'r'),
          w: 2 * n(a, 'r'),
          h: 2 * n(a, 'r'),
        },
      ]
    if (tag === 'line') {
      const [x, y] = [Math.min(n(a, 'x1'), n(a, 'x2')), Math.min(n(a, 'y1'), n(a, 'y2'))]
      return [
        {
          what: 'line',
          kind: 'shape',
          x,
          y,
          w: Math.abs(n(a, 'x1') - n(a, 'x2')),
          h: Math.abs(n(a, 'y1') - n(a, 'y2')),
        },
      ]
    }
    if (tag !== 'text') return []
    const size = n(a, 'font-size')
    const w = pixelsOf(text, size)
    const x = n(a, 'x') - (a['text-anchor'] === 'end' ? w : a['text-anchor'] === 'middle' ? w / 2 : 0)
    // Letters reach from 0.8 of their size above the line to 0.2 below.
    return [{ what: text, kind: 'text', x, y: n(a, 'y') - 0.8 * size, w, h: size }]
  })
  return { width, height, boxes }
}

/** What is not inside of the picture. */
export const outside = (svg: string): readonly Box[] => {
  const { width, height, boxes } = boxesOf(svg)
  return boxes.filter((b) => b.x < 0 || b.y < 0 || b.x + b.w > width || b.y + b.h > height)
}

/** Pairs of texts that lie on each other. */
export const overlaps = (all: readonly Box[]): readonly string[] => {
  const texts = all.filter((b) => b.kind === 'text')
  return texts.flatMap((a, i) =>
    texts
      .slice(i + 1)
      .filter((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h)
      .map((b) => `${a.what} | ${b.what}`),
  )
}
