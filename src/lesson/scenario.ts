/** From a lesson's folder to a lesson: index.json as Killercoda and Katacoda have it, and klab.yaml. */
import { basename, join } from 'node:path'
import { LessonError, type LessonIssue } from '../errors.js'
import { isObject } from '../host/json.js'
import { environmentOf } from './environment.js'
import { readExtras, type Extras, type StepExtras } from './extras.js'
import { openFolder, type LessonFolder } from './folder.js'
import { readJsonFile, type JsonFile } from './json-file.js'
import type { Lesson, LessonAsset, LessonPart, LessonScript, LessonStep } from './model.js'
import { inLanguage, titlesOf } from './language.js'

/** Seconds that a check may take (lessons-notes.md). Under emulation everything takes longer: see patience. */
const CHECK_SECONDS = 60

/** A folder that is being read. Problems are collected, not thrown at once. */
interface Reading {
  readonly folder: LessonFolder
  readonly index: JsonFile
  readonly language: string | undefined
  readonly issues: LessonIssue[]
}

type Fields = Readonly<Record<string, unknown>>
type Path = readonly (string | number)[]

const fieldsOf = (x: unknown): Fields => (isObject(x) ? x : {})
const textOf = (x: unknown): string | undefined => (typeof x === 'string' && x.trim() !== '' ? x : undefined)

const tell = (r: Reading, at: Path, message: string): void => {
  r.issues.push({ file: join(r.folder.dir, 'index.json'), ...r.index.place(at), message })
}

/** Does `work`; an error becomes one more problem. */
async function gather<T>(r: Reading, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof LessonError)) throw error
    r.issues.push(...error.issues)
    return undefined
  }
}

/** Characters that are usual in commands but not in names of files. */
const LIKE_A_COMMAND = /[\s;|&<>()$`"']/

/** A script file of the folder, or a command in its place. */
async function scriptOf(r: Reading, at: Path, value: unknown): Promise<LessonScript | undefined> {
  if (value === undefined || value === null || value === '') return undefined
  const name = textOf(value)
  if (name === undefined) {
    tell(r, at, 'must be the name of a script')
    return undefined
  }
  return gather(r, async () => {
    const isCommand = LIKE_A_COMMAND.test(name)
    // A command may hold `..` and begin with a slash; a file may not.
    const text = isCommand ? await r.folder.read(name).catch(() => undefined) : await r.folder.read(name)
    if (text !== undefined) return { name, text }
    if (isCommand) return { name, text: `${name}\n` }
    tell(r, at, `${name}: no such file`)
    return undefined
  })
}

/** `at`: the path of the part. Katacoda's `courseData` and `code` are its background and foreground. */
async function partOf(r: Reading, at: Path, value: unknown): Promise<LessonPart> {
  const part = fieldsOf(value)
  const named = textOf(part['text'])
  const text = named === undefined ? undefined : await inLanguage(r.folder, named, r.language).catch(() => named)
  const found = named === undefined || (await gather(r, async () => (await r.folder.read(named)) !== undefined))
  if (found === false) tell(r, [...at, 'text'], `${named}: no such file`)
  const one = (...keys: string[]): Promise<LessonScript | undefined> => {
    const key = keys.find((k) => part[k] !== undefined) ?? ''
    return scriptOf(r, [...at, key], part[key])
  }
  return { text, background: await one('background', 'courseData'), foreground: await one('foreground', 'code') }
}

async function stepOf(r: Reading, number: number, value: unknown, more: StepExtras): Promise<LessonStep> {
  const at: Path = ['details', 'steps', number - 1]
  const fields = fieldsOf(value)
  if (!isObject(value)) tell(r, at, `step ${number}: must have a title and a text`)
  else if (textOf(fields['text']) === undefined) tell(r, at, `step ${number}: has no text`)
  return {
    ...(await partOf(r, at, value)),
    number,
    title: textOf(fields['title']) ?? `Step ${number}`,
    verify: await scriptOf(r, [...at, 'verify'], fields['verify']),
    solve: await scriptOf(r, at, more.solve),
    hintcheck: await scriptOf(r, at, more.hintcheck),
    hints: more.hints ?? [],
    node: more.node,
    user: more.user ?? 'root',
    timeoutMs: (more.timeoutSeconds ?? CHECK_SECONDS) * 1000,
    sections: more.sections ?? [],
  }
}

/** `client` is Katacoda's name of the first machine. */
const HOST = /^(?:client|host(\d\d?))$/

function assetsOf(r: Reading, assets: unknown): readonly LessonAsset[] {
  return Object.entries(fieldsOf(assets)).flatMap(([host, list]) => {
    const at: Path = ['details', 'assets', host]
    const named = HOST.exec(host)
    if (!named || !Array.isArray(list)) {
      tell(r, at, `${host}: assets must be lists under host01, host02, …`)
      return []
    }
    return list.flatMap((one: unknown, i): LessonAsset[] => {
      const { file, target, chmod } = fieldsOf(one)
      if (textOf(file) === undefined || textOf(target) === undefined) {
        tell(r, [...at, i], 'an asset needs file and target')
        return []
      }
      return [{ host: Number(named[1] ?? 1) - 1, file: String(file), target: String(target), chmod: textOf(chmod) }]
    })
  })
}

/** What the website can do and klab cannot, in words. */
function notesOf(index: Fields): readonly string[] {
  const layout = fieldsOf(index['interface'])['layout'] ?? fieldsOf(index['environment'])['uilayout']
  const backend = fieldsOf(index['backend'])
  const { differs } = environmentOf(textOf(backend['imageid']))
  return [
    ...(typeof layout === 'string' && /ide|editor/.test(layout)
      ? [`it asks for the layout ${layout}: klab has no editor in the page; use one in the terminal`]
      : []),
    ...(differs === undefined ? [] : [differs]),
  ]
}

/** The lesson's languages; a file in a language replaces the plain one. */
export interface ReadOptions {
  /** Such as `zh`: texts of that language where there are any. */
  readonly language?: string | undefined
}

/**
 * Reads a lesson's folder: its scripts and the names of its texts. Throws LessonError with all that is wrong: no
 * index.json, no JSON, a file that is missing or lies outside.
 */
export async function readLesson(path: string, { language }: ReadOptions = {}): Promise<Lesson> {
  const folder = await openFolder(path)
  const file = join(folder.dir, 'index.json')
  const json = await folder.read('index.json')
  if (json === undefined)
    throw new LessonError([{ file, message: 'no such file; a lesson’s folder has one' }], {
      hint: 'klab lesson new NAME writes a sample lesson',
    })
  const index = readJsonFile(json, file)
  const r: Reading = { folder, index, language, issues: [] }
  const more =
    (await gather(r, async () => {
      const text = await folder.read('klab.yaml')
      return text === undefined ? undefined : readExtras(text, join(folder.dir, 'klab.yaml'))
    })) ?? {}
  const lesson = await assemble(r, fieldsOf(index.data), more)
  if (r.issues.length > 0) throw new LessonError(r.issues)
  return titlesOf(lesson, more, language)
}

async function assemble(r: Reading, index: Fields, more: Extras): Promise<Lesson> {
  const details = fieldsOf(index['details'])
  const steps = details['steps'] ?? []
  if (!Array.isArray(steps)) tell(r, ['details', 'steps'], 'must be a list')
  const list: readonly unknown[] = Array.isArray(steps) ? steps : []
  const extra = more.steps ?? []
  if (extra.length > list.length)
    r.issues.push({
      file: join(r.folder.dir, 'klab.yaml'),
      message: `has ${extra.length} steps, index.json has ${list.length}`,
    })
  const imageId = textOf(fieldsOf(index['backend'])['imageid'])
  return {
    dir: r.folder.dir,
    name: basename(r.folder.dir),
    title: textOf(index['title']) ?? basename(r.folder.dir),
    description: textOf(index['description']) ?? '',
    imageId,
    intro: await partOf(r, ['details', 'intro'], details['intro']),
    steps: await Promise.all(list.map((step, i) => stepOf(r, i + 1, step, extra[i] ?? {}))),
    finish: await partOf(r, ['details', 'finish'], details['finish']),
    assets: assetsOf(r, details['assets']),
    ground: more.ground ?? (imageId === undefined ? 'lab' : 'killercoda'),
    until: more.until,
    skip: more.skip ?? false,
    minutes: more.minutes,
    level: more.level,
    notes: notesOf(index),
  }
}
