/** Finishes or undoes what a killed snapshot verb left, before anything else is done with the lab. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Interrupted, messageOf } from '../errors.js'
import { exists } from '../host/files.js'
import { writeRecord } from '../state/record.js'
import { stepClocks } from './guests.js'
import { recoverSave } from './finish-save.js'
import { readJournal } from './journal.js'
import { recoverRestore } from './restore.js'
import { statesOf } from './machines.js'
import { listManifests } from './manifest.js'
import { refreshTokens } from './tokens.js'
import type { LockedLab } from './types.js'
import { english } from '../words/say.js'

const CLOCKS_MS = 60_000
const TOKENS_MS = 300_000

/**
 * Finishes or undoes it; returns what was done in words, undefined when there was nothing. Throws what the verbs throw;
 * the journal then stays.
 */
export async function recover(lab: LockedLab): Promise<string | undefined> {
  for (const name of await readdir(lab.paths.snapshots).catch(() => []))
    if (name.startsWith('.')) await rm(join(lab.paths.snapshots, name), { recursive: true, force: true })
  const journal = await readJournal(lab.paths)
  if (!journal && lab.record.unsettled !== true) return undefined
  const said = !journal
    ? undefined
    : journal.op === 'save'
      ? await recoverSave(lab, journal)
      : await recoverRestore(lab, journal)
  if ((await statesOf(lab)).every((n) => n.state === 'running')) await tellTime(lab)
  return said
}

/**
 * They may have been paused for days, or restored by a klab that was then killed. Tried only once: a guest that cannot
 * be reached must not stop every later verb. Throws Interrupted.
 */
async function tellTime(lab: LockedLab): Promise<void> {
  try {
    const { steppedS, missed } = await stepClocks(lab, CLOCKS_MS)
    // Not tried: the next verb does.
    if (lab.world.signal.aborted) throw new Interrupted()
    if (missed.length > 0)
      lab.say(english('the clocks of {nodes} could not be set: no answer', { nodes: missed.join(', ') }))
    if (await exists(lab.paths.kubeconfig)) await refreshTokens(lab, Math.max(steppedS, await sleptS(lab)), TOKENS_MS)
  } catch (error) {
    if (error instanceof Interrupted) throw error
    lab.say(english('programs with old tokens were not restarted: {message}', { message: messageOf(error) }))
  }
  await markSettled(lab)
}

/** How many seconds the guests of an unsettled lab may be behind. Their clocks may already have been set. */
async function sleptS({ record, paths, world }: LockedLab): Promise<number> {
  if (record.unsettled !== true) return 0
  const from = (await listManifests(paths)).find((m) => m.id === record.snapshot)
  return from ? (world.clock.now() - Date.parse(from.createdAt)) / 1000 : Infinity
}

/** Writes down that the guests have the right time. */
export async function markSettled(lab: LockedLab): Promise<void> {
  if (lab.record.unsettled !== true) return
  lab.record = { ...lab.record, unsettled: false }
  await writeRecord(lab.paths.record, lab.record)
}
