/** klab.yaml beside index.json: klab's own settings of a lesson. */
import * as z from 'zod'
import { LessonError } from '../errors.js'
import { explainIssues } from '../labfile/explain.js'
import { choice, section, text } from '../labfile/fields.js'
import { PHASE_NAMES, type PhaseName } from '../labfile/phases.js'
import { readSource } from '../labfile/source.js'

const WORDS = 'must be text of 1 to 4000 characters'
const words = z.string(WORDS).min(1, WORDS).max(4000, WORDS)
const SCRIPT = 'must be a script in the lesson’s folder, or a command'
const script = z.string(SCRIPT).min(1, SCRIPT).max(4000, SCRIPT)
/** Linux’ own rule for login names. */
const user = text(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be a login name such as root')
const count = (most: number) => {
  const must = `must be a whole number from 1 to ${most}`
  return z.int(must).min(1, must).max(most, must)
}
const list = <T extends z.ZodType>(of: T, most: number) => {
  const must = `must be a list of at most ${most}`
  return z.array(of, must).max(most, must)
}

const step = section({
  node: words.optional(),
  user: user.optional(),
  timeoutSeconds: count(3600).optional(),
  solve: script.optional(),
  hints: list(words, 20).optional(),
  hintcheck: script.optional(),
  sections: list(words, 20).optional(),
})

const titles = section({
  title: words.optional(),
  description: words.optional(),
  steps: list(words, 200).optional(),
  hints: list(list(words, 20), 200).optional(),
})

const extras = section({
  ground: choice('killercoda', 'lab').optional(),
  until: choice(...(PHASE_NAMES as readonly [PhaseName, ...PhaseName[]])).optional(),
  skip: z.boolean('must be true or false').optional(),
  minutes: count(600).optional(),
  level: choice('easy', 'hard').optional(),
  steps: list(step, 200).optional(),
  languages: z
    .record(text(/^[a-z]{2,3}$/, 'must be a language such as zh'), titles, 'must be a map of languages')
    .optional(),
})

/** The content of klab.yaml; every field may be missing. */
export type Extras = z.infer<typeof extras>
export type StepExtras = z.infer<typeof step>

/** Reads klab.yaml. Throws LessonError with every mistake, each with its line and column. */
export function readExtras(yaml: string, file: string): Extras {
  const source = readSource(yaml)
  const issues = source.issues.map((i) => ({ ...i, message: i.field === '' ? i.message : `${i.field}: ${i.message}` }))
  if (source.data === undefined) throw new LessonError(issues.map((i) => ({ ...i, file })))
  const parsed = extras.safeParse(source.data)
  if (!parsed.success)
    issues.push(
      ...explainIssues(parsed.error.issues, source.data, source).map((i) => ({
        ...i,
        message: `${i.field}: ${i.message}`,
      })),
    )
  if (issues.length > 0 || !parsed.success) throw new LessonError(issues.map((i) => ({ ...i, file })))
  return parsed.data
}
