/** What a manifest says, in words. Pure. */
import type { Manifest } from '../snapshot/types.js'
import { english } from '../words/say.js'

/** What klab has waited for: those that were Ready at the save are Ready again. */
export const readyWords = ({ ready, nodes }: Pick<Manifest, 'ready' | 'nodes'>): string =>
  !ready?.length
    ? english('the API server answers')
    : ready.length === nodes.length
      ? english('all nodes Ready')
      : english('{ready} of {all} nodes Ready, as then,', { ready: ready.length, all: nodes.length })
