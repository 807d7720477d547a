/** The lesson page in the browser: text left, terminals right. */
import type { ActionName, ActionResult, PageState } from '../types.js'
import { byId, el } from './dom.js'
import { TerminalTabs } from './terminals.js'
import { pageText, translatePage } from './words.js'

translatePage()

const terminals = new TerminalTabs(byId('tabs'), byId('panels'))
let state: PageState | undefined
let busy = false

/** JSON from the server. Throws an error with the server's message. */
async function ask<T>(path: string, method: 'GET' | 'POST' = 'GET'): Promise<T> {
  const response = await fetch(path, { method })
  const data: unknown = await response.json()
  if (response.ok) return data as T
  const { message, hint } = data as { message?: string; hint?: string }
  throw new Error(
    [message, hint === undefined ? undefined : pageText('try: {what}', { what: hint })]
      .filter((x) => x !== undefined)
      .join('\n'),
  )
}

function show(s: PageState): void {
  state = s
  document.title = s.title
  byId('title').textContent = s.title
  byId('where').textContent = pageText('Step {step} of {steps}: {title}', {
    step: s.step,
    steps: s.steps.length,
    title: s.stepTitle,
  })
  byId('steps').replaceChildren(...s.steps.map(stepItem))
  // The server has made it safe, and the page's policy allows no script in it.
  byId('text').innerHTML = s.html
  for (const code of document.querySelectorAll<HTMLElement>('#text [data-command]')) addButtons(code)
  byId('check').hidden = !s.hasCheck
  byId('snapshots').replaceChildren(
    ...s.snapshots.map((x) => {
      const item = el('li', {
        textContent: x.current ? pageText('{name} (the lab came from here)', { name: x.name }) : x.name,
      })
      item.style.marginInlineStart = `${x.depth}em`
      return item
    }),
  )
  terminals.setNodes(s.nodes)
  enable()
}

const MARKS = { passed: '✓', here: '→', open: '·' } as const

function stepItem({ number, title, state, failed, hints }: PageState['steps'][number]): HTMLElement {
  const counted = [
    failed > 0 ? pageText('{count} tries', { count: failed }) : '',
    hints > 0 ? pageText('{count} hints', { count: hints }) : '',
  ].filter((x) => x !== '')
  const words = { passed: pageText('passed'), here: pageText('you are here'), open: pageText('not passed yet') }[state]
  const item = el('li', { className: state })
  if (state === 'here') item.setAttribute('aria-current', 'step')
  const go = el('button', {
    type: 'button',
    textContent: title,
    title: pageText('go to where step {number} begins', { number }),
  })
  go.addEventListener('click', () => void act('catch-up', number))
  item.append(el('span', { className: 'mark', textContent: MARKS[state], ariaLabel: words }), go)
  if (counted.length > 0) item.append(el('small', { textContent: ` ${counted.join(', ')}` }))
  return item
}

/** Run and copy, before a command of the text. */
function addButtons(code: HTMLElement): void {
  const command = state?.commands.find((c) => String(c.number) === code.dataset['command'])
  if (!command) return
  const bar = el('span', { className: 'command' })
  if (command.action === 'exec') {
    const run = el('button', {
      type: 'button',
      textContent: `▶ ${command.number}`,
      title: pageText('type it into the terminal'),
    })
    run.setAttribute('aria-label', pageText('Run command {number}', { number: command.number }))
    run.addEventListener('click', () => terminals.type(`${command.text.trimEnd()}\r`))
    bar.append(run)
  }
  const copy = el('button', { type: 'button', textContent: pageText('Copy') })
  copy.setAttribute('aria-label', pageText('Copy command {number}', { number: command.number }))
  copy.addEventListener('click', () => void navigator.clipboard.writeText(command.text))
  bar.append(copy)
  const block = code.parentElement?.tagName === 'PRE' ? code.parentElement : code
  block.before(bar)
}

function enable(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('#buttons button, #steps button'))
    button.disabled = busy
  const s = state
  if (!s || busy) return
  const off = (id: string, when: boolean): void => void byId(id).toggleAttribute('disabled', when)
  off('next', (s.hasCheck && !s.passed) || s.step === s.steps.length)
  off('back', s.step <= 1)
}

function tell(ok: boolean, message: string, output: string): void {
  const parts: Node[] = [el('p', { className: ok ? 'good' : 'bad', textContent: message })]
  if (output !== '') parts.push(el('pre', { textContent: output }))
  byId('result').replaceChildren(...parts)
}

/** One action at a time, because an action locks the lab. */
async function act(action: ActionName, step?: number): Promise<void> {
  if (busy) return
  busy = true
  enable()
  byId('busy').textContent = `${action} …`
  try {
    const query = step === undefined ? '' : `?step=${step}`
    const { ok, message, output } = await ask<ActionResult>(`/api/act/${action}${query}`, 'POST')
    if (action === 'hint') byId('hints').append(el('li', { textContent: message }))
    else tell(ok, message, output)
    const before = state?.step
    show(await ask<PageState>('/api/state'))
    if (state?.step !== before || action === 'reset') {
      byId('hints').replaceChildren()
      byId('text').focus()
      // The nodes went back in time, and their shells with them.
      if (['back', 'reset', 'catch-up'].includes(action)) terminals.reconnect()
    }
  } catch (error) {
    tell(false, error instanceof Error ? error.message : String(error), '')
  } finally {
    busy = false
    byId('busy').textContent = ''
    enable()
  }
}

for (const action of ['check', 'next', 'hint', 'solve', 'back', 'reset'] as const)
  byId(action).addEventListener('click', () => void act(action))

document.addEventListener('keydown', (e) => {
  if (!e.ctrlKey || !e.altKey) return
  if (e.key === 'ArrowLeft' || e.key === 'ArrowRight') terminals.move(e.key === 'ArrowLeft' ? -1 : 1)
  else if (e.key === 'ArrowUp') byId('text').focus()
  else return
  e.preventDefault()
})

// Shows klab's progress, as on its own terminal.
new EventSource('/api/lines').addEventListener('message', (e: MessageEvent<string>) => {
  if (busy) byId('busy').textContent = String(JSON.parse(e.data))
})

ask<PageState>('/api/state').then(show, (error: unknown) =>
  tell(false, error instanceof Error ? error.message : String(error), ''),
)
