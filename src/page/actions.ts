/** The functions that the page's server calls. Types only. */
import type { Terminal, TerminalSize } from '../guest/types.js'
import type { ActionName, ActionResult, PageState } from './types.js'

export interface PageActions {
  state(): Promise<PageState>
  act(action: ActionName, step: number | undefined): Promise<ActionResult>
  /** A picture of the lesson's folder; undefined: there is none. */
  image(path: string): Promise<{ readonly bytes: Uint8Array; readonly type: string } | undefined>
  /** A shell on a node. */
  terminal(node: string, size: TerminalSize): Promise<Terminal>
  /** Calls back with each line of progress of an action, until `stop` is called. */
  lines(listener: (line: string) => void): { readonly stop: () => void }
}
