/** What the page's server calls: given by who serves a lesson. Types only. */
import type { Duplex } from 'node:stream'
import type { ActionName, ActionResult, PageState } from './types.js'

export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** A shell on a node. */
export interface PageTerminal {
  /** Keys in, screen out, as bytes. */
  readonly stream: Duplex
  resize(size: TerminalSize): void
}

export interface PageActions {
  state(): Promise<PageState>
  act(action: ActionName, step: number | undefined): Promise<ActionResult>
  /** A picture of the lesson's folder; undefined: there is none. */
  image(path: string): Promise<{ readonly bytes: Uint8Array; readonly type: string } | undefined>
  terminal(node: string, size: TerminalSize): Promise<PageTerminal>
  /** Told what an action does while it does it, a line each, until `stop` is called. */
  lines(listener: (line: string) => void): { readonly stop: () => void }
}
