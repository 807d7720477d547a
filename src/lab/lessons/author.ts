/** `klab lesson new` and `report`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { StateError, UsageError } from '../../errors.js'
import { exists } from '../../host/files.js'
import { readEvents } from '../../lesson/journal.js'
import { progressOf } from '../../lesson/progress.js'
import { workOf, workPage, type Work } from '../../lesson/record-of-work.js'
import { templateFiles } from '../../lesson/template.js'
import type { LabContext } from '../context.js'
import { recordedLab } from '../open.js'
import { english } from '../../words/say.js'

/** As for other names in klab: it becomes the name of a folder and of a snapshot. */
const NAME = /^[a-z][a-z0-9-]{0,30}$/

/** Writes a sample lesson. Throws UsageError (the name), StateError if the folder exists. */
export async function newLesson(
  c: LabContext,
  path: string,
): Promise<{ readonly dir: string; readonly files: readonly string[] }> {
  const dir = resolve(c.doors.env.cwd, path)
  if (!NAME.test(basename(dir)))
    throw new UsageError(english('lesson new: {dir}: is not a name for a lesson', { dir: basename(dir) }), {
      hint: english('a lower-case letter, then at most 30 lower-case letters, digits and dashes'),
    })
  if (await exists(dir))
    throw new StateError(english('{dir}: already exists', { dir }), { hint: english('choose another name') })
  const title = basename(dir).replaceAll('-', ' ')
  const files = templateFiles(`${title[0]?.toUpperCase() ?? ''}${title.slice(1)}`)
  for (const [file, text] of Object.entries(files)) {
    // A lesson is no secret, and klab's umask keeps files private.
    await mkdir(dirname(join(dir, file)), { recursive: true, mode: 0o755 })
    await writeFile(join(dir, file), text, { mode: file.endsWith('.sh') ? 0o755 : 0o644 })
  }
  return { dir, files: Object.keys(files) }
}

/** What was done in this lab's lessons. `html`: write it as a page to this file too. Throws StateError. */
export async function lessonReport(
  c: LabContext,
  { html }: { readonly html?: string | undefined } = {},
): Promise<{ readonly lab: string; readonly work: readonly Work[] }> {
  const { record, paths } = await recordedLab(c.doors.env, c.file)
  const started = progressOf(await readEvents(paths.lessons))
  const work = workOf(started.filter((p) => !p.trial))
  if (html !== undefined) await writeFile(resolve(c.doors.env.cwd, html), workPage(record.name, work))
  return { lab: record.name, work }
}
