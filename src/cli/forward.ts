/** `klab port-forward`. */
import { UsageError } from '../errors.js'
import type { LabHandle } from '../lab/api.js'
import { english, say } from '../words/say.js'
import type { App } from './app.js'
import type { Args } from './command.js'
import type { FORWARD_OPTIONS } from './daily-options.js'
import { labOf } from './progress.js'

/** `8080:80`, `80`, `8080:10.1.0.5:80`. Throws UsageError. */
export function parseForward(word: string): { hostPort: number; guestHost: string | undefined; guestPort: number } {
  const [, host, address, guest] = /^(?:(\d{1,5}):)?(?:([\w.-]+):)?(\d{1,5})$/.exec(word) ?? []
  if (guest === undefined || (address !== undefined && host === undefined))
    throw new UsageError(english('port-forward: {word}: not HOSTPORT:GUESTPORT', { word }), {
      hint: english('klab port-forward NODE 8080:80; from the node on: 8080:10.1.0.5:80'),
    })
  return { hostPort: Number(host ?? guest), guestHost: address, guestPort: Number(guest) }
}

/** Forwards until Ctrl-C. Throws UsageError, StateError, HostError if a port is taken. */
export async function runForward(app: App, args: Args<typeof FORWARD_OPTIONS>): Promise<number> {
  const lab = await labOf(app, args)
  const wanted = args.ports.map(parseForward)
  const open: Awaited<ReturnType<LabHandle['forward']>>[] = []
  for (const [i, o] of wanted.entries()) {
    const forward = await lab.forward(args.node, o).catch(async (error: unknown) => {
      for (const f of open) await f.close()
      throw error
    })
    open.push(forward)
    const to = `${o.guestHost ?? args.node}:${o.guestPort}`
    const leads = say('127.0.0.1:{port} leads to {to}', { port: forward.hostPort, to })
    if (!args.json) app.stdout.write(`${leads}${i > 0 ? '' : say('; Ctrl-C ends it')}\n`)
    else app.stdout.write(`${JSON.stringify({ node: args.node, ...o, hostPort: forward.hostPort })}\n`)
  }
  await Promise.all(open.map((f) => f.ended))
  return 0
}
