/** Which steps of a plan are done, by id and digest: a memory aid that may be lost, never the truth. */
import { readJson, writeAtomic } from '../host/files.js'
import type { Digest } from './types.js'

export interface Journal {
  /** Whether this step was done with these very inputs. */
  has(id: string, digest: Digest): boolean
  /** Notes a step as done; on disk when it resolves. */
  mark(id: string, digest: Digest): Promise<void>
  /** Forgets these steps, or all. */
  clear(ids?: readonly string[]): Promise<void>
}

/** Opens the journal at `path` (its folder must exist). A missing, cut or foreign file is an empty journal. */
export async function openJournal(path: string): Promise<Journal> {
  const done = parse(await readJson(path))
  let last: Promise<void> = Promise.resolve()
  // One write after the other: steps run side by side, and an older state must not be renamed over a newer one.
  const save = (): Promise<void> => {
    const write = (): Promise<void> => writeAtomic(path, `${JSON.stringify({ version: 1, done: Object.fromEntries(done) })}\n`)
    last = last.then(write, write)
    return last
  }
  return {
    has: (id, digest) => done.get(id) === digest,
    mark: (id, digest) => {
      done.set(id, digest)
      return save()
    },
    clear: (ids) => {
      for (const id of ids ?? [...done.keys()]) done.delete(id)
      return save()
    },
  }
}

function parse(data: unknown): Map<string, Digest> {
  const file = data as { version?: unknown; done?: unknown } | undefined | null
  if (file?.version !== 1 || typeof file.done !== 'object' || file.done === null) return new Map()
  return new Map(Object.entries(file.done).filter((e): e is [string, string] => typeof e[1] === 'string'))
}
