/** Guests over SSH: one kept connection for each node, opened with patience and opened again if it was lost. */
import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import { Interrupted, KlabError, ProbeError, StateError } from '../errors.js'
import type { Clock, Filter, Output, RunOptions } from '../host/types.js'
import { NotStarted, runCommand, type RemoteCommand } from './channel.js'
import { startFilter } from './channel-filter.js'
import { openConnection, type Connection } from './connection.js'
import { openChannel } from './open-channel.js'
import { quote } from './quote.js'
import { startTerminal } from './terminal.js'
import type { Guest, GuestAddress, Guests, Terminal, TerminalSize } from './types.js'
import { ustar } from './ustar.js'
import { english } from '../words/say.js'

/**
 * slirp accepts the TCP connection long before the guest's sshd runs, so a try must end by itself. A handshake under
 * emulation can take ten seconds.
 */
const READY_MS = 20_000
const RETRY_MS = 2000
/** Nothing listens there, or it may not be reached. */
const REFUSED = /channel open failure|refused|prohibited/i
/** For a connection that was lost between two commands. */
const RECONNECT_MS = 60_000
/** ms for a command without its own limit. Those are small, but take seconds in a loaded emulated guest. */
const LIMIT_MS = 300_000

/** The door to the guests. The first connection loads `ssh2`. `limitMs`: for commands without their own limit. */
export function createGuests({ clock, limitMs = LIMIT_MS }: { clock: Clock; limitMs?: number }): Guests {
  const nodes = new Map<string, Node>()
  return {
    connect: async (address, { withinMs, signal }) => {
      let node = nodes.get(address.node)
      if (node === undefined || node.closed || JSON.stringify(node.address) !== JSON.stringify(address)) {
        node?.close()
        node = new Node(address, clock)
        nodes.set(address.node, node)
      }
      await node.connection(withinMs, signal)
      return guest(node, { timeoutMs: limitMs, signal })
    },
    close: () => {
      for (const node of nodes.values()) node.close()
      nodes.clear()
      return Promise.resolve()
    },
  }
}

/** The connection of one node. */
class Node {
  #connection: Promise<Connection> | undefined
  /** The result of `#connection`. */
  #current: Connection | undefined
  readonly #closing = new AbortController()

  constructor(
    readonly address: GuestAddress,
    readonly clock: Clock,
  ) {}

  get closed(): boolean {
    return this.#closing.signal.aborted
  }

  /** The open connection. Callers at the same time share one attempt (and its patience). */
  async connection(withinMs: number, signal: AbortSignal): Promise<Connection> {
    if (this.closed) throw new StateError(english('{node}: the connection was closed', { node: this.address.node }))
    this.#connection ??= this.#open(withinMs, AbortSignal.any([this.#closing.signal, signal]))
    return this.#connection
  }

  async #open(withinMs: number, signal: AbortSignal): Promise<Connection> {
    try {
      const connection = await this.#retry(withinMs, signal)
      this.#current = connection
      connection.client.on('close', () => this.#forget(connection))
      return connection
    } catch (error) {
      this.#connection = undefined
      throw error
    }
  }

  async #retry(withinMs: number, signal: AbortSignal): Promise<Connection> {
    const { node, host, port } = this.address
    const started = this.clock.monotonic()
    for (;;) {
      const left = withinMs - (this.clock.monotonic() - started)
      try {
        return await openConnection(this.address, Math.max(1, Math.min(READY_MS, left)), signal)
      } catch (error) {
        if (error instanceof KlabError) throw error
        const waited = this.clock.monotonic() - started
        if (waited + RETRY_MS >= withinMs) {
          const seen = error instanceof Error ? error.message : String(error)
          throw new ProbeError(english('{node}: SSH on {host}:{port}', { node, host, port }), waited, seen, {
            hint: `klab logs ${node}`,
            cause: error,
          })
        }
        await this.clock.sleep(RETRY_MS, signal)
      }
    }
  }

  run(command: RemoteCommand, o: RunOptions & Limits): Promise<Output> {
    return this.#begin(o.signal, (client) => runCommand(client, command, o))
  }

  filter(command: RemoteCommand, signal: AbortSignal): Promise<Filter> {
    return this.#begin(signal, (client) => startFilter(client, command, signal))
  }

  terminal(command: RemoteCommand, size: TerminalSize, signal: AbortSignal): Promise<Terminal> {
    return this.#begin(signal, (client) => startTerminal(client, command, size, signal))
  }

  /** A refusal by the guest is a StateError: nothing listens there, or it may not be reached. */
  forward(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    return this.#begin(signal, (client) =>
      openChannel({
        client,
        signal,
        ask: (answer) => client.forwardOut('127.0.0.1', 0, host, port, answer),
        refusal: REFUSED,
        where: `${this.address.node}: ${host}:${port}`,
        use: (channel) => channel,
      }),
    )
  }

  /** Runs on the open connection; once more on a new one if the old one was gone before anything could start. */
  async #begin<T>(signal: AbortSignal, start: (client: Client) => Promise<T>): Promise<T> {
    for (let again = false; ; again = true) {
      const connection = await this.connection(RECONNECT_MS, signal)
      try {
        return await start(connection.client)
      } catch (error) {
        if (!(error instanceof NotStarted)) throw error
        if (this.closed) throw new Interrupted()
        connection.destroy()
        this.#forget(connection)
        if (again)
          throw new ProbeError(english('{node}: SSH', { node: this.address.node }), 0, error.message, { cause: error })
      }
    }
  }

  /** The end of an old connection may be reported when a newer one is there. The newer one stays. */
  #forget(connection: Connection): void {
    if (this.#current === connection) this.#connection = this.#current = undefined
  }

  close(): void {
    this.#closing.abort()
    void this.#connection?.then(
      (connection) => connection.end(),
      () => undefined,
    )
  }
}

/** Ends a command that would not end by itself. */
type Limits = Required<Pick<RunOptions, 'timeoutMs' | 'signal'>>

function guest(node: Node, limits: Limits): Guest {
  const name = node.address.node
  const run = (argv: readonly string[], o: RunOptions = {}): Promise<Output> =>
    node.run({ node: name, argv, line: quote(argv) }, { ...limits, ...o })
  return {
    node: name,
    run,
    // Read completely before it runs, and with an empty stdin. Otherwise a command in the script would read the rest of
    // the script.
    sudo: (script, args = [], o = {}) =>
      run(['sudo', '-n', 'bash', '-s', '--', ...args], { ...o, input: `{ :;${script}\n} </dev/null\n` }),
    filter: (argv) => node.filter({ node: name, argv, line: quote(argv) }, limits.signal),
    terminal: (argv, size) => node.terminal({ node: name, argv, line: quote(argv) }, size, limits.signal),
    forward: (host, port) => node.forward(host, port, limits.signal),
    put: async (files) => {
      if (files.length === 0) return
      const what = `writing ${files[0]?.path ?? ''}${files.length > 1 ? ` and ${files.length - 1} more` : ''}`
      await run(['sudo', '-n', 'tar', '-x', '-m', '-C', '/', '-f', '-'], { input: ustar(files), what })
    },
    close: () => {
      node.close()
      return Promise.resolve()
    },
  }
}
