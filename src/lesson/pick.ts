/** One of many by a number: the same number, the same one. */
import { createHash } from 'node:crypto'

/** Undefined: there is none. A list that grows does not change which of its old ones a seed ranks first among them. */
export function pick<T extends { readonly name: string }>(all: readonly T[], seed: number): T | undefined {
  const rank = ({ name }: T): string => createHash('sha256').update(`${seed}/${name}`).digest('hex')
  return [...all].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))[0]
}
