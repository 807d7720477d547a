/** What a manifest says, in words. Pure. */
import type { Manifest } from '../snapshot/types.js'

/** What has been waited for: who was Ready at the save is again. */
export const readyWords = ({ ready, nodes }: Pick<Manifest, 'ready' | 'nodes'>): string =>
  !ready?.length
    ? 'the API server answers'
    : ready.length === nodes.length
      ? 'all nodes Ready'
      : `${ready.length} of ${nodes.length} nodes Ready, as then,`
