/** A command in a guest with a terminal. */
import type { Client } from 'ssh2'
import { StateError } from '../errors.js'
import { NO_CHANNEL, NotStarted, type RemoteCommand } from './channel.js'
import type { Terminal, TerminalSize } from './types.js'

/** What xterm.js is, and what every guest's terminfo has. */
const TERM = 'xterm-256color'

/** Starts it. Throws NotStarted, StateError (the guest opens no more channels). */
export function startTerminal(
  client: Client,
  command: RemoteCommand,
  { columns, rows }: TerminalSize,
): Promise<Terminal> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new NotStarted('the connection was lost'))
    client.once('close', gone)
    try {
      client.exec(command.line, { pty: { term: TERM, cols: columns, rows } }, (error, channel) => {
        client.removeListener('close', gone)
        if (!error) {
          // Told by its end.
          channel.on('error', () => undefined)
          resolve({ stream: channel, resize: (size) => channel.setWindow(size.rows, size.columns, 0, 0) })
        } else if (NO_CHANNEL.test(error.message)) reject(new StateError(`${command.node}: ${error.message}`))
        else reject(new NotStarted(error.message))
      })
    } catch (cause) {
      client.removeListener('close', gone)
      reject(new NotStarted('not connected', { cause }))
    }
  })
}
