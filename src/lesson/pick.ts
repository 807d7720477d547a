/** Picks one of many by a seed: the same seed always picks the same one. */
import { createHash } from 'node:crypto'

/** Undefined: the list is empty. New entries do not change the order in which a seed ranks the old ones. */
export function pick<T extends { readonly name: string }>(all: readonly T[], seed: number): T | undefined {
  const rank = ({ name }: T): string => createHash('sha256').update(`${seed}/${name}`).digest('hex')
  return [...all].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))[0]
}
