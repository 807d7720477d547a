/** A command in a guest with a terminal. */
import type { Client } from 'ssh2'
import { NO_CHANNEL, type RemoteCommand } from './channel.js'
import { openChannel } from './open-channel.js'
import type { Terminal, TerminalSize } from './types.js'

/** What xterm.js is, and what every guest's terminfo has. */
const TERM = 'xterm-256color'

/** Starts it. Throws NotStarted, StateError (the guest opens no more channels), Interrupted. */
export const startTerminal = (
  client: Client,
  command: RemoteCommand,
  { columns, rows }: TerminalSize,
  signal: AbortSignal,
): Promise<Terminal> =>
  openChannel({
    client,
    signal,
    ask: (answer) => client.exec(command.line, { pty: { term: TERM, cols: columns, rows } }, answer),
    refusal: NO_CHANNEL,
    where: command.node,
    use: (channel) => {
      // Told by its end.
      channel.on('error', () => undefined)
      return { stream: channel, resize: (size) => channel.setWindow(size.rows, size.columns, 0, 0) }
    },
  })
