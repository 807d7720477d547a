/** Door 3, the store: what klab keeps on disk. Types only; file names are in paths.ts. */

/** Hex sha256. */
export type Digest = string

/** Content-addressed, immutable directories; a layer is whole or not there. */
export interface Layers {
  /** The layer's directory, or undefined. */
  get(key: Digest): Promise<string | undefined>
  /**
   * Makes the layer once: `make` fills a temporary sibling under a lock, which is renamed when whole. A second caller
   * waits and gets the same.
   */
  build(key: Digest, make: (dir: string) => Promise<void>, options?: LayerBuildOptions): Promise<string>
  list(): Promise<readonly { key: Digest; dir: string; bytes: number; usedAt: number }[]>
  remove(key: Digest): Promise<void>
}

export interface LayerBuildOptions {
  readonly signal?: AbortSignal
  /** Called once when another klab is making the same layer, with words that say who. */
  readonly onWait?: (message: string) => void
}

/** Who holds a lock; written into the lock file. */
export interface Holder {
  readonly verb: string
  readonly pid: number
  /** ms since the epoch. */
  readonly since: number
}

/** A held lock; the kernel drops it when klab's process ends, however it ends. */
export interface Lock {
  /** Idempotent; removes the lock file. */
  release(): Promise<void>
}

export interface BundleFile {
  /** Relative, such as `bin/kubeadm`. */
  readonly path: string
  readonly sha256: Digest
  readonly size: number
}

/** manifest.json of a bundle directory. */
export interface BundleManifest {
  readonly format: 1
  readonly source: 'debian' | 'source' | 'upstream' | 'aliyun' | 'dir'
  readonly kubernetes: string
  /** Image references in images/k8s.<version>.tar, as kubeadm expects them. */
  readonly images: readonly string[]
  /** Image references in images/k8s.<version>.node.tar. */
  readonly nodeImages: readonly string[]
  /** Where each part came from: package names and versions, module versions. */
  readonly provenance: Readonly<Record<string, string>>
  readonly files: readonly BundleFile[]
}
