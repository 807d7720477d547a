/** Turns zod's issues into ours: the field, the place, what is allowed and what was found. */
import type * as z from 'zod'
import type { LabfileIssue } from '../errors.js'
import { nearest } from '../report/nearest.js'
import { fieldName, type Path, type YamlSource } from './source.js'
import { isObject } from '../host/json.js'
import { english } from '../words/say.js'

type Issue = z.core.$ZodIssue

const pathOf = (path: readonly PropertyKey[]): Path => path.map((p) => (typeof p === 'number' ? p : String(p)))

/** The value at a path of the data. */
function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null
        ? (Object.entries(at).find(([k]) => k === String(part)) ?? [])[1]
        : undefined,
    data,
  )
}

/** A map that fits none of several forms: the issues of the nearest form. */
function unfold(issue: Issue, data: unknown): Issue[] {
  if (issue.code !== 'invalid_union' || !isObject(valueAt(data, pathOf(issue.path)))) return [issue]
  const weight = (list: readonly Issue[]) =>
    list.reduce((sum, i) => sum + (i.code === 'unrecognized_keys' ? i.keys.length : 1), 0)
  const forms = issue.errors.filter((list) => !list.some((i) => i.path.length === 0 && i.code !== 'unrecognized_keys'))
  // First by the form's own fields: many mistakes deep inside one do not make it another form.
  const own = (list: readonly Issue[]) => weight(list.filter((i) => i.path.length <= 1))
  const best = [...forms].sort((a, b) => own(a) - own(b) || weight(a) - weight(b))[0]
  return best?.flatMap((inner) => unfold({ ...inner, path: [...issue.path, ...inner.path] }, data)) ?? [issue]
}

/** What was found, for the end of the message; never a secret, never long. */
function found(issue: Issue, value: unknown, written: string | undefined): string {
  if (Array.isArray(value)) return issue.code === 'too_big' ? String(value.length) : english('a list')
  if (isObject(value)) return english('a map')
  if (typeof value !== 'string') return written ?? String(value)
  if (/PRIVATE KEY/.test(value)) return english('a private key')
  const shown = value.replace(/\/\/[^/\s]*@/, '//…@')
  return JSON.stringify(shown.length > 60 ? `${shown.slice(0, 60)}…` : shown)
}

function explainOne(issue: Issue, data: unknown, source: YamlSource): LabfileIssue[] {
  const path = pathOf(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const allowed = issue.message.split(', ')
    return issue.keys.map((key) => {
      const meant = nearest(key, allowed)
      const message =
        meant === undefined
          ? english('unknown field; allowed: {fields}', { fields: issue.message })
          : english('unknown field; did you mean {meant}?', { meant })
      return { field: fieldName([...path, key]), message, ...source.place([...path, key], 'key') }
    })
  }
  const value = valueAt(data, path)
  const say = (message: string) => [{ field: fieldName(path), message, ...source.place(path) }]
  if (!source.has(path)) return say(english('is missing; it {message}', { message: issue.message }))
  if (value === null) return say(english('is empty: give it a value or take it out'))
  if (!issue.message.startsWith('must be ') || path.includes('authorizedKeys')) return say(issue.message)
  const text = found(issue, value, source.written(path))
  const quote =
    issue.code === 'invalid_type' &&
    issue.expected === 'string' &&
    (typeof value === 'number' || typeof value === 'boolean')
  const hint =
    quote && !issue.message.includes('unit')
      ? english(' (to YAML that is the {type} {value}, not text: put it in quotes)', {
          type: typeof value,
          value: String(value),
        })
      : ''
  return say(english('{message}, found {text}{hint}', { message: issue.message, text, hint }))
}

/** All issues in our words, at most one for each field: the first is the cause, others follow from it. */
export function explainIssues(issues: readonly Issue[], data: unknown, source: YamlSource): LabfileIssue[] {
  const all = issues.flatMap((issue) => unfold(issue, data)).flatMap((issue) => explainOne(issue, data, source))
  const seen = new Set<string>()
  return all.filter(({ field }) => !seen.has(field) && seen.add(field))
}
