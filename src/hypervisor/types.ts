/** Door 1, the hypervisor. Types only. All `ensure…`/`remove…` succeed if it is already so. */
import type { Network, NetworkSpec } from './network-types.js'

export type { Network, NetworkSpec } from './network-types.js'

export type Accel = 'kvm' | 'tcg'

/** What libvirt says about a domain; `crashed`: shut off because QEMU died. */
export type MachineState = 'running' | 'paused' | 'shut-off' | 'crashed' | 'in-shutdown' | 'suspended' | 'absent'

export interface HostForward {
  /** On 127.0.0.1, always. */
  readonly hostPort: number
  readonly guestPort: number
}

export interface DiskSpec {
  readonly path: string
  readonly format: 'qcow2' | 'raw'
  /** vda is the root disk. */
  readonly target: 'vda' | 'vdb' | 'vdc'
  readonly readonly: boolean
}

/** Boot a kernel straight from host files (the built image), or the disk's own boot loader (cloud images). */
export type BootSpec =
  | { readonly kind: 'direct'; readonly kernel: string; readonly initrd: string; readonly cmdline: string }
  | { readonly kind: 'disk' }

/** The two cards of user mode networking, which needs no special rights. */
export interface UserNics {
  /** NIC 1: QEMU user mode networking (slirp). */
  readonly mgmt: { readonly mac: string; readonly forwards: readonly HostForward[]; readonly internet: boolean }
  /** NIC 2: the lab's private L2 segment (vde_switch's socket directory). */
  readonly l2?: { readonly mac: string; readonly socketDir: string }
  readonly net?: never
}

/** The one card of NAT mode, on a libvirt network (NetworkSpec.name). */
export interface NatNics {
  readonly net: { readonly mac: string; readonly network: string }
  readonly mgmt?: never
  readonly l2?: never
}

export type Nics = UserNics | NatNics

export type MachineSpec = MachineBase & Nics
/** A machine in user mode networking. */
export type UserMachineSpec = MachineBase & UserNics

/** A machine without its cards. */
export interface MachineBase {
  /** libvirt domain name. */
  readonly name: string
  readonly uuid: string
  /** klab's own <metadata>: the machine's lab and node, and the digest of the spec that it was made from. */
  readonly labId: string
  readonly node: string
  readonly accel: Accel
  readonly cpus: number
  readonly memoryMiB: number
  readonly boot: BootSpec
  readonly disks: readonly DiskSpec[]
  /** Serial console goes here. */
  readonly consoleLog: string
}

export interface Machine {
  readonly name: string
  readonly uuid: string
  readonly state: MachineState
  /** QEMU has paused it because its disk could not be written: usually the host's disk is full. Absent: no. */
  readonly stuck?: true
}

/** A machine with what klab wrote in its <metadata>. */
export interface OwnedMachine extends Machine {
  readonly labId: string
  readonly node: string
  readonly specDigest: string
}

/** The files of one moment of a machine. */
export interface Moment {
  /** RAM and devices, in libvirt's save format. */
  readonly memory: string
  /** A qcow2 overlay for the machine's writable disk. */
  readonly disk: string
}

/**
 * The file behind a machine's writable disk: what it runs from now (undefined when off) and what it starts from next.
 */
export interface DiskFiles {
  readonly live: string | undefined
  readonly next: string
}

/** How long several machines were paused for one moment. */
export interface PauseTimes {
  /** From the first one's pause to the last one's resume, ms. */
  readonly pauseMs: number
  /** Between the first one's pause and the last one's, ms. */
  readonly skewMs: number
}

/** What a machine uses of its host. */
export interface Usage {
  /** Host RAM that its QEMU has touched, with QEMU's own, bytes. */
  readonly memoryBytes: number
  /** CPU time since it was started, ns; undefined if libvirt cannot say. */
  readonly cpuNs: number | undefined
}

/** A machine's definition: the parts that another host needs. */
export interface Description {
  readonly boot: BootSpec
  readonly disks: readonly DiskSpec[]
}

/** How far a lab's machines may reach, and from where they may be reached, by its Labfile. */
export interface Bounds {
  readonly internet: boolean
  /** Its libvirt network, in NAT mode. */
  readonly network: string | undefined
}

/** What this host can load. */
export interface Abilities {
  readonly libvirt: string
  readonly qemu: string
  /** The full name of the machine type that was asked for (`pc-q35-7.2`); undefined: QEMU does not know it. */
  readonly machine: string | undefined
  /** The CPU model that KVM guests get. */
  readonly hostCpu: string
}

export interface Hypervisor {
  readonly uri: string
  /**
   * All domains, klab's or not: one virsh process, fast enough for `status`. Throws HostError if libvirt can't be
   * reached.
   */
  list(): Promise<readonly Machine[]>
  /** Domains that carry klab's metadata (of any lab when labId is undefined). */
  owned(labId?: string): Promise<readonly OwnedMachine[]>
  /**
   * Validates and defines the domain. Defines it again if the spec's digest differs and the machine is not running;
   * throws StateError if it is running with another spec. A machine that is off and was opened (`openings`) is defined
   * again too.
   */
  ensureMachine(spec: MachineSpec): Promise<void>
  /**
   * Starts it unless it runs (resumes a paused one). Throws CommandError; `isPortBusy(error)` says whether a host port
   * is taken.
   */
  start(name: string): Promise<void>
  /**
   * Gives a running machine more CPU time of the host than others get if all want it. Does nothing if the host has no
   * means for that.
   */
  prefer(name: string): Promise<void>
  /** ACPI shutdown, then power off after graceMs (0: at once). */
  stop(name: string, graceMs: number): Promise<void>
  /** Powers off and undefines; does not touch disks (they belong to the store). */
  removeMachine(name: string): Promise<void>
  state(name: string): Promise<MachineState>
  /** Pauses a running machine; no-op on a paused one. Throws StateError when it is off. */
  pause(name: string): Promise<void>
  /** Resumes paused machines, all in one virsh process; no-op on running ones. */
  resume(names: readonly string[]): Promise<void>
  /**
   * Writes a paused machine's RAM to `memory` and switches it to a new overlay `disk`. Its old file is never written
   * again. The machine stays paused. Throws CommandError; then it still uses its old file, and `memory` and `disk` do
   * not exist, unless libvirt itself died.
   */
  freeze(name: string, to: Moment): Promise<void>
  /**
   * Freezes running machines at one moment, as freeze does, but writes most of their RAM while they run. They run on
   * afterwards. `committed` is called, and awaited, when all are paused and no file is complete: from then on the files
   * will hold one moment. Undefined if a machine had changed so little that its file was complete before the others
   * were paused. Its file then holds another moment, and some machines may use their new disks. Throws as freeze does,
   * and Interrupted.
   */
  freezeTogether(
    moments: readonly { readonly name: string; readonly to: Moment }[],
    o: { readonly committed: () => Promise<void>; readonly signal?: AbortSignal },
  ): Promise<PauseTimes | undefined>
  /**
   * Starts a machine that is off from `memory`, paused, with its writable disk on `disk` (an overlay of the file that
   * it was frozen on), now and at its next start. `forwards`: the present host ports, which may differ from those of
   * the freeze.
   */
  thaw(name: string, from: Moment, forwards: readonly HostForward[]): Promise<void>
  /** What the QEMUs of these machines use of the host now; machines that are off are left out. One virsh process. */
  usage(names: readonly string[]): Promise<ReadonlyMap<string, Usage>>
  /** Host memory that the QEMUs of these running machines use, MiB in all. No RAM image is larger. */
  memoryMiB(names: readonly string[]): Promise<number>
  /** Throws StateError if there is no such machine. */
  disk(name: string): Promise<DiskFiles>
  /**
   * Copies what is between a running machine's disk and `base`, a file further down its chain, into the disk. The files
   * between are not written to, and are not needed any more. Throws CommandError.
   */
  shortenDisk(name: string, base: string): Promise<void>
  /** A machine that is off starts from `path` from now on. */
  useDisk(name: string, path: string): Promise<void>
  /**
   * The time that a running guest's clock shows, from its agent (qemu-guest-agent), ms since the epoch; undefined if no
   * agent answers.
   */
  guestTime(name: string): Promise<number | undefined>
  /** Sets it through the agent. Throws CommandError. */
  setGuestTime(name: string, ms: number): Promise<void>
  /** How a machine is defined. Throws StateError if there is no such machine. */
  describe(name: string): Promise<Description>
  /**
   * Machines (by UUID) that somebody has changed so that they reach, or can be reached, beyond these bounds: what it
   * is, in words, for the present definition and that of the next start. One virsh process. `mark`: a file that
   * remembers definitions in which nothing was open, so that the same ones are not parsed again. Throws HostError.
   */
  openings(uuids: readonly string[], bounds: Bounds, mark?: string): Promise<ReadonlyMap<string, readonly string[]>>
  /** Versions, and whether QEMU knows this machine type (the newest `q35` unless told). */
  abilities(accel: Accel, machine?: string): Promise<Abilities>
  /** Machine type and CPU model that a RAM image was saved with. Throws CorruptError. */
  needs(memory: string): Promise<{ readonly machine: string; readonly cpu: string }>
  /**
   * Changes an imported RAM image so that it is one of the machine `spec`, and `thaw` takes it. Nothing that it says
   * about files, ports or arguments is used. Throws CorruptError, and has then changed nothing, if it is not of one of
   * klab's machines with this memory, these CPUs, disks and cards.
   */
  adopt(memory: string, spec: MachineSpec): Promise<void>
  /** Stops what a killed klab has started in libvirt for the machine (writing RAM goes on without virsh). */
  abortJob(name: string): Promise<void>
  /** All libvirt networks, klab's or not, running or not. Throws CommandError if libvirt has no network driver. */
  networks(): Promise<readonly Network[]>
  /**
   * Defines and starts the network. Defines it again if it differs and is not active. Throws StateError if an active
   * one differs, or if name, UUID or bridge belong to another network.
   */
  ensureNetwork(spec: NetworkSpec): Promise<void>
  /** Stops and undefines the network. Throws StateError when it does not carry klab's mark. */
  removeNetwork(name: string): Promise<void>
}
