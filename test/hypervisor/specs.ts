/** Specs for the pure tests of this room. */
import type { MachineBase, NatNics, NetworkSpec, UserMachineSpec } from '../../src/hypervisor/types.js'

/** A node of the default lab: direct boot, overlay, bundle and seed, both NICs. */
export const node: UserMachineSpec = {
  name: 'klab-course-1a2b3c4d-k8s-master01',
  uuid: '6f1c1f1e-5d0a-5c55-8a3b-0123456789ab',
  labId: 'course-1a2b3c4d',
  node: 'k8s-master01',
  accel: 'tcg',
  cpus: 2,
  memoryMiB: 3072,
  boot: {
    kind: 'direct',
    kernel: '/var/cache/klab/layers/abc/vmlinuz',
    initrd: '/var/cache/klab/layers/abc/initrd',
    cmdline: 'root=LABEL=rootfs rw console=ttyS0',
  },
  disks: [
    {
      path: '/var/lib/klab/labs/course-1a2b3c4d/nodes/k8s-master01/disk.qcow2',
      format: 'qcow2',
      target: 'vda',
      readonly: false,
    },
    { path: '/var/cache/klab/bundles/def/bundle.iso', format: 'raw', target: 'vdb', readonly: true },
    {
      path: '/var/lib/klab/labs/course-1a2b3c4d/nodes/k8s-master01/seed.iso',
      format: 'raw',
      target: 'vdc',
      readonly: true,
    },
  ],
  consoleLog: '/var/lib/klab/labs/course-1a2b3c4d/nodes/k8s-master01/console.log',
  mgmt: {
    mac: '52:54:00:aa:bb:01',
    forwards: [
      { hostPort: 40022, guestPort: 22 },
      { hostPort: 40643, guestPort: 6443 },
    ],
    internet: false,
  },
  l2: { mac: '52:54:00:aa:bb:02', socketDir: '/run/klab/1a2b3c4d/l2' },
}

/** A cloud image under KVM, with the internet and without a segment, and with paths that XML must escape. */
export const cloud: UserMachineSpec = {
  name: node.name,
  uuid: node.uuid,
  labId: node.labId,
  node: node.node,
  cpus: node.cpus,
  memoryMiB: node.memoryMiB,
  accel: 'kvm',
  boot: { kind: 'disk' },
  disks: [{ path: `/home/o'neil/<labs> & "more"/disk.qcow2`, format: 'qcow2', target: 'vda', readonly: false }],
  consoleLog: '/home/a,b/console.log',
  mgmt: { mac: '52:54:00:aa:bb:01', forwards: [{ hostPort: 40022, guestPort: 22 }], internet: true },
}

/** The same node in NAT mode. */
export const natNode: MachineBase & NatNics = {
  name: node.name,
  uuid: node.uuid,
  labId: node.labId,
  node: node.node,
  accel: node.accel,
  cpus: node.cpus,
  memoryMiB: node.memoryMiB,
  boot: node.boot,
  disks: node.disks,
  consoleLog: node.consoleLog,
  net: { mac: '52:54:00:aa:bb:02', network: 'klab-course-1a2b3c4d' },
}

/** And its network. */
export const network: NetworkSpec = {
  name: 'klab-course-1a2b3c4d',
  uuid: '0e1d2c3b-5d0a-8c55-8a3b-0123456789ab',
  labId: node.labId,
  bridge: 'klab1a2b3c4d',
  address: '192.168.31.1',
  prefix: 24,
  internet: true,
  leases: [
    { mac: '52:54:00:aa:bb:02', ip: '192.168.31.61', node: 'k8s-master01' },
    { mac: '52:54:00:aa:bb:04', ip: '192.168.31.62', node: 'k8s-node01' },
  ],
}
