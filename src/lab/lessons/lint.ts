/** `klab lesson lint`: reads a lesson and says what is wrong. It runs nothing of it. */
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CommandError, LessonError, type LessonIssue } from '../../errors.js'
import type { HostExec } from '../../host/types.js'
import { openFolder } from '../../lesson/folder.js'
import { readJsonFile } from '../../lesson/json-file.js'
import {
  imagesNamed,
  labIssues,
  stepIssues,
  unknownKeys,
  type LessonFile,
  type LintIssue,
  type LintLab,
} from '../../lesson/lint.js'
import type { Lesson, LessonScript } from '../../lesson/model.js'
import { readLesson } from '../../lesson/scenario.js'
import { listExtraImages } from '../../state/extra-images.js'
import type { LabContext } from '../context.js'
import { imagesOfLab } from '../add-images.js'
import { recordedLab } from '../open.js'
import { aliasesOf, filesOf } from './prepare.js'

export interface LintReport {
  readonly dir: string
  readonly ok: boolean
  readonly issues: readonly LintIssue[]
  /** Whether there was a lab to compare with. */
  readonly lab: string | undefined
  /** Images that it pulls or runs, and those of them that the lab lacks (none without a lab). */
  readonly images: readonly string[]
  readonly lacking: readonly string[]
}

const errors = (issues: readonly LessonIssue[]): readonly LintIssue[] => issues.map((i) => ({ ...i, level: 'error' }))

/** Every script of a lesson, once. */
function scriptsOf({ intro, steps, finish }: Lesson): readonly LessonScript[] {
  const parts = [intro, ...steps, finish].flatMap((p) => [p.background, p.foreground])
  const all = [...parts, ...steps.flatMap((s) => [s.verify, s.solve, s.hintcheck])].filter((s) => s !== undefined)
  return [...new Map(all.map((s) => [s.name, s])).values()]
}

/** ms. bash and shellcheck need less for a script. */
const PARSE_MS = 30_000

/** `bash -n` reads a script and runs nothing of it. */
async function parseErrors(exec: HostExec, dir: string, { name, text }: LessonScript): Promise<readonly LintIssue[]> {
  const file = join(dir, name.split('\n')[0] ?? name)
  try {
    await exec.run(['bash', '-n'], { input: text, timeoutMs: PARSE_MS, what: `reading ${name}` })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    const said = error.failure.tail.split('\n').find((l) => /line \d+:/.test(l)) ?? error.failure.tail
    const [, line, message] = /line (\d+): (.*)/.exec(said) ?? []
    return [{ file, line: Number(line ?? 1), level: 'error', message: `does not parse: ${message ?? said}` }]
  }
  if ((await exec.which('shellcheck')) === undefined) return []
  const out = await exec.run(['shellcheck', '-s', 'bash', '-S', 'error', '-f', 'json', '-'], {
    input: text,
    timeoutMs: PARSE_MS,
    allowFailure: true,
    what: `reading ${name}`,
  })
  try {
    const found = JSON.parse(out.stdout) as readonly { line: number; column: number; message: string; code: number }[]
    return found.map((f) => ({
      ...{ file, line: f.line, column: f.column, level: 'warning' },
      message: `${f.message} (shellcheck SC${f.code})`,
    }))
  } catch {
    return []
  }
}

/** The lab of this Labfile; undefined: none is up. */
async function labToCompare(c: LabContext): Promise<(LintLab & { name: string }) | undefined> {
  const found = await recordedLab(c.doors.env, c.file).catch(() => undefined)
  if (!found) return undefined
  const { record } = found
  const world = await c.doors.world(record.lab)
  const extra = await listExtraImages(found.paths, record)
  return {
    name: record.name,
    hosts: [
      ...record.lab.nodes.map((n) => n.name),
      ...aliasesOf(record).map((l) => l.split(' ')[1] ?? ''),
      'localhost',
    ],
    internet: record.lab.network.internet,
    images: record.lab.kubernetes && (await imagesOfLab(world, record, extra)),
  }
}

/** Its texts and scripts. */
async function textsOf(dir: string, lesson: Lesson): Promise<readonly LessonFile[]> {
  const folder = await openFolder(dir)
  const names = (await readdir(folder.dir, { recursive: true })).filter((n) => n.endsWith('.md')).sort()
  const texts = await Promise.all(
    names.map(async (n) => ({ file: join(folder.dir, n), text: (await folder.read(n)) ?? '' })),
  )
  return [...texts, ...scriptsOf(lesson).map(({ name, text }) => ({ file: join(folder.dir, name), text }))]
}

/** Files that index.json wants copied, and that are not there. */
async function assetErrors({ dir, assets }: Lesson): Promise<readonly LintIssue[]> {
  const all = assets.map((asset) =>
    filesOf(dir, asset).then(
      () => [],
      (error: unknown) => {
        if (error instanceof LessonError) return errors(error.issues)
        throw error
      },
    ),
  )
  return (await Promise.all(all)).flat()
}

/** Reads a lesson's folder. All that is wrong is in the report. Throws HostError. */
export async function lintLesson(c: LabContext, path: string): Promise<LintReport> {
  const dir = resolve(c.doors.env.cwd, path)
  try {
    const lesson = await readLesson(dir)
    const index = join(lesson.dir, 'index.json')
    const json = readJsonFile((await (await openFolder(dir)).read('index.json')) ?? '', index)
    const scripts = (await Promise.all(scriptsOf(lesson).map((s) => parseErrors(c.doors.host, lesson.dir, s)))).flat()
    const lab = await labToCompare(c)
    const texts = await textsOf(dir, lesson)
    const issues = [
      ...unknownKeys(json, index),
      ...stepIssues(lesson, index, json.place),
      ...(await assetErrors(lesson)),
      ...scripts,
      ...(lab ? labIssues(texts, lab) : []),
      ...lesson.notes.map((message): LintIssue => ({ file: index, level: 'warning', message })),
    ]
    return {
      dir: lesson.dir,
      ok: !issues.some((i) => i.level === 'error'),
      issues,
      lab: lab?.name,
      images: imagesNamed(texts),
      lacking: lab?.images ? imagesNamed(texts, lab) : [],
    }
  } catch (error) {
    if (!(error instanceof LessonError)) throw error
    return { dir, ok: false, issues: errors(error.issues), lab: undefined, images: [], lacking: [] }
  }
}
