/** What a manifest says, in words. Pure. */
import type { Manifest } from '../snapshot/types.js'

/** What klab has waited for: those that were Ready at the save are Ready again. */
export const readyWords = ({ ready, nodes }: Pick<Manifest, 'ready' | 'nodes'>): string =>
  !ready?.length
    ? 'the API server answers'
    : ready.length === nodes.length
      ? 'all nodes Ready'
      : `${ready.length} of ${nodes.length} nodes Ready, as then,`
