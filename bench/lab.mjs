// What klab recorded of a lab (src/state/record.ts), where it keeps it (src/state/paths.ts).
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The record of the lab of this Labfile (absolute path). Throws when there is none. */
export function recordOf(labfile) {
  const { KLAB_STATE_DIR, XDG_STATE_HOME } = process.env
  const own = join(XDG_STATE_HOME || join(homedir(), '.local/state'), 'klab')
  const labs = join(KLAB_STATE_DIR || (process.getuid() === 0 ? '/var/lib/klab' : own), 'labs')
  const records = readdirSync(labs)
    .map((id) => join(labs, id, 'lab.json'))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')))
  const record = records.find((r) => r.labfile === labfile)
  if (!record) throw new Error(`${labfile}: no record of its lab in ${labs}`)
  return record
}
