/** Door 2, the guests: commands and files over SSH. Types only. */
import type { Duplex } from 'node:stream'
import type { Exec, Filter, Output, RunOptions } from '../host/types.js'

export interface GuestAddress {
  /** Node name: used in errors and as the pinned host key's alias. */
  readonly node: string
  readonly host: string
  readonly port: number
  readonly user: string
  /** OpenSSH private key, text. */
  readonly privateKey: string
  /** The host's public key (`ssh-ed25519 AAAA…`): any other is a hard error. */
  readonly hostKey: string
}

/**
 * One guest. `run` executes argv as the lab user; each word is quoted, there is no shell expansion. A command without
 * its own limit and signal gets the door's limit and the signal of `connect`, so no guest can hold up klab for ever.
 */
export interface Guest extends Exec {
  readonly node: string
  /** Runs a script (text) with `sudo bash -s -- args…` on stdin. */
  sudo(script: string, args?: readonly string[], options?: Omit<RunOptions, 'input'>): Promise<Output>
  /** Starts a command for streams that are too large for `run`; the words are passed unchanged. Throws ProbeError. */
  filter(argv: readonly string[]): Promise<Filter>
  /**
   * A connection from the guest to `host`:`port`, as the guest sees them. Throws StateError if it is refused,
   * ProbeError.
   */
  forward(host: string, port: number): Promise<Duplex>
  /** Starts a command with a terminal, for a person. Throws ProbeError. */
  terminal(argv: readonly string[], size: TerminalSize): Promise<Terminal>
  /** Writes files as root (0755 for executables) and makes parent folders, all in one round trip. */
  put(files: readonly { path: string; content: string; mode?: number }[]): Promise<void>
  close(): Promise<void>
}

export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** A command that a person talks to. */
export interface Terminal {
  /** Keys in, screen out, as bytes. */
  readonly stream: Duplex
  resize(size: TerminalSize): void
}

export interface Guests {
  /**
   * Connects, retrying for up to `withinMs` (a booting guest resets connections). The connection is kept open and
   * shared by all callers for this node. Throws ProbeError; CorruptError if the host key is not the pinned one.
   */
  connect(address: GuestAddress, options: { withinMs: number; signal: AbortSignal }): Promise<Guest>
  /** Closes every connection. */
  close(): Promise<void>
}
