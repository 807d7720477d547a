/** The NoCloud seed of one machine: it turns a clone of the image into this node. Pure. */
import { stringify } from 'yaml'
import { networkConfig, SLIRP } from './network-config.js'
import type { SeedInput } from './types.js'

export interface SeedFiles {
  readonly 'user-data': string
  readonly 'meta-data': string
  readonly 'network-config': string
}

/** What cloud-init prints on the serial console when all its stages are done. */
const FINAL_MESSAGE = 'klab-boot-finished'

/**
 * The files of the seed. They work with klab's own image and stock cloud images: Debian, Ubuntu, CentOS 7 (cloud-init
 * 18.5) and its successors.
 */
export function seedFiles(input: SeedInput): SeedFiles {
  // cloud-init reads YAML 1.1, where unquoted 52:54:00:12:34:56 and `on` are a number and a boolean. No folding: keys
  // stay on one line.
  const yaml = (data: object): string => stringify(data, { version: '1.1', lineWidth: 0 })
  return {
    'user-data': `#cloud-config\n${yaml(userData(input))}`,
    'meta-data': yaml({ 'instance-id': input.instanceId, 'local-hostname': input.node }),
    'network-config': yaml(networkConfig(input)),
  }
}

/**
 * klab's own image has slirp's name server in a plain file. If it is a link, another program (systemd-resolved)
 * maintains it from the network-config. $1 is the address.
 */
const SET_RESOLVER = ['sh', '-c', '[ -h /etc/resolv.conf ] || echo "nameserver $1" >/etc/resolv.conf', 'sh']

function userData(input: SeedInput): object {
  const { node, user, hostKey, timeServers } = input
  return {
    hostname: node,
    preserve_hostname: false,
    manage_etc_hosts: false,
    users: [
      {
        name: user,
        gecos: 'klab',
        sudo: 'ALL=(ALL) NOPASSWD:ALL',
        lock_passwd: true,
        shell: '/bin/bash',
        ssh_authorized_keys: [...input.authorizedKeys],
      },
    ],
    disable_root: true,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_genkeytypes: ['ed25519'],
    ssh_keys: { ed25519_private: hostKey.private, ed25519_public: hostKey.public },
    no_ssh_fingerprints: true,
    ssh: { emit_keys_to_console: false },
    write_files: [
      { path: '/etc/hosts', permissions: '0644', content: etcHosts(input) },
      { path: '/etc/default/locale', permissions: '0644', content: `LANG=${input.locale}\n` },
    ],
    locale: input.locale,
    timezone: input.timezone,
    ...(timeServers.length > 0 && { ntp: { enabled: true, servers: [...timeServers] } }),
    growpart: { mode: 'auto', devices: ['/'] },
    resize_rootfs: true,
    package_update: false,
    package_upgrade: false,
    ...(input.labNic?.gateway !== undefined && { runcmd: [[...SET_RESOLVER, input.labNic.gateway]] }),
    final_message: FINAL_MESSAGE,
  }
}

/**
 * The node's own name has its address on the lab's segment: with 127.0.1.1 kubeadm and etcd would find the wrong one.
 * The name must be there, or sudo asks a name server that may not exist.
 */
function etcHosts({ node, hosts }: SeedInput): string {
  const all = hosts.some((h) => h.name === node) ? hosts : [...hosts, { ip: SLIRP.guest, name: node }]
  const lines = [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    ...all.map((h) => `${h.ip} ${h.name}`),
  ]
  return `${lines.join('\n')}\n`
}
