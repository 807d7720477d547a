/**
 * A sealed lab: one snapshot of a whole lab, with all that another machine needs to run it. It is one file
 * (read.ts, write.ts), or a folder of the cache (cached.ts).
 */
import type { Accel } from '../hypervisor/types.js'
import type { Lab } from '../labfile/model.js'
import type { Digest } from '../host/digest.js'

export interface SealedFile {
  /** One of names.ts. */
  readonly name: string
  readonly size: number
}

/** A file of the image that the nodes' disks stand on. */
export interface ImageFile extends SealedFile {
  readonly sha256: Digest
  /** Its place among the layers of the cache, `KEY/FILE`. The other machine may have it too. */
  readonly at?: string | undefined
}

/** seal.json, the first file of a sealed lab. */
export interface SealedFacts {
  readonly format: 1
  readonly warning: string
  /** klab's version. */
  readonly klab: string
  /** Random, so that no two sealed labs have the same digest. */
  readonly id: string
  readonly createdAt: string
  readonly lab: {
    /** The lab's id. The MAC addresses and instance ids of its guests are made from it. */
    readonly id: string
    readonly labfile: string
    readonly model: Lab
    /** The lab's own public key. It identifies the lab. */
    readonly publicKey: string
  }
  readonly snapshot: {
    readonly name: string
    readonly message: string
    readonly createdAt: string
    readonly ready: readonly string[] | null
    readonly completedUntil?: string | undefined
  }
  /** What the RAM was saved under. */
  readonly host: {
    readonly accel: Accel
    readonly qemu: string
    readonly libvirt: string
    /** Of snapshots with RAM. */
    readonly ram?: { readonly machine: string; readonly cpu: string } | undefined
  }
  readonly image: {
    readonly boot: { readonly kind: 'disk' } | { readonly kind: 'direct'; readonly cmdline: string }
    readonly files: readonly ImageFile[]
  }
  /** All files after this one, in their order, except the list of sums. */
  readonly files: readonly SealedFile[]
}

export const WARNING =
  'This file holds the RAM, the disks and all keys of the cluster: keep it as secret as the cluster itself.'

/** Bytes done, of all. */
export type Progress = (done: number, all: number) => void
