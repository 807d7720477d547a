/**
 * The sections of the course's chapter 2: the title of each, the phase that does it, and its file. docs/course.md says
 * the rest.
 */
import type { PhaseName } from '../labfile/phases.js'
import { UsageError } from '../errors.js'
import { english, type Text } from '../words/say.js'

export interface Section {
  /** As the course numbers it; parts of 2.1 that have no number have a word. */
  readonly id: string
  readonly title: Text
  readonly phase: PhaseName | '-'
  /** Where klab's part is. */
  readonly file: string
  /** A section that only looks: the course's command. It leaves nothing to check. */
  readonly look?: string
  /** The same in the RHEL family, if it differs there. */
  readonly lookRhel?: string
  /** It also applies to plain VMs. */
  readonly plain?: true
}

const SYSTEM = 'cloud-init/phases/system.sh'
const RUNTIME = 'cloud-init/phases/runtime-$KLAB_RUNTIME.sh'
const PACKAGES = 'cloud-init/phases/packages.sh'
const IMAGES = 'cloud-init/phases/images.sh'
const BUNDLE = 'src/bundle/ensure.ts'
const IMAGE_LIST = 'kubeadm config images list --kubernetes-version v$KLAB_VERSION'

export const SECTIONS: readonly Section[] = [
  { id: '2.1', title: 'hardware minimum', phase: 'machines', file: 'src/node/machine.ts', plain: true },
  { id: '2.1-mirror', title: 'package mirror', phase: 'system', file: SYSTEM, plain: true },
  { id: '2.1-kernel', title: 'kernel', phase: 'system', file: SYSTEM, plain: true },
  { id: '2.2.1', title: 'firewall off', phase: 'system', file: SYSTEM, plain: true },
  { id: '2.2.2', title: 'SELinux off', phase: 'system', file: SYSTEM, plain: true },
  { id: '2.2.3', title: 'bridge filter, forwarding', phase: 'system', file: SYSTEM, plain: true },
  { id: '2.2.4', title: 'IPVS', phase: 'system', file: SYSTEM, plain: true },
  { id: '2.2.5', title: 'time and zone', phase: 'system', file: SYSTEM, plain: true },
  { id: '2.2.6', title: 'completion', phase: 'system', file: SYSTEM, plain: true },
  { id: '2.2.7', title: 'swap off', phase: 'system', file: SYSTEM, plain: true },
  { id: '2.2.8', title: 'hosts', phase: 'system', file: SYSTEM, plain: true },
  {
    id: '2.3.1',
    title: 'where docker comes from',
    phase: 'image',
    file: 'cloud-init/image/packages.txt',
    look: 'apt-cache policy docker.io',
    lookRhel: 'yum list docker-ce',
  },
  { id: '2.3.2', title: 'docker: what it needs', phase: 'runtime', file: RUNTIME },
  { id: '2.3.3', title: 'docker: repository', phase: 'runtime', file: RUNTIME },
  {
    id: '2.3.4',
    title: 'docker: versions',
    phase: '-',
    file: RUNTIME,
    look: 'apt-cache madison docker.io',
    lookRhel: 'yum list docker-ce --showduplicates | sort -r',
  },
  { id: '2.3.5', title: 'runtime installed', phase: 'runtime', file: RUNTIME },
  { id: '2.3.6', title: 'runtime started', phase: 'runtime', file: RUNTIME },
  { id: '2.3.7', title: 'registry mirror', phase: 'runtime', file: RUNTIME },
  { id: '2.3.8', title: 'runtime enabled', phase: 'runtime', file: RUNTIME },
  { id: '2.3.9', title: 'systemd cgroup driver', phase: 'runtime', file: RUNTIME },
  {
    id: '2.2.10',
    title: 'docker’s commands (is in 2.3)',
    phase: '-',
    file: RUNTIME,
    look: '$KLAB_RUNTIME -v; $KLAB_RUNTIME version; $KLAB_RUNTIME info',
  },
  { id: '2.4', title: 'versions', phase: 'packages', file: PACKAGES },
  { id: '2.5.1', title: 'kubernetes: repository file', phase: 'packages', file: PACKAGES },
  { id: '2.5.2', title: 'kubernetes: its content', phase: 'packages', file: PACKAGES },
  {
    id: '2.5.3',
    title: 'kubernetes: package lists',
    phase: '-',
    file: PACKAGES,
    look: 'apt-get update',
    lookRhel: 'yum clean all; yum -y makecache',
  },
  {
    id: '2.5.4',
    title: 'kubernetes: repository usable',
    phase: '-',
    file: PACKAGES,
    look: 'apt-cache policy kubeadm',
    lookRhel: 'yum list | grep kubeadm',
  },
  {
    id: '2.5.5',
    title: 'kubernetes: versions',
    phase: '-',
    file: PACKAGES,
    look: 'apt-cache madison kubelet',
    lookRhel: 'yum list kubelet --showduplicates | sort -r',
  },
  { id: '2.5.6', title: 'kubeadm, kubelet, kubectl', phase: 'packages', file: PACKAGES },
  { id: '2.6.1', title: 'kubelet’s cgroup driver', phase: 'control-plane', file: 'src/cluster/kubeadm.ts' },
  { id: '2.6.2', title: 'kubelet enabled', phase: 'packages', file: PACKAGES },
  { id: '2.7.1', title: 'images: list', phase: '-', file: 'src/cluster/images.ts', look: IMAGE_LIST },
  { id: '2.7.2', title: 'images: script', phase: 'image', file: BUNDLE },
  { id: '2.7.3', title: 'images: fetched', phase: 'image', file: BUNDLE },
  { id: '2.7.4', title: 'images: archives', phase: 'image', file: BUNDLE },
  { id: '2.8.1', title: 'images on the control plane', phase: 'images', file: IMAGES },
  { id: '2.8.2', title: 'images on the workers', phase: 'images', file: IMAGES },
  { id: '2.9.1', title: 'pod network, host name', phase: 'cni', file: 'src/phases/cni.ts' },
  { id: '2.9.2', title: 'kubeadm init', phase: 'control-plane', file: 'cloud-init/phases/control-plane.sh' },
  { id: '2.9.3', title: 'kubeconfig', phase: 'control-plane', file: 'cloud-init/phases/control-plane.sh' },
  { id: '2.9.4', title: 'kubeadm join', phase: 'workers', file: 'cloud-init/phases/workers.sh' },
  { id: '2.9.5', title: 'kubectl completion', phase: 'packages', file: PACKAGES },
  { id: '2.9.6', title: 'mail notices', phase: '-', file: 'cloud-init/image/packages.txt' },
  { id: '2.9.7', title: 'yum-key.gpg', phase: 'packages', file: PACKAGES },
]

/** The expensive parts of the script in cloud-init/check that these sections need. */
export const partsFor = (sections: readonly Section[]): readonly string[] =>
  Object.entries({ engine: /^2\.[346789]/, versions: /^2\.[45]/, cluster: /^2\.9/ })
    .filter(([, those]) => sections.some((s) => those.test(s.id)))
    .map(([part]) => part)

const numbered = (section: string): readonly number[] => section.split('.').map(Number)

/**
 * Sections by number: `2.2.7` itself; for `2.2` all below it (also 2.2.10, where the course put it). Throws UsageError
 * if there is none.
 */
export function findSections(wanted: string): readonly Section[] {
  const found = SECTIONS.filter(
    (s) => s.id === wanted || s.id.startsWith(`${wanted}.`) || s.id.startsWith(`${wanted}-`),
  )
  if (found.length > 0) return found
  const near = SECTIONS.filter((s) => numbered(s.id)[1] === numbered(wanted)[1]).map((s) => s.id)
  throw new UsageError(
    near.length === 0
      ? english('{wanted}: no such section of chapter 2', { wanted })
      : english('{wanted}: no such section of chapter 2; there are {names}', { wanted, names: near.join(', ') }),
    {
      hint: 'klab explain',
    },
  )
}
