/** The write-ahead journal of the snapshot verbs. */
import { rm } from 'node:fs/promises'
import { CorruptError } from '../errors.js'
import { readText, writeAtomic } from '../host/files.js'
import type { LabPaths } from '../state/paths.js'
import type { Journal } from './types.js'
import { english } from '../words/say.js'

/** Written, and on disk, before anything is changed. */
export const openJournal = (paths: LabPaths, journal: Journal): Promise<void> =>
  writeAtomic(paths.journal, `${JSON.stringify(journal, undefined, 2)}\n`)

export const closeJournal = (paths: LabPaths): Promise<void> => rm(paths.journal, { force: true })

/**
 * The journal that a killed klab left. Throws CorruptError if it is not a journal (it is written in one step or not at
 * all).
 */
export async function readJournal(paths: LabPaths): Promise<Journal | undefined> {
  const text = await readText(paths.journal)
  if (text === undefined) return undefined
  try {
    const journal = JSON.parse(text) as Journal
    if (['save', 'restore'].includes(journal.op) && typeof journal.to === 'object') return journal
  } catch {
    // Reported below.
  }
  throw new CorruptError(english("{path}: is not klab's journal", { path: paths.journal }), {
    hint: `look at it; klab destroy removes the lab with it`,
  })
}
