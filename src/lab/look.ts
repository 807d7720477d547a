/** `klab status`, and what klab knows without asking a node: doctor, validate, logs. On the quick path. */
import { claimAsk } from '../api/readiness.js'
import type { Check } from '../doctor/check.js'
import { afterLogOut } from '../doctor/linger.js'
import { StateError, UsageError } from '../errors.js'
import { sha256File } from '../host/digest.js'
import { readEnd } from '../host/files.js'
import { settledLab } from '../labfile/settled-bundle.js'
import type { Lab } from '../labfile/model.js'
import { labPaths, roots } from '../state/paths.js'
import type { LabRecord } from '../state/record.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { findLab, readLab, recordedLab } from './open.js'
import { absentStatus, glanceStatus, readStatus, type Status } from './status.js'

/**
 * The status. If it shows an older answer of the API server, a background process gets the next one; `fresh`: wait for
 * it (10 s at most). Throws UsageError, LabfileError, HostError.
 */
export async function labStatus(c: LabContext, o: { readonly fresh?: boolean | undefined } = {}): Promise<Status> {
  const { env, clock } = c.doors
  const { record, labfile } = await findLab(env, c.file)
  if (!record) return absentStatus((await readLab(env, c.file)).lab)
  const paths = labPaths(roots(env), record.id)
  const world = { hypervisor: await c.doors.hypervisor(record.uri), clock, signal: c.doors.signal }
  const edited = isEdited(record)
  const login = { env, roots: roots(env), hypervisor: { uri: record.uri } }
  const more = async (status: Status): Promise<Status> => ({
    ...status,
    edited: await edited,
    linger: status.state === 'stopped' ? await afterLogOut(login, paths.run) : null,
  })
  if (o.fresh === true) return more(await readStatus(world, record, paths))
  const { status, behind } = await glanceStatus(world, record, paths)
  if (behind && (await claimAsk(paths, clock))) await c.doors.background(['-f', labfile, 'status', '--fresh', '--json'])
  return more(status)
}

/** Whether the text of the Labfile differs from that of the last `up`. False if the Labfile is gone. */
const isEdited = (record: LabRecord): Promise<boolean> =>
  sha256File(record.labfile).then(
    (sha256) => sha256 !== record.labfileSha256,
    () => false,
  )

/**
 * Checks the Labfile: whether its add-ons can be had, whether the files that it names exist, whether the user's own
 * bundle folder has all that is needed, and whether nodes without internet need none. Throws LabfileError with all that
 * is wrong.
 */
export async function validate(c: LabContext): Promise<{ readonly labfile: string; readonly lab: Lab }> {
  const open = await readLab(c.doors.env, c.file)
  const { lab, labfile } = open
  const { requireAddons } = await import('./addon-check.js')
  await requireAddons(open, c.doors.assets)
  const { requirePlaces } = await import('../labfile/places.js')
  await requirePlaces(lab, labfile)
  const { requireOffline } = await import('./offline.js')
  await requireOffline(await c.doors.world(lab), { lab, labfile })
  const { requireFolder } = await import('./bundle-folder.js')
  await requireFolder(lab, labfile, c.doors.assets)
  return { labfile, lab }
}

/** What this host has for the lab, and what it lacks. Throws LabfileError. */
export async function doctor(c: LabContext): Promise<readonly Check[]> {
  const [{ checkHost }, { hostState }, { settleBundle }] = await Promise.all([
    import('../doctor/doctor.js'),
    import('./present.js'),
    import('./settle-bundle.js'),
  ])
  const found = await readLab(c.doors.env, c.file)
  const world = await c.doors.world(found.lab)
  const open = await settleBundle(world, found)
  return checkHost(world, settledLab(open.lab, open.bundle), {
    ...(await hostState(world, open)),
    accel: await c.doors.probeAccel(open.lab),
    id: open.id,
  })
}

export interface LogsRequest {
  /** The node's serial console; default: klab's own log of the lab, JSON lines. */
  readonly node?: string | undefined
  /** How many lines from the end; default: 100. */
  readonly lines?: number | undefined
}

/** Bytes. klab's own log starts again at 5 MiB; a console's log can have any length if no virtlogd limits it. */
export const MOST_LOG = 8 * 2 ** 20

/** Where the log is. Throws UsageError, StateError. */
export async function logFile(c: LabContext, { node, lines = 100 }: LogsRequest): Promise<string> {
  const { record, paths } = await recordedLab(c.doors.env, c.file)
  const names = record.lab.nodes.map((n) => n.name)
  if (node !== undefined && !names.includes(node))
    throw new UsageError(english('logs: {node}: no such node; there are {names}', { node, names: names.join(', ') }))
  if (!Number.isInteger(lines) || lines < 1) throw new UsageError(english('logs: --lines: a whole number from 1 on'))
  return node === undefined ? paths.log : paths.node(node).console
}

/** The last lines of a text. */
export const lastLines = (text: string, lines = 100): string =>
  text === '' ? '' : `${text.trimEnd().split('\n').slice(-lines).join('\n')}\n`

/** The end of a log. Throws UsageError, StateError, CorruptError. */
export async function logs(c: LabContext, o: LogsRequest = {}): Promise<string> {
  const path = await logFile(c, o)
  const text = await readEnd(path, MOST_LOG)
  if (text === undefined) throw new StateError(english('{path}: nothing was logged yet', { path }), { hint: 'klab up' })
  return lastLines(text, o.lines)
}
