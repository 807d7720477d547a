/** What all pictures look like: a slide's size, colours by day and by night, and the page around one. */
import { escapeMarkup } from '../report/markup.js'
import { box, element, fitting, markup, textAt, type Svg } from './svg.js'
import { oneLine } from './words.js'
import { say, spoken } from '../words/say.js'

/** px: 16:9, as a slide. A picture with very many rows gets higher, so that its letters stay large. */
export const WIDTH = 1920
export const HEIGHT = 1080
/** px on all sides. */
export const MARGIN = 64

/** Class → its property, its colour by day and by night. Contrast to the background: 4.5 for text, 3 for shapes. */
const COLOURS: readonly (readonly [look: string, property: string, day: string, night: string])[] = [
  ['paper', 'fill', '#ffffff', '#12161c'],
  ['ink', 'fill', '#15191f', '#eef2f6'],
  ['muted', 'fill', '#515b66', '#a4b0bc'],
  ['accent', 'fill', '#0a58b5', '#6cb2ff'],
  ['bad', 'fill', '#b3151b', '#ff8079'],
  ['card', 'fill', '#f1f4f8', '#1f2630'],
  ['here', 'fill', '#dcebff', '#17365c'],
  ['band', 'fill', '#e6ebf1', '#262e39'],
  ['grid', 'stroke', '#d5dce4', '#333d49'],
  ['edge', 'stroke', '#6b7783', '#8794a1'],
  ['ring', 'stroke', '#515b66', '#a4b0bc'],
  ['bus', 'stroke', '#0a58b5', '#6cb2ff'],
  ['host', 'stroke', '#a13d00', '#ff9d5c'],
  ['on-host', 'fill', '#a13d00', '#ff9d5c'],
  ['dot', 'fill', '#ffffff', '#12161c'],
  ['c0', 'fill', '#0a58b5', '#6cb2ff'],
  ['c1', 'fill', '#c2570c', '#ff9d5c'],
  ['c2', 'fill', '#0f7a3d', '#4fd08a'],
  ['c3', 'fill', '#8a2ba8', '#d490f0'],
  ['c4', 'fill', '#8a6a00', '#e3c04d'],
  ['c5', 'fill', '#0b7a86', '#4fcbd8'],
  ['c6', 'fill', '#b0206e', '#ff86c2'],
  ['c7', 'fill', '#5b6470', '#aab4bf'],
]
/** How many colours there are for nodes; the last is for what is about no node. */
export const NODE_COLOURS = 7
export const NO_NODE = 'c7'

const coloured = (which: 2 | 3): string => COLOURS.map((c) => `.${c[0]}{${c[1]}:${c[which]}}`).join('')

/** Plain classes, not variables: programs that make slides of an SVG do not know those. */
const STYLE = [
  'svg{color-scheme:light dark}',
  'text{font-family:ui-monospace,"DejaVu Sans Mono","Liberation Mono",Menlo,Consolas,monospace}',
  '.big{font-weight:700}',
  '.grid{stroke-width:1.5}',
  '.edge{stroke-width:3;fill:none}',
  '.ring{stroke-width:4}',
  '.bus,.host{stroke-width:8;stroke-linecap:round}',
  '.wire{stroke-width:3}',
  '.open{fill-opacity:.35;stroke:#7f8b97;stroke-width:2;stroke-dasharray:9 6}',
  '.was{fill-opacity:.45}',
  coloured(2),
  `@media (prefers-color-scheme:dark){${coloured(3)}}`,
].join('')

export interface Drawing {
  readonly title: string
  /** All that the picture says, for who cannot see it. */
  readonly description: string
  readonly height: number
  readonly content: readonly Svg[]
}

/** The whole picture as an `svg` element. */
export const frame = ({ title, description, height, content }: Drawing): Svg =>
  element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${WIDTH} ${height}`,
      width: WIDTH,
      height,
      role: 'img',
      'aria-labelledby': 'klab-title klab-desc',
    },
    element('title', { id: 'klab-title' }, title),
    element('desc', { id: 'klab-desc' }, description),
    box([0, 0, WIDTH, height], 'paper', 0),
    ...content,
  )

/** A heading and a line below it. */
export const heading = (title: string, below: string, look = 'muted'): readonly Svg[] => [
  fitting([MARGIN, 94], title, WIDTH - 2 * MARGIN, { sizes: [46, 40, 34], look: 'ink big' }),
  textAt(MARGIN, 144, below, { size: 28, look, room: WIDTH - 2 * MARGIN }),
]

/** A file of its own. */
export const svgFile = (d: Drawing): string => `<?xml version="1.0" encoding="UTF-8"?>\n${styled(markup(frame(d)))}\n`

/** The style has no data in it, and may contain quotes as they are. */
const styled = (svg: string): string => svg.replace('</desc>', () => `</desc><style>${STYLE}</style>`)

const PAGE_STYLE =
  ':root{color-scheme:light dark}body{margin:0;background:#fff;color:#15191f;font:20px/1.4 ui-monospace,' +
  '"DejaVu Sans Mono",Menlo,Consolas,monospace}main>svg{display:block;width:100%;height:auto;max-height:100vh}' +
  'details{padding:24px}pre{overflow-x:auto}' +
  '@media (prefers-color-scheme:dark){body{background:#12161c;color:#eef2f6}}' +
  '@media print{details{display:none}}'

/** A page that needs nothing else: the picture, and the same as text. It may load nothing and run no script. */
export const htmlFile = (d: Drawing, asText: string): string =>
  [
    '<!doctype html>',
    `<html lang="${spoken()}">`,
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeMarkup(oneLine(d.title))}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    `<main>${styled(markup(frame(d)))}</main>`,
    `<details><summary>${say('The same as text')}</summary><pre>${escapeMarkup(asText)}</pre></details>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
