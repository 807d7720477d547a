/** `klab lesson open`: the page, connected to the verbs of the open lesson. */
import { extname, join } from 'node:path'
import { readSmall } from '../../host/files.js'
import { Interrupted, StateError } from '../../errors.js'
import { openFolder } from '../../lesson/folder.js'
import { renderHtml } from '../../lesson/html.js'
import { connectWithin } from '../../node/connections.js'
import type { PageActions } from '../../page/actions.js'
import { servePage, type PageServer } from '../../page/server.js'
import type { ActionName, ActionResult, PageState } from '../../page/types.js'
import { seconds } from '../../report/text.js'
import type { LabContext } from '../context.js'
import { recordedLab } from '../open.js'
import { CONNECT_MS, requireNode } from '../reach.js'
import { listAll } from '../snapshot-verbs.js'
import { english } from '../../words/say.js'
import type { WentToStep } from './go.js'
import { currentLesson, firstNode, hostsOf } from './in-lesson.js'
import { readPage, statusOf } from './look.js'
import { OUTCOME_WORDS } from './outcome-words.js'
import { pageOf } from './page.js'
import { backVerb, catchUpVerb, checkVerb, hintVerb, nextVerb, resetVerb, solveVerb } from './verbs.js'

export interface OpenRequest {
  /** 0 or absent: any. */
  readonly port?: number | undefined
  readonly language?: string | undefined
}

export interface OpenPage extends PageServer {
  /** Rejects with Interrupted when the signal of `openLab` has ended it. */
  readonly ended: Promise<never>
}

/** Media types of pictures. SVG is left out, because it may contain scripts. */
const PICTURES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
}
const MAX_PICTURE_BYTES = 10 * 2 ** 20

async function stateOf(c: LabContext, language: string | undefined): Promise<PageState> {
  const found = await currentLesson(c, language)
  const status = await statusOf(found)
  const page = await pageOf(found, found.progress.step === 1 ? 'start' : 'step')
  const text = readPage(page, found.record)
  const step = found.lesson.steps[found.progress.step - 1]
  const own = step?.node ?? firstNode(found.record)
  const names = hostsOf(found.record).map((n) => n.name)
  const isPicture = (src: string): boolean => PICTURES[extname(src).toLowerCase()] !== undefined
  return {
    title: page.title,
    step: page.step,
    steps: status.steps,
    stepTitle: page.stepTitle,
    html: renderHtml(text, { image: (src) => (isPicture(src) ? `/img/${encodeURIComponent(src)}` : undefined) }),
    commands: text.commands,
    hasCheck: page.hasCheck,
    passed: page.passed,
    nodes: [own, ...names.filter((n) => n !== own)],
    snapshots: await listAll(c),
  }
}

const went = ({ ms, step, stepTitle }: WentToStep): ActionResult => ({
  ok: true,
  message: `step ${step}: ${stepTitle}${ms === undefined ? '' : `; the lab went back in ${seconds(ms)}`}`,
  output: '',
})

/** Does one action; returns what to say about it. */
async function act(
  c: LabContext,
  { action, step, language }: { action: ActionName; step: number | undefined; language: string | undefined },
): Promise<ActionResult> {
  switch (action) {
    case 'check': {
      const r = await checkVerb(c)
      const saved = r.snapshot === undefined ? '' : `; saved as ${r.snapshot}`
      return { ok: r.outcome === 'passed', message: `${OUTCOME_WORDS[r.outcome]}${saved}`, output: r.output }
    }
    case 'hint': {
      const h = await hintVerb(c, language)
      return { ok: true, message: h.text, output: '' }
    }
    case 'solve': {
      const r = await solveVerb(c)
      return { ok: r.outcome === 'passed', message: `its solution: ${OUTCOME_WORDS[r.outcome]}`, output: r.output }
    }
    case 'next':
      return went(await nextVerb(c, { language }))
    case 'back':
      return went(await backVerb(c, language))
    case 'reset':
      return went(await resetVerb(c, { language }))
    case 'catch-up':
      return went(await catchUpVerb(c, step ?? 1, language))
  }
}

/**
 * Serves the open lesson on 127.0.0.1 until `close`. Throws StateError if none is open, or if the port is taken.
 */
export async function openLessonPage(c: LabContext, { port = 0, language }: OpenRequest = {}): Promise<OpenPage> {
  const { lesson } = await currentLesson(c)
  const listeners = new Set<(line: string) => void>()
  const told: LabContext = {
    ...c,
    report: (event) => {
      c.report(event)
      const line = 'text' in event ? event.text : 'title' in event ? event.title : undefined
      if (typeof line === 'string') for (const tell of listeners) tell(line)
    },
  }
  const { record, paths } = await recordedLab(c.doors.env, c.file)
  // The page has its own: each verb closes the one that it used.
  const shells = await c.doors.world(record.lab)
  const actions: PageActions = {
    state: () => stateOf(c, language),
    act: (action, step) => act(told, { action, step, language }),
    image: async (path) => {
      const type = PICTURES[extname(path).toLowerCase()]
      const file = type === undefined ? undefined : await (await openFolder(lesson.dir)).find(path)
      const bytes = file === undefined ? undefined : await readSmall(file, MAX_PICTURE_BYTES)
      return bytes && type !== undefined ? { bytes, type } : undefined
    },
    terminal: async (node, size) => {
      requireNode('lesson', record, node)
      const guest = await connectWithin({ world: shells, paths, record }, node, CONNECT_MS)
      return guest.terminal(['sudo', '-n', '-i'], size)
    },
    lines: (listener) => {
      listeners.add(listener)
      return { stop: () => void listeners.delete(listener) }
    },
  }
  const files = join(c.doors.assets, 'dist', 'page')
  const server = await servePage(actions, { files, port }).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause
    throw new StateError(english('127.0.0.1:{port} is taken', { port }), {
      hint: english('klab lesson open, without --port'),
      cause,
    })
  })
  const close = async (): Promise<void> => {
    await server.close()
    await shells.guests.close()
  }
  const { signal } = c.doors
  const ended = new Promise<never>((_, reject) => {
    const stop = (): void => void close().finally(() => reject(new Interrupted()))
    signal.addEventListener('abort', stop, { once: true })
    // It may have come while the server started.
    if (signal.aborted) stop()
  })
  // Callers that wait for the server get the error.
  ended.catch(() => undefined)
  return { url: server.url, close, ended }
}
