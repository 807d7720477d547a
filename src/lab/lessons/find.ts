/** Lessons by name and by path. */
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { LessonError, UsageError } from '../../errors.js'
import { exists } from '../../host/files.js'
import { isObject } from '../../host/json.js'
import { openFolder } from '../../lesson/folder.js'
import { readJsonFile } from '../../lesson/json-file.js'
import { readLesson } from '../../lesson/scenario.js'
import { nearest } from '../../report/nearest.js'
import type { LabContext } from '../context.js'
import { findLab } from '../open.js'
import { english } from '../../words/say.js'

export interface ListedLesson {
  readonly name: string
  readonly dir: string
  readonly title: string
  readonly description: string
  readonly steps: number
  readonly minutes: number | undefined
  readonly level: string | undefined
  /** The phase of `up` that it begins after; undefined: a lab that is Ready. */
  readonly until: string | undefined
  /** What is wrong with it; undefined: nothing. */
  readonly problem: string | undefined
}

/** How deep folders may nest: course, chapter, lesson. */
const DEEPEST = 4
/** All public scenarios together are fewer. */
const MOST = 2000

/** The order of a course's lessons (structure.json); those that it does not name come last, by name. */
async function inOrder(dir: string, names: readonly string[]): Promise<readonly string[]> {
  const folder = await openFolder(dir)
  const text = await folder.read('structure.json').catch(() => undefined)
  if (text === undefined) return [...names].sort()
  const { data } = readJsonFile(text, join(dir, 'structure.json'))
  const items = isObject(data) && Array.isArray(data['items']) ? (data['items'] as unknown[]) : []
  const wanted = items.flatMap((i) => (isObject(i) && typeof i['path'] === 'string' ? [i['path']] : []))
  const place = (name: string): number => {
    const at = wanted.indexOf(name)
    return at < 0 ? wanted.length : at
  }
  return [...names].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
}

/** Whether a folder inside a lesson is one itself, and not some program's files. */
async function isLesson(dir: string): Promise<boolean> {
  const text = await (await openFolder(dir)).read('index.json').catch(() => undefined)
  return text !== undefined && /"details"\s*:/.test(text)
}

/**
 * The folders of lessons in a folder, and itself. Some checkouts have a lesson at their top, beside the folders of all
 * others. A link is followed only to what lies in it too.
 */
async function lessonFolders(dir: string, depth = 0, isInside = false): Promise<readonly string[]> {
  const isOne = isInside ? await isLesson(dir) : await exists(join(dir, 'index.json'))
  const found: string[] = isOne ? [dir] : []
  if (depth >= DEEPEST) return found
  const inside = (await readdir(dir, { withFileTypes: true })).filter((e) => e.isDirectory() && !e.name.startsWith('.'))
  for (const name of await inOrder(
    dir,
    inside.map((e) => e.name),
  )) {
    found.push(...(await lessonFolders(join(dir, name), depth + 1, isInside || isOne)))
    if (found.length > MOST)
      throw new UsageError(english('{dir}: more than {most} lessons', { dir, most: MOST }), {
        hint: english('name a folder in it'),
      })
  }
  return found
}

/** Where klab looks for a lesson's name: beside the Labfile, then in its own folder. */
async function shelves(c: LabContext, labfile?: string): Promise<readonly string[]> {
  const labs = join(c.doors.assets, 'labs')
  const own = (await readdir(labs)).sort().map((lab) => join(labs, lab, 'lessons'))
  const beside = labfile === undefined ? [] : [join(dirname(labfile), 'lessons')]
  const all = [...new Set([...beside, ...own])]
  const there = await Promise.all(all.map((dir) => exists(dir)))
  return all.filter((_, i) => there[i])
}

async function listed(dir: string, language: string | undefined): Promise<ListedLesson> {
  try {
    const { name, title, description, steps, minutes, level, until } = await readLesson(dir, { language })
    return { name, dir, title, description, steps: steps.length, minutes, level, until, problem: undefined }
  } catch (error) {
    if (!(error instanceof LessonError)) throw error
    const name = basename(dir)
    const nothing = { description: '', steps: 0, minutes: undefined, level: undefined, until: undefined }
    return { name, dir, title: '', ...nothing, problem: error.message.split('\n')[0] ?? error.message }
  }
}

/** The lessons of these folders; without folders, those beside the Labfile and klab's own. Throws LessonError. */
export async function listLessons(
  c: LabContext,
  o: { readonly dirs?: readonly string[] | undefined; readonly language?: string | undefined } = {},
): Promise<readonly ListedLesson[]> {
  const { env } = c.doors
  const labfile = await findLab(env, c.file)
    .then((l) => l.labfile)
    .catch(() => undefined)
  const dirs = o.dirs?.length ? o.dirs.map((dir) => resolve(env.cwd, dir)) : await shelves(c, labfile)
  const folders: string[] = []
  for (const dir of dirs) {
    if (!(await stat(dir).catch(() => undefined))?.isDirectory())
      throw new UsageError(english('lesson list: {dir}: no such folder', { dir }))
    folders.push(...(await lessonFolders(dir)))
  }
  return Promise.all(folders.map((dir) => listed(dir, o.language)))
}

/** The folder of klab's own faults. */
export const breaksDir = (c: LabContext): string => join(c.doors.assets, 'labs', 'breaks')

/** klab's catalogue of faults. */
export async function listBreaks(c: LabContext, language?: string): Promise<readonly ListedLesson[]> {
  return Promise.all((await lessonFolders(breaksDir(c))).map((dir) => listed(dir, language)))
}

/** The folder of a lesson, by path or by name. Throws UsageError with the nearest name. */
export async function findLesson(c: LabContext, name: string, labfile?: string): Promise<string> {
  const path = resolve(c.doors.env.cwd, name)
  if (name.includes('/') || (await exists(join(path, 'index.json')))) return path
  const folders = (await Promise.all((await shelves(c, labfile)).map((dir) => lessonFolders(dir)))).flat()
  const found = folders.find((dir) => basename(dir) === name)
  if (found !== undefined) return found
  const meant = nearest(
    name,
    folders.map((dir) => basename(dir)),
  )
  throw new UsageError(english('{name}: no such lesson', { name }), {
    hint:
      meant === undefined
        ? english('klab lesson list; for a folder: klab lesson start ./DIR')
        : `klab lesson start ${meant}`,
  })
}
