/** Picks some of many by a seed: the same seed always picks the same ones. */
import { createHash } from 'node:crypto'

/** The first `count` in the order that a seed gives. New entries do not change the order of the old ones. */
export function draw<T extends { readonly name: string }>(
  all: readonly T[],
  seed: number,
  count: number,
): readonly T[] {
  const rank = ({ name }: T): string => createHash('sha256').update(`${seed}/${name}`).digest('hex')
  return [...all].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, count)
}

/** The first one; undefined: there is none. */
export const pick = <T extends { readonly name: string }>(all: readonly T[], seed: number): T | undefined =>
  draw(all, seed, 1)[0]
