/** The text that the trainee reads at the present step. */
import { openFolder } from '../../lesson/folder.js'
import type { Lesson } from '../../lesson/model.js'
import { stepOf, type LessonProgress } from '../../lesson/progress.js'

export interface LessonPage {
  readonly lesson: string
  readonly title: string
  /** 0: the introduction; one more than there are steps: the end. */
  readonly step: number
  readonly steps: number
  readonly stepTitle: string
  /** Markdown; at the start with the introduction. */
  readonly markdown: string
  readonly hasCheck: boolean
  readonly passed: boolean
}

/** `start`: the introduction and the first step; `finish`: the end; otherwise the step. Throws LessonError. */
export async function pageOf(
  { lesson, progress }: { readonly lesson: Lesson; readonly progress: LessonProgress },
  which: 'start' | 'step' | 'finish' = 'step',
): Promise<LessonPage> {
  const folder = await openFolder(lesson.dir)
  const step = lesson.steps[progress.step - 1]
  const names =
    which === 'finish' ? [lesson.finish.text] : which === 'start' ? [lesson.intro.text, step?.text] : [step?.text]
  const texts = await Promise.all(
    names.map(async (name) => (name === undefined ? '' : ((await folder.read(name)) ?? ''))),
  )
  return {
    lesson: lesson.name,
    title: lesson.title,
    step: which === 'finish' ? lesson.steps.length + 1 : progress.step,
    steps: lesson.steps.length,
    stepTitle: which === 'finish' ? '' : (step?.title ?? ''),
    markdown: texts.filter((text) => text.trim() !== '').join('\n\n'),
    hasCheck: step !== undefined && isChecked(step),
    passed: stepOf(progress, progress.step).passed,
  }
}

/** Whether the step has a check. */
export const isChecked = (step: Lesson['steps'][number]): boolean =>
  step.verify !== undefined || step.sections.length > 0
