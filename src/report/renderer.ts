/** Chooses the renderer that draws the events. Each is loaded only if chosen: verbs that only read need none. */
import type { Renderer } from './events.js'
import type { RendererOptions } from './options.js'
import { safeData } from './safe.js'

/** `tty`: a live table; `plain`: one line for each event; `json`: one JSON object on each line. */
export async function createRenderer(kind: 'tty' | 'plain' | 'json', options: RendererOptions): Promise<Renderer> {
  const renderer = await load(kind, options)
  // JSON keeps the text, in a form that no terminal acts on.
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
