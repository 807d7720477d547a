/** A reader that is fed with damaged input, and what must hold of it whatever it gets. */
import { readdirSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import fc from 'fast-check'
import { KlabError } from '../../src/errors.js'

/** The exit status of each kind of error, as docs/scripts.md has them. */
const STATUS: Readonly<Record<string, number>> = { labfile: 2, corrupt: 1, state: 1, command: 1, host: 3 }
/** Characters: more is no message. */
const MOST_WORDS = 20_000

export interface Target {
  readonly name: string
  /** Kinds of errors that it may answer with. */
  readonly codes: readonly string[]
  /** Inputs in a unit run, where it is another number than the others'. */
  readonly runs?: number
  /** Property of one input; `dir` is a folder for it alone, and the only one in its folder. */
  readonly property: (dir: string, seen: Seen) => fc.IAsyncPropertyWithHooks<[unknown]>
}

/** What a run saw. */
export interface Seen {
  taken: number
  refused: number
  /** CPU time of the dearest input, ms. */
  dearestMs: number
}

interface Reader<T> {
  readonly name: string
  readonly codes: readonly string[]
  readonly input: fc.Arbitrary<T>
  readonly runs?: number
  /** Reads it, and throws a plain Error when what comes of it must not be. `dir` is empty. */
  readonly read: (input: T, dir: string) => unknown
  /** Files that `read` puts there itself. */
  readonly puts?: readonly string[]
}

/** Makes a target of a reader: a value or an error of klab's, of a fitting length, and nothing made. */
export function target<T>({ name, codes, input, runs, read, puts = [] }: Reader<T>): Target {
  const check = async (value: T, dir: string, seen: Seen): Promise<void> => {
    const before = process.cpuUsage()
    try {
      await read(value, dir)
      seen.taken += 1
    } catch (error) {
      if (!(error instanceof KlabError)) throw error
      if (!codes.includes(error.code) || error.exitCode !== STATUS[error.code])
        throw new Error(`${error.code} with exit ${error.exitCode}: ${error.message.slice(0, 500)}`, { cause: error })
      const words = error.message.length + (error.hint?.length ?? 0)
      if (words > MOST_WORDS)
        throw new Error(`a message of ${words} characters: ${error.message.slice(0, 200)}`, { cause: error })
      seen.refused += 1
    }
    const { user, system } = process.cpuUsage(before)
    seen.dearestMs = Math.max(seen.dearestMs, (user + system) / 1000)
    const made = [
      ...readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) => !puts.includes(file)),
      ...readdirSync(dirname(dir)).filter((file) => file !== basename(dir)),
    ]
    if (made.length > 0) throw new Error(`made ${made.join(', ')}`)
    for (const file of readdirSync(dir)) rmSync(`${dir}/${file}`, { recursive: true })
  }
  return {
    name,
    codes,
    ...(runs !== undefined && { runs }),
    property: (dir, seen) => fc.asyncProperty<[unknown]>(input, (value) => check(value as T, dir, seen)),
  }
}
