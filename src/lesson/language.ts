/** Texts of a lesson in the reader's language: `step1.zh.md` beside `step1.md`. */
import { extname } from 'node:path'
import type { Extras } from './extras.js'
import type { LessonFolder } from './folder.js'
import type { Lesson } from './model.js'

/** The file in that language, otherwise the plain one. Throws LessonError as the folder does. */
export async function inLanguage(folder: LessonFolder, name: string, language: string | undefined): Promise<string> {
  if (language === undefined) return name
  const end = extname(name)
  const own = `${name.slice(0, name.length - end.length)}.${language}${end}`
  return (await folder.find(own)) === undefined ? name : own
}

/** With the titles and hints that klab.yaml has in that language. */
export function titlesOf(lesson: Lesson, { languages }: Extras, language: string | undefined): Lesson {
  const own = language === undefined ? undefined : languages?.[language]
  if (!own) return lesson
  return {
    ...lesson,
    title: own.title ?? lesson.title,
    description: own.description ?? lesson.description,
    steps: lesson.steps.map((step, i) => ({
      ...step,
      title: own.steps?.[i] ?? step.title,
      hints: own.hints?.[i] ?? step.hints,
    })),
  }
}
