/** A command in a guest with a stream at each end, for data that is too large to hold in memory. */
import { performance } from 'node:perf_hooks'
import type { Client, ClientChannel } from 'ssh2'
import { CommandError } from '../errors.js'
import { tail } from '../host/tail.js'
import type { Filter } from '../host/types.js'
import { NO_CHANNEL, type RemoteCommand } from './channel.js'
import { openChannel } from './open-channel.js'

/** How many characters of stderr an error may need. */
const SAID = 4000

/**
 * Starts the command; `done` throws CommandError if it fails. If `signal` aborts, the command is ended as by `kill`,
 * and fails. Throws NotStarted, StateError (the guest opens no more channels), Interrupted.
 */
export function startFilter(client: Client, command: RemoteCommand, signal: AbortSignal): Promise<Filter> {
  return openChannel({
    client,
    signal,
    ask: (answer) => client.exec(command.line, answer),
    refusal: NO_CHANNEL,
    where: command.node,
    use: (channel) => asFilter(channel, command, signal),
  })
}

function asFilter(channel: ClientChannel, { node, argv }: RemoteCommand, signal: AbortSignal): Filter {
  const started = performance.now()
  let said = ''
  let exit: { readonly code?: number | undefined; readonly signal?: string | undefined } | undefined
  channel.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-SAID)))
  channel.on('exit', (code: number | null, name?: string) => (exit = { code: code ?? undefined, signal: name }))
  // Its end reports it. A write after its end must not become an unhandled event.
  channel.on('error', () => undefined)
  // A hung guest may never close it.
  const quit = (settle: () => void): void => {
    settle()
    channel.signal('TERM')
    channel.destroy()
  }
  let kill = (): void => undefined
  const done = new Promise<void>((resolve, reject) => {
    const fail = (why?: string): void =>
      reject(
        new CommandError({
          where: node,
          argv,
          exitCode: exit?.code,
          signal: exit?.signal,
          timedOut: false,
          durationMs: performance.now() - started,
          tail: tail([said, why].filter(Boolean).join('\n')),
        }),
      )
    const abort = (): void => quit(() => fail('stopped'))
    kill = () => quit(resolve)
    signal.addEventListener('abort', abort, { once: true })
    channel.on('close', () => {
      signal.removeEventListener('abort', abort)
      if (exit?.code === 0) resolve()
      else fail(exit ? undefined : 'the connection was lost')
    })
    if (signal.aborted) abort()
  })
  // The caller who awaits it gets the error. Perhaps nobody awaits it, if something else has failed first.
  done.catch(() => undefined)
  return { input: channel, output: channel, done, kill: () => kill() }
}
