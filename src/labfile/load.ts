/** Loads a Labfile from disk: the frozen model, or all its problems at once. */
import { dirname } from 'node:path'
import { LabfileError, type LabfileIssue } from '../errors.js'
import { english } from '../words/say.js'
import { buildLab } from './build.js'
import { checkRules } from './check.js'
import { draftOf } from './draft.js'
import { explainIssues } from './explain.js'
import type { Lab, LoadedLab } from './model.js'
import { HINT, MAX_BYTES, readLabfile, tooLarge } from './read.js'
import { documentSchema } from './schema.js'
import { fieldName, readSource } from './source.js'

/** Problems shown at most. */
const MAX_ISSUES = 50

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}

function fail(path: string, issues: readonly LabfileIssue[]): never {
  const sorted = [...issues].sort((a, b) => a.line - b.line || a.column - b.column)
  const last = sorted[MAX_ISSUES - 1]
  const shown =
    last && sorted.length > MAX_ISSUES
      ? [
          ...sorted.slice(0, MAX_ISSUES),
          {
            ...last,
            field: '',
            message: english('and {length} more problems', { length: sorted.length - MAX_ISSUES }),
          },
        ]
      : sorted
  throw new LabfileError(path, shown, { hint: HINT })
}

/** Whether one field is the other or is in it. */
const within = (inner: string, outer: string): boolean =>
  inner.startsWith(outer) && ['', '.', '['].includes(inner.charAt(outer.length))

/**
 * The lab that a Labfile's text describes, deeply frozen. `path` is absolute: relative paths in the file are taken from
 * its folder. `shown` is how messages name the file. Throws LabfileError with all problems, in the order of the file.
 */
export function parseLabfile(text: string, path: string, shown: string = path): Lab {
  if (Buffer.byteLength(text) > MAX_BYTES) throw tooLarge(shown)
  const source = readSource(text)
  if (source.data === undefined) fail(shown, source.issues)
  const parsed = documentSchema.safeParse(source.data)
  const issues = [...source.issues]
  const add = (more: readonly LabfileIssue[]) => {
    // A field that has a problem, or is part of one that has, gets no second one.
    const known = issues.map((issue) => issue.field)
    issues.push(...more.filter((issue) => !known.some((field) => field !== '' && within(issue.field, field))))
  }
  add(parsed.success ? [] : explainIssues(parsed.error.issues, source.data, source))
  const draft = parsed.success ? parsed.data : draftOf(source.data)
  add(
    checkRules(draft, source.has).map(({ path: at, message }) => ({
      field: fieldName(at),
      message,
      ...source.place(at),
    })),
  )
  if (issues.length > 0 || !parsed.success) fail(shown, issues)
  return deepFreeze(buildLab(parsed.data, dirname(path)))
}

/**
 * Loads the Labfile at an absolute path (findLabfile gives one). `shown` is how messages name it.
 * Throws LabfileError with all problems at once, UsageError when it can't be read.
 */
export async function loadLabfile(path: string, shown: string = path): Promise<LoadedLab> {
  const { text, sha256 } = await readLabfile(path, shown)
  return Object.freeze({ lab: parseLabfile(text, path, shown), path, sha256 })
}
