/** `klab kubeconfig --merge` and `--unmerge`: adds the lab's cluster to the user's own kubeconfig, or removes it. */
import { open, realpath, rm } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { parse, parseDocument, type Document } from 'yaml'
import { CorruptError, HostError, LockedError } from '../errors.js'
import { makeDir, readText, writeAtomic } from '../host/files.js'
import type { Clock, HostEnv } from '../host/types.js'
import { roots } from '../state/paths.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { findLab, readLab, recordedLab } from './open.js'
import { kubeconfig } from './reach.js'

export interface Merged {
  /** The file that was written to. */
  readonly path: string
  /** The lab's context, cluster and user in it: the lab's id, so that two labs with the same name do not clash. */
  readonly context: string
  readonly changed: boolean
  /** The file as it was before; null: there was none, or nothing was changed. */
  readonly backup: string | null
}

const LISTS = ['clusters', 'users', 'contexts'] as const
type Entries = Readonly<Record<(typeof LISTS)[number], object>>

const contextName = (labId: string): string => `klab-${labId}`

/**
 * Where kubectl writes: the first file of KUBECONFIG, otherwise ~/.kube/config. Never a lab's own kubeconfig, even if
 * somebody has exported it.
 */
async function targetOf(env: HostEnv): Promise<string> {
  const { state } = roots(env)
  const named = (env.env['KUBECONFIG'] ?? '')
    .split(delimiter)
    .filter((p) => isAbsolute(p) && !p.startsWith(`${state}/`))
  if (named.length === 0 && env.home === '')
    throw new HostError(english('no home folder is known, so klab cannot find your kubeconfig'), {
      hint: english('set KUBECONFIG'),
    })
  const path = named[0] ?? join(env.home, '.kube', 'config')
  // A link stays a link: klab writes the file that it leads to.
  return realpath(path).catch(() => path)
}

/** ms that another program gets to finish writing. */
const [WAIT_MS, EVERY_MS] = [5000, 100]

/** The lock that kubectl takes too (client-go, tools/clientcmd): a file that must not exist. Throws LockedError. */
async function withKubectlLock<T>(
  path: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const lock = `${path}.lock`
  const started = clock.monotonic()
  for (;;) {
    try {
      await (await open(lock, 'wx', 0o600)).close()
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (clock.monotonic() - started >= WAIT_MS)
        throw new LockedError(english('{path}: kubectl or another klab is writing it', { path }), {
          hint: english('if neither is running, remove the lock that a killed one left: rm {lock}', { lock }),
        })
      await clock.sleep(EVERY_MS, signal)
    }
  }
  return work().finally(() => rm(lock, { force: true }))
}

/** Throws CorruptError if the file is no kubeconfig; the file is then not changed. */
function read(text: string, path: string): Document {
  const doc = parseDocument(text.trim() === '' ? '{}' : text, { logLevel: 'silent' })
  const data: unknown = doc.errors.length > 0 ? undefined : doc.toJS({ maxAliasCount: 100 })
  const lists = (d: Record<string, unknown>): boolean => LISTS.every((l) => d[l] == null || Array.isArray(d[l]))
  if (typeof data === 'object' && data !== null && !Array.isArray(data) && lists(data as Record<string, unknown>))
    return doc
  throw new CorruptError(english('{path}: is not a kubeconfig; klab did not change it', { path }), {
    hint: english('look at it: kubectl config view'),
  })
}

/** Adds the entries (undefined: removes them) and leaves all others unchanged, comments too. */
function edit(doc: Document, name: string, entries: Entries | undefined): void {
  for (const list of LISTS) {
    const items = (doc.toJS() as Record<string, ({ name?: unknown } | null)[] | null>)[list] ?? []
    const at = items.findIndex((i) => i?.name === name)
    if (at >= 0) doc.deleteIn([list, at])
    if (!entries) continue
    if (!Array.isArray((doc.toJS() as Record<string, unknown>)[list])) doc.set(list, doc.createNode([]))
    doc.addIn([list], doc.createNode(entries[list]))
  }
  if (entries) {
    for (const [key, value] of [
      ['apiVersion', 'v1'],
      ['kind', 'Config'],
    ] as const)
      if (!doc.has(key)) doc.set(key, value)
    doc.set('current-context', name)
  } else if (doc.get('current-context') === name) doc.set('current-context', '')
}

async function change(c: LabContext, id: string, entries: Entries | undefined): Promise<Merged> {
  const path = await targetOf(c.doors.env)
  const context = contextName(id)
  if (entries) await makeDir(dirname(path))
  else if ((await readText(path)) === undefined) return { path, context, changed: false, backup: null }
  return withKubectlLock(path, c.doors, async () => {
    const before = await readText(path)
    const doc = read(before ?? '', path)
    if (doc.contents && 'flow' in doc.contents && before === undefined) doc.contents.flow = false
    const old = JSON.stringify(doc.toJS())
    edit(doc, context, entries)
    if (JSON.stringify(doc.toJS()) === old) return { path, context, changed: false, backup: null }
    const backup = before === undefined ? null : `${path}.klab-backup`
    if (backup !== null && before !== undefined) await writeAtomic(backup, before)
    await writeAtomic(path, doc.toString({ lineWidth: 0 }))
    return { path, context, changed: true, backup }
  })
}

interface First {
  readonly clusters: readonly { readonly cluster: object }[]
  readonly users: readonly { readonly user: object }[]
}

/**
 * Adds the lab's cluster to the user's kubeconfig and makes it the current one. Throws StateError if the lab has no
 * cluster, CorruptError, LockedError.
 */
export async function mergeKubeconfig(c: LabContext): Promise<Merged> {
  const { text } = await kubeconfig(c)
  const { id } = (await recordedLab(c.doors.env, c.file)).record
  const name = contextName(id)
  // In klab's own file there is one of each.
  const own = parse(text) as First
  return change(c, id, {
    clusters: { name, cluster: own.clusters[0]?.cluster ?? {} },
    users: { name, user: own.users[0]?.user ?? {} },
    contexts: { name, context: { cluster: name, user: name } },
  })
}

/** Removes it again; also for a lab that was destroyed, while its Labfile exists. */
export async function unmergeKubeconfig(c: LabContext): Promise<Merged> {
  const { record } = await findLab(c.doors.env, c.file)
  return change(c, record?.id ?? (await readLab(c.doors.env, c.file)).id, undefined)
}
