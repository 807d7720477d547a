/** A tab for each node, a terminal in each. */
import { FitAddon } from '@xterm/addon-fit'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { Terminal } from '@xterm/xterm'
import { el } from './dom.js'
import { pageText } from './words.js'

interface Tab {
  readonly node: string
  readonly button: HTMLButtonElement
  readonly panel: HTMLElement
  readonly terminal: Terminal
  readonly fit: FitAddon
  socket: WebSocket | undefined
  /** Typed before it was connected. */
  waiting: string[]
}

export class TerminalTabs {
  #tabs: Tab[] = []
  #chosen = 0

  constructor(
    readonly list: HTMLElement,
    readonly panels: HTMLElement,
  ) {
    new ResizeObserver(() => this.#fit()).observe(panels)
  }

  /** Makes tabs for new nodes, and shows that of the first one. */
  setNodes(nodes: readonly string[]): void {
    for (const node of nodes) if (!this.#tabs.some((t) => t.node === node)) this.#tabs.push(this.#make(node))
    const first = this.#tabs.findIndex((t) => t.node === nodes[0])
    this.choose(Math.max(first, 0), false)
  }

  /** Shows a tab, connects it if needed, and puts the cursor into it. */
  choose(index: number, focus = true): void {
    this.#chosen = index
    this.#tabs.forEach(({ button, panel }, i) => {
      button.setAttribute('aria-selected', String(i === index))
      button.tabIndex = i === index ? 0 : -1
      panel.hidden = i !== index
    })
    const tab = this.#tabs[index]
    if (!tab) return
    this.#fit()
    if (!tab.socket) this.#connect(tab)
    if (focus) tab.terminal.focus()
  }

  /** Goes so many tabs to the right. */
  move(by: number): void {
    const count = this.#tabs.length
    if (count > 0) this.choose((this.#chosen + by + count) % count)
  }

  /** Types into the current terminal. */
  type(text: string): void {
    const tab = this.#tabs[this.#chosen]
    if (!tab) return
    this.#send(tab, text)
    tab.terminal.focus()
  }

  /** Starts all shells again. */
  reconnect(): void {
    for (const tab of this.#tabs) {
      tab.socket?.close()
      tab.socket = undefined
      tab.terminal.reset()
    }
    this.choose(this.#chosen, false)
  }

  #make(node: string): Tab {
    const terminal = new Terminal({ allowProposedApi: true, cursorBlink: true, fontSize: 14, screenReaderMode: true })
    const fit = new FitAddon()
    terminal.loadAddon(fit)
    terminal.loadAddon(new Unicode11Addon())
    terminal.unicode.activeVersion = '11'
    const button = el('button', { type: 'button', role: 'tab', textContent: node, id: `tab-${node}` })
    const panel = el('div', { role: 'tabpanel', id: `panel-${node}` })
    button.setAttribute('aria-controls', panel.id)
    panel.setAttribute('aria-labelledby', button.id)
    const tab: Tab = { node, button, panel, terminal, fit, socket: undefined, waiting: [] }
    button.addEventListener('click', () => this.choose(this.#tabs.indexOf(tab)))
    this.list.append(button)
    this.panels.append(panel)
    terminal.open(panel)
    // These move between the tabs, and so are not the shell's.
    terminal.attachCustomKeyEventHandler((e) => !(e.ctrlKey && e.altKey && e.key.startsWith('Arrow')))
    terminal.onData((text) => this.#send(tab, text))
    terminal.onResize(({ cols, rows }) => this.#size(tab, cols, rows))
    return tab
  }

  #fit(): void {
    const tab = this.#tabs[this.#chosen]
    if (tab && !tab.panel.hidden) tab.fit.fit()
  }

  #size({ socket }: Tab, columns: number, rows: number): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ columns, rows }))
  }

  #send(tab: Tab, text: string): void {
    if (!tab.socket || tab.socket.readyState > WebSocket.OPEN) {
      tab.waiting.push(text)
      this.#connect(tab)
    } else if (tab.socket.readyState === WebSocket.CONNECTING) tab.waiting.push(text)
    else tab.socket.send(new TextEncoder().encode(text))
  }

  #connect(tab: Tab): void {
    const socket = new WebSocket(`ws://${location.host}/terminal?node=${encodeURIComponent(tab.node)}`)
    socket.binaryType = 'arraybuffer'
    tab.socket = socket
    socket.addEventListener('open', () => {
      this.#size(tab, tab.terminal.cols, tab.terminal.rows)
      for (const text of tab.waiting.splice(0)) this.#send(tab, text)
    })
    socket.addEventListener('message', (e: MessageEvent<ArrayBuffer>) => tab.terminal.write(new Uint8Array(e.data)))
    socket.addEventListener('close', (e) => {
      // A connection that was replaced no longer matters.
      if (tab.socket !== socket) return
      const why = e.reason || pageText('the connection is gone')
      tab.terminal.write(`\r\n[${pageText('{why}; press a key to connect again', { why })}]\r\n`)
    })
  }
}
