/** How a command shows its progress. */
import type { LabHandle } from '../lab/api.js'
import { translated } from '../words/say.js'
import type { App } from './app.js'

interface LabArgs {
  readonly file?: string | undefined
}

/** The lab; its events come as plain lines on stderr. */
export const labOf = (app: App, args: LabArgs): Promise<LabHandle> =>
  app.lab(args.file, (event) => {
    if (event.type === 'note' || event.type === 'warn') app.stderr.write(`${translated(event.text)}\n`)
  })

/**
 * Does `work` with the lab and shows its progress on stderr: live on a terminal, otherwise plain lines, or JSON lines
 * if asked for. The last state stays.
 */
export async function withProgress<T>(
  app: App,
  args: LabArgs & { readonly json?: boolean | undefined },
  work: (lab: LabHandle) => Promise<T>,
): Promise<T> {
  const { createRenderer } = await import('../report/renderer.js')
  const terminal = app.stderr.isTTY === true && app.env['TERM'] !== 'dumb'
  const kind = args.json ? 'json' : terminal ? 'tty' : 'plain'
  const renderer = await createRenderer(kind, { stream: app.screen, clock: app.clock, env: app.env })
  try {
    return await work(await app.lab(args.file, renderer.report))
  } finally {
    renderer.close()
  }
}
