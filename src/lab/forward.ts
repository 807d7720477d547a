/** `klab port-forward`: forwards a port of this host to a node, through SSH. */
import { createServer, type Server, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { HostError, messageOf, UsageError } from '../errors.js'
import { connectWithin } from '../node/connections.js'
import { LOOPBACK } from '../state/endpoints.js'
import { readRecord } from '../state/record.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { requireRunning } from './machine-words.js'
import { recordedLab } from './open.js'
import { CONNECT_MS, requireNode, stateOf } from './reach.js'

export interface ForwardRequest {
  /** On 127.0.0.1; 0: any that is free. */
  readonly hostPort: number
  readonly guestPort: number
  /** As the node sees it, such as a service's address; default: the node itself. */
  readonly guestHost?: string | undefined
}

export interface Forward {
  readonly hostPort: number
  /** Ends it, and every connection. */
  close(): Promise<void>
  /** Resolves when it has ended: by `close`, or by the signal of `openLab`. */
  readonly ended: Promise<void>
}

const isPort = (n: number, least: number): boolean => Number.isInteger(n) && n >= least && n <= 65_535

/**
 * Forwards the port until it is closed. It survives restores and reboots of the node: each connection is a new one,
 * through an SSH connection that is opened again if it was lost. Throws UsageError, StateError, ProbeError; HostError
 * if the port of this host is taken.
 */
export async function forwardPort(c: LabContext, node: string, o: ForwardRequest): Promise<Forward> {
  const { hostPort, guestPort, guestHost = LOOPBACK } = o
  if (!isPort(hostPort, 0) || !isPort(guestPort, 1))
    throw new UsageError(english('port-forward: ports are from 1 to 65535'))
  const { record, paths } = await recordedLab(c.doors.env, c.file)
  requireNode('port-forward', record, node)
  const world = await c.doors.world(record.lab)
  requireRunning(node, await stateOf(world, record, node))
  const connect = async () => {
    // A node's own port may have changed while it was off.
    const now = (await readRecord(paths.record)) ?? record
    return connectWithin({ world, paths, record: now }, node, CONNECT_MS)
  }
  await connect()
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    void connect()
      .then(async (guest) => {
        const inside = await guest.forward(guestHost, guestPort)
        // One side may have stopped sending but still be reading.
        await Promise.all([pipeline(socket, inside), pipeline(inside, socket)])
      })
      .catch((error: unknown) => {
        socket.destroy()
        // It is no error if a reader has seen enough and closes.
        const { code } = error as { code?: unknown }
        if (code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET' && code !== 'EPIPE')
          c.report({ type: 'warn', text: messageOf(error) })
      })
  })
  const port = await listen(server, hostPort).catch(async (error: unknown) => {
    await world.guests.close()
    throw error
  })
  const ended = new Promise<void>((resolve) => server.once('close', resolve))
  const close = async (): Promise<void> => {
    server.close()
    for (const s of sockets) s.destroy()
    await world.guests.close()
    await ended
  }
  c.doors.signal.addEventListener('abort', () => void close(), { once: true })
  if (c.doors.signal.aborted) await close()
  return { hostPort: port, close, ended }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new HostError(
          english('port {port} of {loopback} cannot be used: {code}', {
            port,
            loopback: LOOPBACK,
            code: cause.code ?? cause.message,
          }),
          {
            hint:
              cause.code === 'EADDRINUSE'
                ? english("see who listens there: ss -lntp 'sport = :{port}'", { port })
                : english('take another port'),
            cause,
          },
        ),
      ),
    )
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const at = server.address()
      resolve(typeof at === 'object' && at ? at.port : port)
    })
  })
}
