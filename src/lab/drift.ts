/** What changed in a Labfile since the lab was brought up. Pure. */
import type { Change } from '../errors.js'
import { changesBetween } from '../labfile/changes.js'
import type { Lab } from '../labfile/model.js'
import type { Consequence } from '../plan/changes.js'

/** Every difference between two labs. */
export const labDrift = (before: Lab, after: Lab): readonly Change[] => changesBetween(before, after)

/** `field: old → new`. */
export const formatChange = ({ path, before, after }: Change): string => `${path}: ${show(before)} → ${show(after)}`

/** One indented line each. */
export const formatChanges = (changes: readonly Change[]): string =>
  changes.map((c) => `  ${formatChange(c)}`).join('\n')

/** One indented line each, with its consequence. Nodes that are added or removed are named. */
export const formatConsequences = (changes: readonly Consequence[]): string =>
  changes.map((c) => `  ${formatConsequence(c)}`).join('\n')

function formatConsequence(c: Consequence): string {
  if (c.joins !== undefined) return `+ ${c.what}`
  if (c.leaves !== undefined) return `- ${c.what}`
  return `${formatChange(c)}: ${c.what}`
}

const show = (x: unknown): string =>
  Array.isArray(x) ? `${x.length} entries` : x === undefined ? 'nothing' : JSON.stringify(x)
