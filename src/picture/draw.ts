/** The two pictures in every format. Pure. */
import type { PictureFormat } from './format.js'
import { graphDrawing } from './graph-svg.js'
import { graphText } from './graph-text.js'
import { graphMermaid, timelineMermaid } from './mermaid.js'
import { htmlFile, svgFile, type Drawing } from './theme.js'
import { timelineDrawing } from './timeline-svg.js'
import { timelineText } from './timeline-text.js'
import type { LabGraph, Timeline } from './types.js'

interface Ways {
  readonly text: () => string
  readonly mermaid: () => string
  readonly drawing: () => Drawing
}

function drawn(format: PictureFormat, ways: Ways): string {
  switch (format) {
    case 'text':
      return ways.text()
    case 'mermaid':
      return ways.mermaid()
    case 'svg':
      return svgFile(ways.drawing())
    case 'html':
      return htmlFile(ways.drawing(), ways.text())
  }
}

/** A run of `up`. `columns`: of the text. */
export const drawTimeline = (t: Timeline, format: PictureFormat, columns: number): string =>
  drawn(format, {
    text: () => timelineText(t, columns),
    mermaid: () => timelineMermaid(t),
    drawing: () => timelineDrawing(t),
  })

/** A lab. `columns`: of the text. */
export const drawGraph = (g: LabGraph, format: PictureFormat, columns: number): string =>
  drawn(format, {
    text: () => graphText(g, columns),
    mermaid: () => graphMermaid(g),
    drawing: () => graphDrawing(g),
  })
