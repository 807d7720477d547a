/** The part of a lab's handle (api.ts) that shows it. Types only. */
import type { LabGraph, Timeline } from '../picture/types.js'
import type { Picture, PictureRequest } from './pictures.js'
import type { TimelineRequest } from './timeline.js'

export interface Shown {
  /** When the phases and steps of the last `up` that had something to do began and ended. */
  timeline(o?: TimelineRequest): Promise<Timeline>
  /** Nodes, network, forwarded ports and snapshots, from the lab's own files. */
  graph(): Promise<LabGraph>
  readonly pictures: Pictures
}

/** Both as text, Mermaid, SVG or a page; with `file` also written there. */
export interface Pictures {
  timeline(o?: PictureRequest & TimelineRequest): Promise<Picture>
  graph(o?: PictureRequest): Promise<Picture>
}
