/** What a program can do with a lab: the verbs of the command line as functions. Types only. */
import type { Exported } from '../bundle/archive/transfer.js'
import type { BuiltBundle } from '../bundle/manifest.js'
import type { ListedBundle } from '../bundle/ensure.js'
import type { CheckReport } from '../course/types.js'
import type { Check } from '../doctor/check.js'
import type { Orphan } from '../doctor/orphans.js'
import type { Output } from '../host/types.js'
import type { Lab } from '../labfile/model.js'
import type { PhaseName } from '../labfile/phases.js'
import type { Flattened } from '../snapshot/flatten.js'
import type { ListedSnapshot } from '../snapshot/tree.js'
import type { Manifest } from '../snapshot/types.js'
import type { ChangedAddons, ListedAddon } from './addons.js'
import type { Confirm } from './apply.js'
import type { ChangedNodes, NewNode } from './nodes.js'
import type { UpRequest, UpResult } from './up.js'
import type { VerifiedBundle } from './bundles.js'
import type { CheckRequest } from './check.js'
import type { CacheEntry, PruneRequest } from './cache.js'
import type { Copied, CopyOptions, NodePath } from './copy.js'
import type { LabToDestroy } from './destroy.js'
import type { ExecAllOptions, ExecReport } from './exec.js'
import type { CourseSection, ExplainedSection } from './explain.js'
import type { Lessons } from './lessons/api.js'
import type { LogsRequest } from './look.js'
import type { AddedImages, AddRequest } from './add-images.js'
import type { Inventory } from './export-config.js'
import type { FollowRequest } from './follow.js'
import type { Forward, ForwardRequest } from './forward.js'
import type { HaltOptions } from './halt.js'
import type { Template } from './init.js'
import type { Merged } from './kubeconfig-merge.js'
import type { ListedLab, Pruned } from './list.js'
import type { Shown } from './picture-api.js'
import type { PlanReport } from './plan.js'
import type { ProvisionRequest } from './provision.js'
import type { ReportFile } from './report.js'
import type { ExecOptions, TerminalCommand } from './reach.js'
import type {
  PushOptions,
  RestoredSnapshot,
  RestoreRequest,
  SavedSnapshot,
  SaveRequest,
  ShownSnapshot,
} from './snapshot-verbs.js'
import type { Status } from './status.js'
import type { Synced, SyncOptions } from './sync.js'
import type { LabUsage } from './top.js'
import type { WordKind } from './completion-words.js'
import type { ExportedSnapshot, ImportOptions } from './transfer.js'

/**
 * A lab: one Labfile, and what was made from it. Every verb reads the Labfile and the lab's record again. Verbs that
 * change something take the lab's lock; if another klab holds it, they throw LockedError. All failures that klab
 * expects are KlabErrors (errors.ts); after an abort, Interrupted.
 */
export interface LabHandle extends Shown {
  /** Brings the lab up; continues where an earlier `up` stopped. */
  up(o?: UpRequest): Promise<UpResult>
  /** Powers all machines off, or those of `nodes`; disks and snapshots stay. */
  halt(o?: HaltOptions): Promise<Status>
  /** Halts them, and brings the lab up again as far as it was. */
  reload(o?: HaltOptions): Promise<UpResult>
  /** Writes the RAM of all nodes to disk at one moment and ends their machines. The host gets its memory back. */
  suspend(): Promise<Status>
  /** Wakes a lab that sleeps, or resumes a paused one, and sets the clocks. `up` does so too. */
  resume(): Promise<Status>
  /**
   * Removes the lab: machines, disks, switch, ports, keys; the cache stays. Does not ask unless `confirm` is given.
   * `found`: whether there was one.
   */
  destroy(o?: {
    readonly confirm?: ((what: LabToDestroy) => boolean | Promise<boolean>) | undefined
  }): Promise<{ readonly lab: string; readonly found: boolean }>
  /**
   * Removes what is left, in libvirt and on disk, of labs whose record is gone, whatever the Labfile. Does not ask
   * unless `confirm` is given.
   */
  destroyOrphans(o?: {
    readonly confirm?: ((what: readonly Orphan[]) => boolean | Promise<boolean>) | undefined
  }): Promise<readonly Orphan[]>
  /** Nodes as libvirt sees them, and the API server's last answer; `fresh`: wait for it, 10 s at most. */
  status(o?: { readonly fresh?: boolean | undefined }): Promise<Status>
  /** What each node really uses of the host: two measurements, a second apart. */
  top(): Promise<LabUsage>
  /** Looks into the guests and says which sections of the course are done, also those done by hand. */
  check(o?: CheckRequest): Promise<CheckReport>
  /** The commands that klab runs for a section of the course (`2.2.7`, or `2.2` for all of it). */
  explain(section: string): Promise<readonly ExplainedSection[]>
  /** The sections of the course. */
  sections(): Promise<readonly CourseSection[]>
  /** What `up` would do, and what changed in the Labfile since it was last done. */
  plan(o?: { readonly until?: PhaseName | undefined }): Promise<PlanReport>
  /** Runs guest phases again on a lab that is up. */
  provision(o?: ProvisionRequest): Promise<Status>
  /**
   * Runs a command on a node, as the lab's user. The words are passed unchanged, without a shell. Throws CommandError
   * when it fails.
   */
  exec(node: string, argv: readonly string[], o?: ExecOptions): Promise<Output>
  /** The same on several nodes at once (undefined: all). The report names nodes that cannot be reached. */
  execAll(nodes: readonly string[] | undefined, argv: readonly string[], o?: ExecAllOptions): Promise<ExecReport>
  /** Copies a file or folder of this host to a node. */
  upload(file: string, to: NodePath, o?: CopyOptions): Promise<Copied>
  /** Copies a file or folder of a node to this host. */
  download(from: NodePath, file: string, o?: CopyOptions): Promise<Copied>
  /** Makes folders in nodes like one of this host, by sending what has changed. */
  sync(folder: string, targets: readonly NodePath[], o?: SyncOptions): Promise<readonly Synced[]>
  /** The same, again after each change, until the signal of `openLab`. */
  watchSync(
    folder: string,
    targets: readonly NodePath[],
    o: SyncOptions & { readonly onSynced: (done: readonly Synced[]) => void },
  ): Promise<void>
  /** A port on 127.0.0.1 that leads into a node, until it is closed; restores and reboots do not end it. */
  forward(node: string, o: ForwardRequest): Promise<Forward>
  /** The text of an ssh_config, for an `Include`. */
  sshConfig(): Promise<string>
  /** An Ansible inventory, as data and as YAML. */
  inventory(): Promise<{ readonly inventory: Inventory; readonly text: string }>
  /** Names that a shell can complete; none if there is no lab. */
  words(kind: WordKind): Promise<readonly string[]>
  /** The cluster's kubeconfig (server on 127.0.0.1). */
  kubeconfig(): Promise<{ readonly path: string; readonly text: string }>
  /** Adds the lab's cluster to the user's own kubeconfig, as its current context; or removes it. */
  mergeKubeconfig(): Promise<Merged>
  unmergeKubeconfig(): Promise<Merged>
  /** Checks the Labfile. */
  validate(): Promise<{ readonly labfile: string; readonly lab: Lab }>
  /** What this host has for the lab, and what it lacks. */
  doctor(): Promise<readonly Check[]>
  /** The end of klab's own log of the lab, or of a node's serial console. */
  logs(o?: LogsRequest): Promise<string>
  /** The same, and what is added later, until the signal of `openLab`. */
  followLogs(o: FollowRequest): Promise<void>
  /** Packs what a bug report needs, without secrets, into `file` (default: a .tar.gz in the working folder). */
  report(file?: string): Promise<ReportFile>
  /**
   * A program to run with a terminal: ssh to a node (no words: a shell; `apart`: each word stays one word), kubectl on
   * this host, virsh.
   */
  readonly terminal: {
    ssh(
      node: string | undefined,
      words: readonly string[],
      o?: { readonly apart?: boolean | undefined },
    ): Promise<TerminalCommand>
    kubectl(args: readonly string[]): Promise<TerminalCommand>
    /** A node's serial console. */
    console(node: string): Promise<TerminalCommand>
  }
  readonly nodes: Nodes
  readonly addons: Addons
  readonly snapshots: Snapshots
  readonly bundles: Bundles
  readonly labs: Labs
  readonly cache: Cache
  readonly lessons: Lessons
}

/** What klab can make again: images, bundles, downloads, sealed labs. No Labfile is needed. */
export interface Cache {
  /** What would be removed first is at the top. */
  list(): Promise<readonly CacheEntry[]>
  /** Removes what no lab needs. Does not ask unless `confirm` is given. */
  prune(o?: PruneRequest): Promise<{ readonly removed: readonly CacheEntry[]; readonly freedBytes: number }>
}

/** All labs of this user; no Labfile is needed. */
export interface Labs {
  /** Also those whose folder was moved or deleted. */
  list(): Promise<readonly ListedLab[]>
  /** The labs that klab comes with. */
  templates(): Promise<readonly Template[]>
  /** Writes the Labfile of one (default: `quickstart`) into the working folder, or to `file`. */
  init(template?: string): Promise<{ readonly labfile: string; readonly template: Template }>
  /** Removes the records of labs that have no machine left. Does not ask unless `confirm` is given. */
  prune(o?: {
    readonly confirm?: ((labs: readonly ListedLab[]) => boolean | Promise<boolean>) | undefined
  }): Promise<Pruned>
}

/**
 * Adds and removes nodes without writing the Labfile. Until the Labfile says the same, the next `up` would undo the
 * change.
 */
export interface Nodes {
  /** A new worker, booted and joined. */
  add(o: NewNode): Promise<ChangedNodes>
  /** Removes a worker and its machine. Removes nothing unless `yes` is set or `confirm` agrees. */
  remove(
    name: string,
    o?: { readonly confirm?: Confirm | undefined; readonly yes?: boolean | undefined },
  ): Promise<ChangedNodes>
  /** Moves its pods to other nodes; it gets no new ones. */
  drain(name: string): Promise<void>
}

/**
 * Add-ons of the cluster. Nothing here writes the Labfile. Until the Labfile says the same, the next `up` would undo
 * the change.
 */
export interface Addons {
  /** Those that klab brings, as they are for this lab. */
  list(): Promise<readonly ListedAddon[]>
  /** Loads its images onto the nodes, applies it, and waits until it is available. */
  enable(name: string): Promise<ChangedAddons>
  /** Removes it from the cluster. */
  disable(name: string): Promise<ChangedAddons>
}

/** Saves the whole lab at one moment, RAM included. */
export interface Snapshots {
  save(o?: SaveRequest): Promise<SavedSnapshot>
  list(): Promise<readonly ListedSnapshot[]>
  /** `verify`: compare every byte with the sha256 from the save. */
  show(name: string, o?: { readonly verify?: boolean | undefined }): Promise<ShownSnapshot>
  restore(name: string, o?: RestoreRequest): Promise<RestoredSnapshot>
  delete(name: string): Promise<{ readonly deleted: string; readonly freedBytes: number }>
  rename(from: string, to: string): Promise<Manifest>
  /** Saves under the next name of a stack. */
  push(o?: PushOptions): Promise<SavedSnapshot>
  /** Goes back to what was pushed last, and deletes that snapshot. */
  pop(o?: RestoreRequest): Promise<RestoredSnapshot>
  /** Undoes the last restore. */
  undo(o?: Omit<RestoreRequest, 'undo'>): Promise<RestoredSnapshot>
  /** Makes long chains of disk overlays short; no snapshot is changed. */
  flatten(): Promise<Flattened>
  /** Writes a snapshot as one file, with all the lab's secrets. `force`: replace an existing file. */
  export(name: string, file: string, o?: { readonly force?: boolean | undefined }): Promise<ExportedSnapshot>
  /** Reads such a file. In a folder without a Labfile it writes the Labfile from the file. */
  import(file: string, o?: ImportOptions): Promise<Manifest>
}

/** Kubernetes' programs and images. `build` and `export` are for the Labfile's; the rest is about the cache. */
export interface Bundles {
  /** Makes the bundle if needed; undefined: the Labfile has no Kubernetes. */
  build(): Promise<BuiltBundle | undefined>
  list(): Promise<readonly ListedBundle[]>
  /** A file or folder; undefined: all of the cache. */
  verify(path?: string): Promise<readonly VerifiedBundle[]>
  export(file: string): Promise<Exported>
  import(file: string, o?: { readonly sha256?: string | undefined }): Promise<BuiltBundle>
  /** Loads `docker save` archives into all nodes of the lab, and keeps them for nodes that come later. */
  addImages(archives: readonly string[], o?: AddRequest): Promise<AddedImages>
}
