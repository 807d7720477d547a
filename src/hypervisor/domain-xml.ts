/**
 * A machine's spec as libvirt domain XML. Pure; docs: libvirt.org/formatdomain.html, and drvqemu.html for
 * qemu:commandline.
 */
import { checkSpec, forwardArgs, specDigest } from './spec.js'
import { toXml } from './to-xml.js'
import type { DiskSpec, MachineSpec, NatNics, UserNics } from './types.js'

/** Namespace of klab's own element in <metadata>. */
export const KLAB_NS = 'urn:klab:machine:1'
const QEMU_NS = 'http://libvirt.org/schemas/domain/qemu/1.0'

/**
 * QEMU's cache of translated code, MiB for each machine. A busy control plane fills about 350. A smaller cache is
 * thrown away and filled again every 20 s. QEMU's own default, 1 GiB, is no faster and takes 8 GiB of the host for four
 * nodes (docs/benchmarks.md).
 */
const TB_CACHE_MIB = 512
/**
 * The fastest model under TCG that runs docker and kubeadm. It must be a named model, because a RAM image needs one
 * (field notes).
 */
const TCG_CPU = 'Nehalem'

export interface DomainOptions {
  /**
   * The host confines QEMU with AppArmor (`virsh capabilities` lists the model): its profile denies sockets named on
   * the command line.
   */
  readonly apparmor?: boolean
}

const disk = (d: DiskSpec): object => ({
  '@type': 'file',
  '@device': 'disk',
  driver: { '@name': 'qemu', '@type': d.format, ...(d.readonly ? {} : { '@discard': 'unmap' }) },
  source: { '@file': d.path },
  target: { '@dev': d.target, '@bus': 'virtio' },
  ...(d.readonly ? { readonly: '' } : {}),
  // libvirt refuses <shareable/> on qcow2; <readonly/> alone already lets several machines open the file.
  ...(d.readonly && d.format === 'raw' ? { shareable: '' } : {}),
})

/**
 * Both NICs of user mode as QEMU arguments: libvirt 9.0 knows neither slirp's hostfwd nor vde. The PCI slots are fixed
 * and do not clash with libvirt's own (which count from 1 up), because a RAM image loads only into the same topology.
 * There is no option ROM for the same reason.
 */
function userNics(spec: UserNics): string[] {
  const nic = (netdev: string, mac: string, slot: string): string[] => [
    '-device',
    `virtio-net-pci,netdev=${netdev},id=${netdev}nic,mac=${mac},bus=pcie.0,addr=${slot},romfile=`,
  ]
  const mgmt = `user,id=mgmt,restrict=${spec.mgmt.internet ? 'off' : 'on'}${forwardArgs(spec.mgmt.forwards)}`
  return [
    ...['-netdev', mgmt, ...nic('mgmt', spec.mgmt.mac, '0x1d')],
    ...(spec.l2 ? ['-netdev', `vde,id=l2,sock=${spec.l2.socketDir}`, ...nic('l2', spec.l2.mac, '0x1e')] : []),
  ]
}

/**
 * The card on a libvirt network. In user mode its place has the second card. libvirt makes the tap device and plugs it
 * in.
 */
const natNic = ({ net }: NatNics): object => ({
  '@type': 'network',
  mac: { '@address': net.mac },
  source: { '@network': net.network },
  model: { '@type': 'virtio' },
  rom: { '@enabled': 'no' },
  address: { '@type': 'pci', '@domain': '0x0000', '@bus': '0x00', '@slot': '0x1e', '@function': '0x0' },
})

/**
 * The machine as domain XML. `q35` has no version here: libvirt adds this QEMU's version when it defines the domain.
 * Throws StateError (checkSpec).
 */
export function domainXml(spec: MachineSpec, options: DomainOptions = {}): string {
  checkSpec(spec)
  const kvm = spec.accel === 'kvm'
  const boot = spec.boot
  const domain = {
    '@type': kvm ? 'kvm' : 'qemu',
    '@xmlns:qemu': QEMU_NS,
    name: spec.name,
    uuid: spec.uuid,
    title: `${spec.node} of klab lab ${spec.labId}`,
    metadata: {
      'klab:machine': { '@xmlns:klab': KLAB_NS, '@lab': spec.labId, '@node': spec.node, '@digest': specDigest(spec) },
    },
    memory: { '@unit': 'MiB', '#text': spec.memoryMiB },
    vcpu: spec.cpus,
    os: {
      type: { '@arch': 'x86_64', '@machine': 'q35', '#text': 'hvm' },
      ...(boot.kind === 'direct'
        ? { kernel: boot.kernel, initrd: boot.initrd, cmdline: boot.cmdline }
        : { boot: { '@dev': 'hd' } }),
    },
    features: {
      acpi: '',
      apic: '',
      ...(kvm ? {} : { tcg: { 'tb-cache': { '@unit': 'MiB', '#text': TB_CACHE_MIB } } }),
    },
    cpu: kvm
      ? { '@mode': 'host-model', '@check': 'partial' }
      : { '@mode': 'custom', '@match': 'exact', '@check': 'none', model: { '@fallback': 'forbid', '#text': TCG_CPU } },
    clock: { '@offset': 'utc' },
    on_poweroff: 'destroy',
    on_reboot: 'restart',
    on_crash: 'destroy',
    devices: {
      disk: spec.disks.map(disk),
      ...(spec.net ? { interface: natNic(spec) } : {}),
      controller: { '@type': 'usb', '@model': 'none' },
      serial: { '@type': 'pty', log: { '@file': spec.consoleLog, '@append': 'off' }, target: { '@port': 0 } },
      // The guest agent sets the clock after a restore; libvirt chooses the socket.
      channel: { '@type': 'unix', target: { '@type': 'virtio', '@name': 'org.qemu.guest_agent.0' } },
      // Gives pages that the guest frees back to the host.
      memballoon: { '@model': 'virtio', '@freePageReporting': 'on' },
      rng: { '@model': 'virtio', backend: { '@model': 'random', '#text': '/dev/urandom' } },
    },
    ...(options.apparmor ? { seclabel: { '@type': 'none', '@model': 'apparmor' } } : {}),
    ...(spec.net ? {} : { 'qemu:commandline': { 'qemu:arg': userNics(spec).map((value) => ({ '@value': value })) } }),
  }
  return toXml({ domain })
}
