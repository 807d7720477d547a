/** Begins a step: runs its scripts, and notes in the journal that the lab is at this step. */
import type { LessonPart, LessonScript, LessonStep } from '../../lesson/model.js'
import type { Way } from '../../lesson/journal.js'
import type { Ran } from '../../lesson/in-guest.js'
import { StateError } from '../../errors.js'
import { staged } from '../../snapshot/types.js'
import { english } from '../../words/say.js'
import { judgeUntil } from './check.js'
import { copyAssets, prepareNodes } from './prepare.js'
import { runAgainIfBusy, type LessonLab } from './in-lesson.js'

/** ms that a start script may take; one in the background then continues alone. Multiplied by patience. */
const BEGIN_MS = 300_000

async function runPart(lab: LessonLab, part: LessonPart, what: string, node?: string): Promise<void> {
  // The foreground usually waits for what the background makes.
  const background = part.background && run(lab, { script: part.background, way: 'background', what, node })
  const foreground = part.foreground && run(lab, { script: part.foreground, way: 'show', what, node })
  await Promise.all([background, foreground])
}

interface Begin {
  readonly script: LessonScript
  readonly way: 'background' | 'show'
  readonly what: string
  readonly node: string | undefined
}

async function run(lab: LessonLab, { script, way, what, node }: Begin): Promise<void> {
  const title = `${what}: ${script.name.split('\n')[0] ?? ''}`
  const ran = await runAgainIfBusy(lab, { way, user: 'root', ms: BEGIN_MS, node, title }, script)
  const said = told(ran)
  if (said === undefined) return
  if (ran.outcome === 'unreachable')
    throw new StateError(english('{title}: the node does not answer: {output}', { title, output: ran.output }), {
      hint: english('klab status, klab lesson reset'),
    })
  // Public scripts often end with a status other than 0, and the lesson still works.
  lab.say(`${title}: ${said}`)
}

/** How a start script ended, if that is worth a line. */
function told({ outcome, exitCode, output }: Ran): string | undefined {
  if (outcome === 'passed') return undefined
  if (outcome === 'running') return 'still runs in the background'
  const last = output.trimEnd().split('\n').at(-1) ?? ''
  const how = outcome === 'timed-out' ? 'took too long and was ended' : `ended with exit status ${exitCode ?? '?'}`
  return last === '' ? how : `${how}: ${last}`
}

/** ms until a fault must show; a node is NotReady after 40 s at the earliest. Multiplied by patience. */
const SYMPTOM_MS = 180_000

/** Waits until the symptom of a fault shows: its check fails. Throws StateError if it does not. */
async function awaitSymptom(lab: LessonLab, step: LessonStep): Promise<void> {
  await staged(lab, ['symptom', 'waiting for the symptom'], async () => {
    const { outcome, output } = await judgeUntil(lab, step, { wanted: 'failed', withinMs: SYMPTOM_MS })
    if (outcome !== 'failed')
      throw new StateError(
        english('{name}: its symptom did not appear: {outcome}\n{output}', { name: lab.lesson.name, outcome, output }),
        {
          hint: english('klab lesson reset, klab lesson finish'),
        },
      )
  })
}

/**
 * Begins a step on a lab that is where the previous step ended. Throws ProbeError, CommandError, StateError; the
 * journal then says that the step is not ready.
 */
export async function enterStep(lab: LessonLab, number: number, way: Way): Promise<void> {
  const { lesson } = lab
  const step = lesson.steps[number - 1]
  await lab.tell({ event: 'entering', step: number, way })
  if (number === 1) {
    if (lesson.ground === 'killercoda') await prepareNodes(lab)
    await copyAssets(lab)
    await runPart(lab, lesson.intro, 'beginning')
  }
  if (step) await runPart(lab, step, `step ${number}`, step.node)
  if (step && lesson.level !== undefined) await awaitSymptom(lab, step)
  await lab.tell({ event: 'entered', step: number, way })
}
