/** Content-addressed layers: what klab can make again. Types only; file names are in state/paths.ts. */
import type { Digest } from '../host/digest.js'

/** Content-addressed, immutable directories; a layer is complete or absent. */
export interface Layers {
  /** The layer's directory, or undefined. */
  get(key: Digest): Promise<string | undefined>
  /**
   * Makes the layer once: `make` fills a temporary folder under a lock, which is renamed when complete. A second caller
   * waits and gets the same.
   */
  build(key: Digest, make: (dir: string) => Promise<void>, options?: LayerBuildOptions): Promise<string>
  list(): Promise<readonly { key: Digest; dir: string; bytes: number; usedAt: number }[]>
  remove(key: Digest): Promise<void>
}

export interface LayerBuildOptions {
  readonly signal?: AbortSignal
  /** Called once if another klab is making the same layer, with words that say who. */
  readonly onWait?: (message: string) => void
}
