/** Which renderer a command draws with. */
import type { Renderer } from '../report/events.js'
import type { App } from './app.js'

/**
 * Live on a terminal, plain lines otherwise, JSON lines on request; all to stderr, and to the lab's log (whose folder
 * must exist) when one is named.
 */
export async function openRenderer(app: App, json: boolean, log: string | undefined): Promise<Renderer> {
  const { createRenderer } = await import('../report/renderer.js')
  const terminal = app.stderr.isTTY === true && app.env.env['TERM'] !== 'dumb'
  const kind = json ? 'json' : terminal ? 'tty' : 'plain'
  const screen = await createRenderer(kind, { stream: app.stderr, clock: app.clock, env: app.env.env })
  if (log === undefined) return screen
  const [{ openLogFile }, { tee }] = await Promise.all([import('../report/log-file.js'), import('../report/tee.js')])
  return tee(openLogFile(log, app.clock), screen)
}
