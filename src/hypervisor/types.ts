/** Door 1, the hypervisor. Types only. All `ensure…`/`remove…` succeed when it is already so. */
import type { Network, NetworkSpec } from './network-types.js'

export type { Network, NetworkSpec } from './network-types.js'

export type Accel = 'kvm' | 'tcg'

/** What libvirt says of a domain; `crashed`: shut off because QEMU died. */
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

/** The two cards of user mode networking: what needs no rights at all. */
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

/** What a machine is but for its cards. */
export interface MachineBase {
  /** libvirt domain name. */
  readonly name: string
  readonly uuid: string
  /** klab's own <metadata>: whose machine this is, and the digest of the spec it was made from. */
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
  /** QEMU has paused it, for its disk could not be written: as a rule the host's is full. Absent: no. */
  readonly stuck?: true
}

/** A machine with what klab wrote in its <metadata>. */
export interface OwnedMachine extends Machine {
  readonly labId: string
  readonly node: string
  readonly specDigest: string
}

/** The files that make up a moment of a machine. */
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

/** What one moment of several machines cost them. */
export interface PauseTimes {
  /** From the first one's pause to the last one's resume, ms. */
  readonly pauseMs: number
  /** Between the first one's pause and the last one's, ms. */
  readonly skewMs: number
}

/** What a machine takes of its host. */
export interface Usage {
  /** RAM of the host that its QEMU has touched, with QEMU's own, bytes. */
  readonly memoryBytes: number
  /** CPU time since it was started, ns; undefined where libvirt cannot say. */
  readonly cpuNs: number | undefined
}

/** What a machine is defined as: what of it has to travel with it. */
export interface Description {
  readonly boot: BootSpec
  readonly disks: readonly DiskSpec[]
}

/** How far a lab's machines may reach and be reached, by its Labfile. */
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
   * All domains, klab's or not: one virsh process, quick enough for `status`. Throws HostError when libvirt can't be
   * reached.
   */
  list(): Promise<readonly Machine[]>
  /** Domains that carry klab's metadata (of any lab when labId is undefined). */
  owned(labId?: string): Promise<readonly OwnedMachine[]>
  /**
   * Validates and defines the domain; redefines when the spec's digest differs and the machine is not running; throws
   * StateError when it is running with another spec. One that is off and was opened (`openings`) is redefined too.
   */
  ensureMachine(spec: MachineSpec): Promise<void>
  /**
   * Starts it unless it runs (resumes a paused one). Throws CommandError; `isPortBusy(error)` tells a taken host port.
   */
  start(name: string): Promise<void>
  /**
   * Gives a running machine more of the host's CPU time than others get when all want it; nothing happens where the
   * host has no means for that.
   */
  prefer(name: string): Promise<void>
  /** ACPI shutdown, then power off after graceMs (0: at once). */
  stop(name: string, graceMs: number): Promise<void>
  /** Powers off and undefines; leaves disks alone (they are the store's). */
  removeMachine(name: string): Promise<void>
  state(name: string): Promise<MachineState>
  /** Pauses a running machine; no-op on a paused one. Throws StateError when it is off. */
  pause(name: string): Promise<void>
  /** Lets paused machines run again, all in one virsh process; no-op on running ones. */
  resume(names: readonly string[]): Promise<void>
  /**
   * Writes a paused machine's RAM to `memory` and moves it onto a new overlay `disk`: the file that it was on is never
   * written again. The machine stays paused. Throws CommandError, and then it is still on its old file and `memory` and
   * `disk` are not there, unless libvirt itself died.
   */
  freeze(name: string, to: Moment): Promise<void>
  /**
   * Freezes running machines at one moment, as freeze does, but writes most of their RAM while they run; they run on
   * afterwards. `committed` is called, and awaited, when all stand still and none has been written to its end: from
   * then on what the files will hold is of one moment. Undefined when a machine had changed so little that it was
   * written to its end before the others: its moment is another one, and some machines may be on their new disks.
   * Throws as freeze does, and Interrupted.
   */
  freezeTogether(
    moments: readonly { readonly name: string; readonly to: Moment }[],
    o: { readonly committed: () => Promise<void>; readonly signal?: AbortSignal },
  ): Promise<PauseTimes | undefined>
  /**
   * Takes an off machine up from `memory`, paused, with its writable disk on `disk` (an overlay of the file that it was
   * frozen on), now and from its next start on. `forwards`: the host ports of now, which may be others than when it was
   * frozen.
   */
  thaw(name: string, from: Moment, forwards: readonly HostForward[]): Promise<void>
  /** What the QEMUs of these machines take of the host now; of one that is off, nothing is said. One virsh process. */
  usage(names: readonly string[]): Promise<ReadonlyMap<string, Usage>>
  /** Host memory that the QEMUs of these running machines take, MiB in all: no RAM image is larger. */
  memoryMiB(names: readonly string[]): Promise<number>
  /** Throws StateError when there is no such machine. */
  disk(name: string): Promise<DiskFiles>
  /**
   * Copies into a running machine's disk what lies between it and `base`, a file further down its chain: none of these
   * is written to, and none needed any more. Throws CommandError.
   */
  shortenDisk(name: string, base: string): Promise<void>
  /** An off machine starts from `path` from now on. */
  useDisk(name: string, path: string): Promise<void>
  /**
   * What a running guest's clock shows, as its agent (qemu-guest-agent) says it, ms since the epoch; undefined where no
   * agent answers.
   */
  guestTime(name: string): Promise<number | undefined>
  /** Sets it through the agent. Throws CommandError. */
  setGuestTime(name: string, ms: number): Promise<void>
  /** What a machine is defined as. Throws StateError when there is no such machine. */
  describe(name: string): Promise<Description>
  /**
   * Machines (by UUID) that somebody has redefined so that they reach, or are reached, beyond these bounds: what it is,
   * in words; of the definition of now and of that of the next start. One virsh process. `mark`: a file that remembers
   * definitions in which nothing was open, so that the same ones are not parsed again. Throws HostError.
   */
  openings(uuids: readonly string[], bounds: Bounds, mark?: string): Promise<ReadonlyMap<string, readonly string[]>>
  /** Versions, and whether QEMU knows this machine type (the newest `q35` unless told). */
  abilities(accel: Accel, machine?: string): Promise<Abilities>
  /** Machine type and CPU model that a RAM image was saved with. Throws CorruptError. */
  needs(memory: string): Promise<{ readonly machine: string; readonly cpu: string }>
  /**
   * Makes a RAM image from elsewhere one of the machine `spec`, so that `thaw` takes it. Nothing that it says of files,
   * ports or arguments is believed; throws CorruptError, and has then changed nothing, when it is not of a machine of
   * klab's with this memory, these CPUs, disks and cards.
   */
  adopt(memory: string, spec: MachineSpec): Promise<void>
  /** Ends what a killed klab left libvirt doing with the machine (writing RAM goes on without virsh). */
  abortJob(name: string): Promise<void>
  /** All libvirt networks, klab's or not, running or not. Throws CommandError where libvirt has no network driver. */
  networks(): Promise<readonly Network[]>
  /**
   * Defines and starts the network; redefines one that differs and is not active. Throws StateError when an active one
   * differs, or when name, UUID or bridge are somebody else's.
   */
  ensureNetwork(spec: NetworkSpec): Promise<void>
  /** Stops and undefines the network. Throws StateError when it does not carry klab's mark. */
  removeNetwork(name: string): Promise<void>
}
