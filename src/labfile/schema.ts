/**
 * The Labfile as people write it: one zod schema, from which come types, defaults, messages and the editors' JSON
 * Schema.
 * A message says what is allowed ("must be …"); explain.ts adds the field, the place and what was found.
 */
import * as z from 'zod'
import { OWN_IMAGES } from '../versions/own-images.js'
import { english } from '../words/say.js'
import { addons } from './addons-schema.js'
import { bundle } from './bundle-schema.js'
import { os } from './os-schema.js'
import { kubeadmFields } from './kubeadm-schema.js'
import { choice, cidr, IDENTIFIER, path, section, text } from './fields.js'
import { node } from './node-schema.js'

/** At most this many nodes: as many as one machine can run, and as the lab's block of ports has room for. */
const MAX_NODES = 16
const URL_RULE = english('must be an http:// or https:// address without a password in it')
const sha256 = text(/^[0-9a-fA-F]{64}$/, english('must be the 64 hex digits that sha256sum prints')).transform((hex) =>
  hex.toLowerCase(),
)
const image = z.union(
  [
    z.literal(OWN_IMAGES).transform((name) => ({ kind: 'builtin' as const, name })),
    section({
      url: text(/^https?:\/\/[^\s@\\]+$/, URL_RULE)
        .refine((u) => URL.canParse(u), URL_RULE)
        .describe('Where to download the image (qcow2) from.'),
      sha256: sha256.describe('Its checksum; required, so that the lab is the same everywhere.'),
    }).transform((v) => ({ kind: 'url' as const, ...v })),
    section({
      path: path.describe('An image (qcow2) on this machine, relative to the Labfile.'),
      sha256: sha256.optional().describe('Its checksum, checked when given.'),
    }).transform((v) => ({
      kind: 'path' as const,
      path: v.path,
      ...(v.sha256 === undefined ? {} : { sha256: v.sha256 }),
    })),
  ],
  {
    error: english('must be {ownImages}, {url, sha256} or {path}', {
      ownImages: OWN_IMAGES.join(', '),
      path: '{path}',
    }),
  },
)

const CALICO_RULE = english('must be three numbers such as "3.14.2", without a v')
const cni = z.union(
  [
    choice('flannel', 'none'),
    z.literal('calico').transform(() => ({ name: 'calico' as const, version: undefined, encapsulation: undefined })),
    section({
      name: z
        .literal('calico', english('must be calico'))
        .describe('Calico; its manifest and images come from the bundle.'),
      version: text(/^3\.\d{1,2}\.\d{1,2}$/, CALICO_RULE)
        .optional()
        .describe('Calico version. Default: the newest that fits the Kubernetes version.'),
      encapsulation: choice('ipip', 'vxlan', 'vxlanCrossSubnet')
        .optional()
        .describe(
          'How pods of different nodes reach each other. Default: ipip; vxlanCrossSubnet with bundle source or auto.',
        ),
    }),
    section({
      manifest: path.describe('Manifest of a pod network, relative to the Labfile; its images must be in the bundle.'),
    }),
  ],
  { error: english('must be flannel, calico, none, {name: calico, version, encapsulation} or {manifest: PATH}') },
)

/**
 * An address that is also written to repository files and shell settings of the guests: no character in it has a
 * special meaning there.
 */
const address = (form: RegExp, must: string) =>
  text(form, must)
    .refine((url) => URL.canParse(url), must)
    .transform((url) => url.replace(/\/+$/, ''))
const ADDRESS_RULE = english('must be an http:// or https:// address of plain characters, without a password or query')
const HTTPS_RULE =
  'must be an https:// address (its keys are fetched from there), of plain characters, without a password or query'
const anyAddress = address(/^https?:\/\/[A-Za-z0-9][A-Za-z0-9._~:/%+-]*$/, ADDRESS_RULE)
const httpsAddress = address(/^https:\/\/[A-Za-z0-9][A-Za-z0-9._~:/%+-]*$/, HTTPS_RULE)

const VERSION_RULE = english('must be three numbers such as "1.23.17", without a v')
const kubernetes = section({
  version: text(/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){2}$/, VERSION_RULE)
    .default('1.23.17')
    .describe('Kubernetes version.'),
  runtime: choice('docker', 'containerd').default('docker').describe('Container runtime.'),
  podCidr: cidr('10.81.0.0/16', 8, 24, english('each node gets a /24 of it'))
    .default('10.81.0.0/16')
    .describe('Addresses of the pods.'),
  serviceCidr: cidr('10.1.0.0/16', 12, 28, english('what the API server accepts'))
    .default('10.1.0.0/16')
    .describe('Addresses of the services.'),
  cni: cni.prefault('calico').describe('Pod network; none leaves it to the trainee.'),
  proxyMode: choice('iptables', 'ipvs', 'nftables')
    .default('iptables')
    .describe('How kube-proxy works; nftables from Kubernetes 1.31 on.'),
  registryMirrors: z
    .array(anyAddress, english('must be a list; each {addressRule}', { addressRule: ADDRESS_RULE }))
    .max(8, english('must be at most 8 mirrors'))
    .default([])
    .describe('Mirrors of Docker Hub that the runtime asks first (course 2.3.7).'),
  bundle,
  addons,
  dockerVersion: text(/^\d{1,2}\.\d{1,2}\.\d{1,2}$/, english('must be three numbers such as "19.03.8"'))
    .optional()
    .describe(
      'Version of docker-ce, from mirrors.docker. ' +
        'Default: what the distribution has (Debian, Ubuntu), or the newest docker-ce.',
    ),
  packages: choice('bundle', 'repository')
    .default('bundle')
    .describe(
      'Where the nodes get kubeadm, kubelet and kubectl from: ' +
        'the bundle, or the yum or apt repository of mirrors.kubernetes.',
    ),
  apiEndpoint: z
    .ipv4(english('must be an IPv4 address such as 192.168.31.60'))
    .optional()
    .describe(
      'The address that three or five control planes share, in network.cidr. Default: the highest that no node has.',
    ),
  ...kubeadmFields,
})

const mirrors = section({
  os: anyAddress
    .optional()
    .describe(
      'Packages of the distribution: the folder that holds os/ and updates/ (CentOS 7), BaseOS/ (Rocky, Alma, CentOS ' +
        'Stream), or dists/ (Debian, Ubuntu). Default: what the image has; the vault for CentOS 7.',
    ),
  docker: httpsAddress
    .optional()
    .describe('docker-ce: the folder that holds linux/. Default: https://download.docker.com'),
  kubernetes: httpsAddress
    .optional()
    .describe(
      'kubeadm, kubelet, kubectl: the folder that holds yum/ and apt/ (to 1.23), or v1.24/ and so on. ' +
        'Default: the course’s mirror, or pkgs.k8s.io.',
    ),
  elrepo: httpsAddress.optional().describe('ELRepo, for os.kernel: lt: the folder that holds kernel/.'),
})

const hypervisor = section({
  uri: choice('auto', 'qemu:///session', 'qemu:///system')
    .default('auto')
    .describe('libvirt to use; auto: session for users, system for root.'),
  accel: choice('auto', 'kvm', 'tcg')
    .default('auto')
    .describe('auto: KVM where a probe guest really runs, else emulation (tcg).'),
})
const network = section({
  mode: choice('user', 'nat')
    .default('user')
    .describe(
      'user: no root needed, nothing listens beyond 127.0.0.1; ' +
        'nat: a libvirt network where the host reaches the nodes at their addresses (qemu:///system).',
    ),
  cidr: cidr('192.168.31.0/24', 8, 29, english('room for a gateway and nodes'))
    .default('192.168.31.0/24')
    .describe('The network the nodes share; its first address is kept for a gateway.'),
  internet: z
    .boolean(english('must be true or false'))
    .default(false)
    .describe('May the nodes reach the internet through the host?'),
})

/** The whole file. Output: all defaults except the nodes' (build.ts), sizes as numbers, sources as unions. */
export const documentSchema = section({
  version: z
    .literal(1, english('must be 1, the only version of this format'))
    .optional()
    .describe('Version of the Labfile format.'),
  name: text(
    IDENTIFIER,
    english('must be lower-case letters, digits and dashes, beginning with a letter, at most 32 characters'),
  ).describe('Name of the lab.'),
  hypervisor: hypervisor.prefault({}).describe('How the VMs are run.'),
  image: image.prefault('debian-12').describe('What the nodes boot.'),
  network: network.prefault({}).describe('The network of the lab.'),
  nodes: z
    .array(node, english('must be a list of nodes'))
    .min(1, english('must have at least one node'))
    .max(MAX_NODES, english('must be at most {maxNodes} nodes', { maxNodes: MAX_NODES }))
    .optional()
    .describe('The VMs. Default: k8s-master01 (host 61 of the network) and k8s-node01 to k8s-node03 (62 to 64).'),
  kubernetes: z
    .union([z.literal(false), kubernetes], {
      error: english('must be false (plain VMs) or a map of {shape}', {
        shape: Object.keys(kubernetes.shape).join(', '),
      }),
    })
    .prefault({})
    .describe('The cluster; false for plain VMs.'),
  mirrors: mirrors.prefault({}).describe('Where nodes get packages from.'),
  os: os.prefault({}).describe('Settings of every node.'),
})

export type LabDocument = z.output<typeof documentSchema>
