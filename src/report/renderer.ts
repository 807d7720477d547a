/** Which renderer draws the events. Each is loaded only when chosen: read-only verbs need none. */
import type { Renderer } from './events.js'
import type { RendererOptions } from './options.js'

/** `tty`: a live table; `plain`: a line for each thing that happens; `json`: a JSON object a line. */
export async function createRenderer(kind: 'tty' | 'plain' | 'json', options: RendererOptions): Promise<Renderer> {
  switch (kind) {
    case 'tty':
      return (await import('./tty.js')).createTty(options)
    case 'plain':
      return (await import('./plain.js')).createPlain(options)
    case 'json':
      return (await import('./json.js')).createJson(options)
  }
}
