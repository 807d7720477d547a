/** Door 1, the hypervisor. Types only. All `ensure…`/`remove…` succeed when it is already so. */

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
  { readonly kind: 'direct'; readonly kernel: string; readonly initrd: string; readonly cmdline: string } | { readonly kind: 'disk' }

export interface MachineSpec {
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
  /** NIC 1: QEMU user mode networking (slirp). */
  readonly mgmt: { readonly mac: string; readonly forwards: readonly HostForward[]; readonly internet: boolean }
  /** NIC 2: the lab's private L2 segment (vde_switch's socket directory). */
  readonly l2?: { readonly mac: string; readonly socketDir: string }
}

export interface Machine {
  readonly name: string
  readonly uuid: string
  readonly state: MachineState
}

/** A machine with what klab wrote in its <metadata>. */
export interface OwnedMachine extends Machine {
  readonly labId: string
  readonly node: string
  readonly specDigest: string
}

export interface Hypervisor {
  readonly uri: string
  /** All domains, klab's or not: one virsh process, quick enough for `status`. Throws HostError when libvirt can't be reached. */
  list(): Promise<readonly Machine[]>
  /** Domains that carry klab's metadata (of any lab when labId is undefined). */
  owned(labId?: string): Promise<readonly OwnedMachine[]>
  /** Validates and defines the domain; redefines when the spec's digest differs and the machine is not running; throws StateError when it is running with another spec. */
  ensureMachine(spec: MachineSpec): Promise<void>
  /** Starts it unless it runs (resumes a paused one). Throws CommandError; `isPortBusy(error)` tells a taken host port. */
  start(name: string): Promise<void>
  /** ACPI shutdown, then power off after graceMs (0: at once). */
  stop(name: string, graceMs: number): Promise<void>
  /** Powers off and undefines; leaves disks alone (they are the store's). */
  removeMachine(name: string): Promise<void>
  state(name: string): Promise<MachineState>
}

/** The lab's L2 segment: one vde_switch a lab, its socket in a directory that only the owner (and QEMU's user) may enter. */
export interface L2Switch {
  ensure(runDir: string): Promise<{ readonly socketDir: string }>
  running(runDir: string): Promise<boolean>
  /** Ends the switch of this directory (never another), removes the directory. */
  remove(runDir: string): Promise<void>
}
