/** One authenticated SSH connection to a guest whose host key is pinned. */
import { connect, type Socket } from 'node:net'
import type { Client } from 'ssh2'
import { CorruptError, Interrupted } from '../errors.js'
import type { GuestAddress } from './types.js'
import { english } from '../words/say.js'

/** A loaded emulated guest may not answer keepalives for a long time. Two minutes of silence end a connection. */
const KEEPALIVE = { keepaliveInterval: 15_000, keepaliveCountMax: 8 }

/** An open connection, and two ways to end it: the other side must not keep klab running. */
export interface Connection {
  readonly client: Client
  /** Says goodbye, and does not wait. */
  end(): void
  /** At once. */
  destroy(): void
}

/**
 * Connects once. Throws CorruptError if the host shows another key than the pinned one or the private key is no key,
 * Interrupted, and ssh2's own Error for everything that another try may fix (refused, reset, silent, not yet
 * authorised).
 */
export async function openConnection(
  address: GuestAddress,
  readyTimeoutMs: number,
  signal: AbortSignal,
): Promise<Connection> {
  // Loaded here, so that verbs that talk to no guest need not wait for it.
  const { default: ssh2 } = await import('ssh2')
  if (signal.aborted) throw new Interrupted()
  const client = new ssh2.Client()
  // Our own socket: after an error ssh2 closes only its half, and reads on for as long as the other side writes.
  const socket = connect({ host: address.host, port: address.port })
  // ssh2 leaves Nagle's algorithm on. Together with delayed acknowledgements it costs 80 to 180 ms for each command.
  socket.setNoDelay(true)
  const destroy = (): void => void socket.destroy()
  const [type = '', key = ''] = address.hostKey.split(' ')
  const pinned = Buffer.from(key, 'base64')
  let shown: Buffer | undefined
  let stop = (): void => undefined
  try {
    await new Promise<void>((resolve, reject) => {
      stop = () => reject(new Interrupted())
      signal.addEventListener('abort', stop, { once: true })
      client.on('ready', () => resolve())
      client.on('error', (error) => {
        reject(otherKey(error, shown, pinned) ? mismatch(address, shown) : error)
        destroy()
      })
      client.on('close', () => reject(new Error('the connection was closed before it was ready')))
      client.connect({
        sock: socket,
        username: address.user,
        privateKey: address.privateKey,
        readyTimeout: readyTimeoutMs,
        ...KEEPALIVE,
        authHandler: ['publickey'],
        algorithms: { serverHostKey: [type as 'ssh-ed25519'] },
        hostVerifier: (k: Buffer) => {
          shown = k
          return k.equals(pinned)
        },
      })
    })
    return { client, end: () => goodbye(client, socket), destroy }
  } catch (error) {
    destroy()
    if (error instanceof Error && error.message.startsWith('Cannot parse privateKey')) {
      throw new CorruptError(english("{node}: the lab's private SSH key cannot be read", { node: address.node }), {
        cause: error,
      })
    }
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Ends the connection when everything is sent. A guest that does not end its half cannot keep the process alive. */
function goodbye(client: Client, socket: Socket): void {
  client.end()
  socket.destroySoon()
}

/** Without a key of the pinned type, the handshake ends before any key is shown. */
const otherKey = (error: Error, shown: Buffer | undefined, pinned: Buffer): boolean =>
  shown === undefined ? error.message.includes('no matching host key format') : !shown.equals(pinned)

function mismatch(address: GuestAddress, shown: Buffer | undefined): CorruptError {
  const key = shown === undefined ? 'none of this type' : shown.toString('base64')
  return new CorruptError(
    english('{node}: the SSH server on {host}:{port} is not this node (host key: {key}; expected: {expected})', {
      node: address.node,
      host: address.host,
      port: address.port,
      key,
      expected: address.hostKey,
    }),
    { hint: english("see what listens there: ss -lntp 'sport = :{port}'", { port: address.port }) },
  )
}
