/** What a lab's machines are made from. Types only. */
import type { BaseImage } from './base-image/base.js'
import type { Bundle } from './bundle/ensure.js'
import type { Digest } from './host/digest.js'
import type { BundleChoice } from './labfile/model.js'
import type { PhaseName } from './labfile/phases.js'

export interface PhaseScripts {
  /** File name → text of everything in cloud-init/phases. */
  readonly files: ReadonlyMap<string, string>
}

export type Settings = Readonly<Record<string, string>>

export interface BakedPhase {
  readonly phase: PhaseName
  readonly script: string
  readonly digest: Digest
}

export interface BakeRecipe {
  readonly scripts: PhaseScripts
  readonly settings: Settings
  /** The baked phases up to the run's end, with their marks. */
  readonly phases: readonly BakedPhase[]
}

export interface Artifacts {
  base(line: (text: string) => void): Promise<BaseImage>
  /** undefined for plain VMs. */
  bundle(line: (text: string) => void): Promise<Bundle | undefined>
  recipe(): Promise<BakeRecipe>
  /** What `bundle: auto` is now: making the bundle may change it. undefined: the Labfile says it. */
  choice(): BundleChoice | undefined
}
