/** What a killed snapshot verb left, put right before anything else is done with the lab. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../errors.js'
import { stepClocks } from './guests.js'
import { recoverSave } from './finish.js'
import { readJournal } from './journal.js'
import { recoverRestore } from './restore.js'
import { statesOf } from './machines.js'
import { refreshControllers } from './tokens.js'
import type { LockedLab } from './types.js'

const CLOCKS_MS = 60_000
const CONTROLLERS_MS = 300_000

/** Finishes or undoes it; returns what was done in words, undefined when there was nothing. Throws what the verbs throw; the journal then stays. */
export async function recover(lab: LockedLab): Promise<string | undefined> {
  for (const name of await readdir(lab.paths.snapshots).catch(() => []))
    if (name.startsWith('.')) await rm(join(lab.paths.snapshots, name), { recursive: true, force: true })
  const journal = await readJournal(lab.paths)
  if (!journal) return undefined
  const said = journal.op === 'save' ? await recoverSave(lab, journal) : await recoverRestore(lab, journal)
  // They may have stood still for days.
  if ((await statesOf(lab)).every((n) => n.state === 'running'))
    await stepClocks(lab, CLOCKS_MS)
      .then(({ steppedS }) => refreshControllers(lab, { steppedS, restarted: false }, CONTROLLERS_MS))
      .catch((error: unknown) => lab.say(`the guests’ clocks: ${messageOf(error)}`))
  return said
}
