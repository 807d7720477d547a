/** Which renderer draws the events. Each is loaded only when chosen: read-only verbs need none. */
import type { Renderer } from './events.js'
import type { RendererOptions } from './options.js'
import { safeData } from './safe.js'

/** `tty`: a live table; `plain`: a line for each thing that happens; `json`: a JSON object a line. */
export async function createRenderer(kind: 'tty' | 'plain' | 'json', options: RendererOptions): Promise<Renderer> {
  const renderer = await load(kind, options)
  // JSON keeps what it was told, in a form that no terminal acts on.
  if (kind === 'json') return renderer
  return { report: (event) => renderer.report(safeData(event)), close: () => renderer.close() }
}

async function load(kind: 'tty' | 'plain' | 'json', options: RendererOptions): Promise<Renderer> {
  switch (kind) {
    case 'tty':
      return (await import('./tty.js')).createTty(options)
    case 'plain':
      return (await import('./plain.js')).createPlain(options)
    case 'json':
      return (await import('./json.js')).createJson(options)
  }
}
