/** What is wrong with a lesson, or would be in a lab. Pure; scripts are parsed elsewhere. */
import type { LessonIssue } from '../errors.js'
import { isObject } from '../host/json.js'
import type { JsonFile } from './json-file.js'
import type { Lesson, LessonScript } from './model.js'
import { fullImage, hostsIn, imagesIn, internetIn } from './names.js'

export interface LintIssue extends LessonIssue {
  /** `error`: it cannot run; `warning`: it may not do what it should. */
  readonly level: 'error' | 'warning'
}

/** A file of the lesson. */
export interface LessonFile {
  readonly file: string
  readonly text: string
}

/** What klab knows about the lab; undefined: there is no lab. */
export interface LintLab {
  /** Names that its machines have, aliases too. */
  readonly hosts: readonly string[]
  readonly internet: boolean
  /** Image references of its bundle; undefined: not known. */
  readonly images: readonly string[] | undefined
}

/** Keys of index.json that a website or klab uses; `time` and the like are shown in lists. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  '': [
    'title',
    'description',
    'difficulty',
    'time',
    'details',
    'backend',
    'interface',
    'environment',
    'icon',
    'pathwayTitle',
  ],
  details: ['intro', 'steps', 'finish', 'assets'],
  'details.intro': ['text', 'title', 'background', 'foreground', 'courseData', 'code'],
  'details.finish': ['text', 'title', 'background', 'foreground'],
  'details.steps[]': ['title', 'text', 'verify', 'background', 'foreground', 'courseData', 'code', 'answer'],
  backend: ['imageid', 'port'],
  interface: ['layout'],
}

/** Unknown keys: usually typing mistakes. */
export function unknownKeys(index: JsonFile, file: string): readonly LintIssue[] {
  const found: LintIssue[] = []
  const look = (value: unknown, path: readonly (string | number)[]): void => {
    const name = path
      .map((p) => (typeof p === 'number' ? '[]' : p))
      .join('.')
      .replaceAll('.[]', '[]')
    const known = KNOWN[name]
    if (Array.isArray(value)) value.forEach((v, i) => look(v, [...path, i]))
    if (!isObject(value)) return
    for (const [key, inner] of Object.entries(value)) {
      if (known && !known.includes(key))
        found.push({
          file,
          level: 'warning',
          ...index.place([...path, key]),
          message: `${key}: unknown key; it is ignored`,
        })
      look(inner, [...path, key])
    }
  }
  look(index.data, [])
  return found
}

/** Whether a script can never fail. */
export const neverFails = ({ text }: LessonScript): boolean => {
  const lines = text
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => l !== '' && !l.startsWith('#'))
  const last = lines.at(-1) ?? ''
  return (
    lines.length === 0 ||
    (/^(?:exit 0|true|:|echo\b.*)$/.test(last) && !/\bexit\s+(?:[1-9]|\$)|\bset -\w*e|\bfalse\b/.test(text))
  )
}

/** What is missing in the steps. */
export function stepIssues(lesson: Lesson, file: string, place: JsonFile['place']): readonly LintIssue[] {
  return lesson.steps.flatMap((step, i) => {
    const at = place(['details', 'steps', i])
    const warn = (message: string): LintIssue => ({
      file,
      ...at,
      level: 'warning',
      message: `step ${step.number}: ${message}`,
    })
    return [
      ...(step.verify && neverFails(step.verify)
        ? [warn(`${step.verify.name} never fails, so it checks nothing`)]
        : []),
      ...(step.verify && !step.solve
        ? [warn('has a check and no solve script (klab.yaml): klab lesson test cannot test it')]
        : []),
      ...(!step.verify && step.sections.length === 0 && step.solve ? [warn('has a solve script and no check')] : []),
    ]
  })
}

/** Images that texts and scripts name, each once; with a lab: only those that it lacks. */
export function imagesNamed(texts: readonly LessonFile[], lab?: LintLab): readonly string[] {
  const have = new Set((lab?.images ?? []).map(fullImage))
  const words = texts.flatMap(({ text }) => imagesIn(text)).map((n) => n.word)
  return [...new Set(words)].filter((word) => !have.has(fullImage(word))).sort()
}

/** What texts and scripts use that the lab does not have; each name once. */
export function labIssues(texts: readonly LessonFile[], lab: LintLab): readonly LintIssue[] {
  const found: LintIssue[] = []
  const seen = new Set<string>()
  const warn = (file: string, line: number, message: string): void => {
    if (seen.has(message)) return
    seen.add(message)
    found.push({ file, line, level: 'warning', message })
  }
  const have = lab.images && new Set(lab.images.map(fullImage))
  for (const { file, text } of texts) {
    for (const { word, line } of imagesIn(text))
      if (have && !have.has(fullImage(word))) warn(file, line, `image ${word}: the lab does not have it`)
    for (const { word, line } of hostsIn(text))
      if (!lab.hosts.includes(word)) warn(file, line, `ssh ${word}: the lab has no such machine`)
    if (!lab.internet)
      for (const { word, line } of internetIn(text))
        warn(file, line, `needs the internet, which the lab does not have (network.internet): ${word}`)
  }
  return found
}
