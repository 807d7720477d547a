/** What is open in machines' definitions. The same definitions are not read twice: parsing XML takes 30 ms. */
import { digestOf } from '../host/digest.js'
import { readText, writeAtomic } from '../host/files.js'
import type { Bounds } from './types.js'

type Parse = (text: string, bounds: Bounds) => ReadonlyMap<string, readonly string[]>

/**
 * Like parseOpenings. `mark`: a file that keeps the digest of the definitions in which nothing was open the last time.
 * The same text with the same bounds is not parsed again. Any other text is parsed; without a mark, all are. `load`
 * loads the parser.
 */
export async function findOpenings(
  text: string,
  bounds: Bounds,
  mark: string | undefined,
  load: () => Promise<Parse> = async () => (await import('./openings.js')).parseOpenings,
): Promise<ReturnType<Parse>> {
  // A built file is named by a hash of all that it loads. If the rules in openings.ts change, this file gets another
  // name.
  const digest = digestOf({ rules: import.meta.url, bounds, text })
  if (mark !== undefined && (await readText(mark).catch(() => undefined)) === digest) return new Map()
  const open = (await load())(text, bounds)
  // A lab that is being destroyed has no place to keep it. The next one parses again.
  if (mark !== undefined && open.size === 0) await writeAtomic(mark, digest).catch(() => undefined)
  return open
}
