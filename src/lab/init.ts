/** `klab init`: writes a first Labfile, from the labs that klab comes with. */
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { StateError, UsageError } from '../errors.js'
import { nearest } from '../report/nearest.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'

/** What a new user gets who chooses none. */
export const FIRST_TEMPLATE = 'quickstart'

export interface Template {
  readonly name: string
  /** What it is, in a sentence. */
  readonly about: string
}

/** The comment at its top, up to the first full stop. */
const aboutOf = (labfile: string): string => {
  const lines = /^(?:#.*\n)+/.exec(labfile)?.[0].split('\n') ?? []
  const text = lines.map((l) => l.replace(/^#\s?/, '')).join(' ')
  return /^.*?[.:](?=\s|$)/.exec(text)?.[0].slice(0, -1) ?? text.trim()
}

/** Klab's own labs, the first one first. */
export async function templates(c: LabContext): Promise<readonly Template[]> {
  const labs = join(c.doors.assets, 'labs')
  const names = await readdir(labs)
  const found = await Promise.all(
    names.sort().map(async (name) => {
      const text = await readFile(join(labs, name, 'Labfile'), 'utf8').catch(() => undefined)
      return text === undefined ? [] : [{ name, about: aboutOf(text) }]
    }),
  )
  return found.flat().sort((a, b) => Number(b.name === FIRST_TEMPLATE) - Number(a.name === FIRST_TEMPLATE))
}

/**
 * Writes a Labfile into the working folder (or to the path of `-f`), with the line that tells editors its schema.
 * Throws UsageError if there is no such template, StateError if there is a Labfile already.
 */
export async function initLab(
  c: LabContext,
  template: string = FIRST_TEMPLATE,
): Promise<{ readonly labfile: string; readonly template: Template }> {
  const { env, assets } = c.doors
  const all = await templates(c)
  const chosen = all.find((t) => t.name === template)
  if (!chosen) {
    const names = all.map((t) => t.name)
    throw new UsageError(
      english('init: {template}: no such template; there are {names}', { template, names: names.join(', ') }),
      {
        hint: `klab init ${nearest(template, names) ?? FIRST_TEMPLATE}`,
      },
    )
  }
  const named = resolve(env.cwd, c.file ?? '.')
  const isFolder = await stat(named).then(
    (s) => s.isDirectory(),
    () => false,
  )
  const labfile = isFolder ? join(named, 'Labfile') : named
  const text = await readFile(join(assets, 'labs', chosen.name, 'Labfile'), 'utf8')
  const schema = `# yaml-language-server: $schema=${join(assets, 'labfile.schema.json')}\n`
  // Never over an existing file, and not through a dangling link.
  const file = await open(labfile, 'wx', 0o644).catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST')
      throw new StateError(english('{labfile}: already exists', { labfile }), {
        hint: english('klab validate; or klab init in another folder'),
      })
    if (code === 'ENOENT') throw new UsageError(english('init: {labfile}: no such folder', { labfile }), { cause })
    throw cause
  })
  try {
    await file.writeFile(`${schema}${text}`)
    // It is no secret, but klab's umask makes files private.
    await file.chmod(0o644)
  } finally {
    await file.close()
  }
  return { labfile, template: chosen }
}
