/** Opens a channel on a connection. A hung guest may never answer, so the wait ends with the signal. */
import type { Client, ClientChannel } from 'ssh2'
import { Interrupted, StateError } from '../errors.js'
import { NotStarted } from './channel.js'
import { english } from '../words/say.js'

interface Opening<T> {
  readonly client: Client
  readonly signal: AbortSignal
  /** Asks for the channel. */
  readonly ask: (answer: (error: Error | undefined, channel: ClientChannel) => void) => void
  /** Whether the guest refuses with these words; otherwise the connection is broken. */
  readonly refusal: RegExp
  /** For messages about a refusal. */
  readonly where: string
  /**
   * Called within ssh2's callback: a short command's end may be in the same packet that opened the channel, and a
   * listener that is attached a microtask later would miss it.
   */
  readonly use: (channel: ClientChannel) => T
}

/** What `use` makes of the channel. Throws NotStarted, StateError (refused), Interrupted. */
export function openChannel<T>({ client, signal, ask, refusal, where, use }: Opening<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false
    const settle = (end: () => void): void => {
      over = true
      client.removeListener('close', gone)
      signal.removeEventListener('abort', stop)
      end()
    }
    const fail = (error: Error): void => settle(() => reject(error))
    const gone = (): void => fail(new NotStarted('the connection was lost'))
    const stop = (): void => fail(new Interrupted())
    if (signal.aborted) {
      stop()
      return
    }
    client.once('close', gone)
    signal.addEventListener('abort', stop, { once: true })
    try {
      ask((error, channel) => {
        if (over) {
          // Nobody waits for it now.
          if (!error) channel.destroy()
        } else if (!error) settle(() => resolve(use(channel)))
        else
          fail(
            refusal.test(error.message)
              ? new StateError(english('{place}: {message}', { place: where, message: error.message }))
              : new NotStarted(error.message),
          )
      })
    } catch (cause) {
      // ssh2 throws `Not connected` when it already knows.
      fail(new NotStarted('not connected', { cause }))
    }
  })
}
