/** Shells of the nodes in the page: a WebSocket each, bytes both ways, sizes as text. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import { messageOf } from '../errors.js'
import type { Terminal, TerminalSize } from '../guest/types.js'
import type { PageActions } from './actions.js'

/** The size of a key or a paste; nobody types a larger message. */
const MAX_BYTES = 2 ** 20
/** Bytes that may wait for a slow browser before the guest has to wait. */
const MOST_WAITING = 2 ** 20
/** ms between checks whether they have been sent. */
const LOOK_MS = 50

export interface Terminals {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

const SIZE = { columns: 80, rows: 24 }

/** A width or height of a terminal; a browser may send anything. */
const within = (n: number, most: number): number => Math.min(Math.max(Math.trunc(n) || 1, 1), most)

/** `{"columns":80,"rows":24}`; undefined for anything else. */
function sizeOf(text: string): TerminalSize | undefined {
  try {
    const { columns, rows } = JSON.parse(text) as Record<string, unknown>
    return typeof columns === 'number' && typeof rows === 'number'
      ? { columns: within(columns, 1000), rows: within(rows, 500) }
      : undefined
  } catch {
    return undefined
  }
}

/** Bytes that the reason of a close may have (RFC 6455, 5.5); ws throws for more. */
const MOST_REASON = 123

/** As much of a message as fits. */
function reason(message: string): string {
  let text = message.slice(0, MOST_REASON)
  while (Buffer.byteLength(text) > MOST_REASON) text = text.slice(0, -1)
  return text
}

/** Handles the WebSockets of a server that has already checked the caller. */
export function openTerminals(actions: PageActions): Terminals {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_BYTES })
  return {
    accept: (request, socket, head) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1')
      const node = url.searchParams.get('node')
      if (url.pathname !== '/terminal' || node === null) {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
        return
      }
      server.handleUpgrade(request, socket, head, (ws) => void connect(actions, node, ws))
    },
    close: () => {
      for (const ws of server.clients) ws.terminate()
      server.close()
    },
  }
}

async function connect(actions: PageActions, node: string, ws: WebSocket): Promise<void> {
  let terminal: Terminal | undefined
  let size: TerminalSize = SIZE
  const early: Buffer[] = []
  ws.on('error', () => ws.terminate())
  ws.on('close', () => terminal?.stream.destroy())
  ws.on('message', (data: RawData, isBinary: boolean) => {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.from(data as ArrayBuffer)
    if (!isBinary) {
      size = sizeOf(bytes.toString('utf8')) ?? size
      terminal?.resize(size)
    } else if (terminal) terminal.stream.write(bytes)
    else early.push(bytes)
  })
  try {
    terminal = await actions.terminal(node, size)
  } catch (error) {
    ws.close(1011, reason(messageOf(error)))
    return
  }
  const { stream } = terminal
  if (ws.readyState !== ws.OPEN) {
    stream.destroy()
    return
  }
  terminal.resize(size)
  for (const bytes of early) stream.write(bytes)
  stream.on('data', (bytes: Buffer) => {
    ws.send(bytes)
    if (ws.bufferedAmount > MOST_WAITING) wait(stream, ws)
  })
  for (const end of ['end', 'close']) stream.on(end, () => ws.close(1000, 'the shell has ended'))
  stream.on('error', () => ws.close(1011, 'the connection to the node is gone'))
}

/** A program that prints without end must not fill this process's memory. */
function wait(stream: Duplex, ws: WebSocket): void {
  stream.pause()
  const look = setInterval(() => {
    if (ws.readyState === ws.OPEN && ws.bufferedAmount > MOST_WAITING / 2) return
    clearInterval(look)
    stream.resume()
  }, LOOK_MS)
}
