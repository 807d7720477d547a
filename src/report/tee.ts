/** Several renderers as one: the screen and the log. */
import type { Renderer } from './events.js'

export const tee = (...renderers: readonly Renderer[]): Renderer => ({
  report: (event) => {
    for (const r of renderers) r.report(event)
  },
  close: () => {
    for (const r of renderers) r.close()
  },
})
