/** The phases of `klab up`, in order, with the sections of the course that they do (design.md, decision 5). */

export const PHASES = [
  { name: 'network', title: 'lab network', course: '' },
  { name: 'image', title: 'base image and bundle', course: '' },
  { name: 'node-image', title: 'node image, baked once', course: '' },
  { name: 'machines', title: 'disks, seeds, domains', course: '2.1' },
  { name: 'boot', title: 'boot and cloud-init', course: '' },
  { name: 'system', title: 'system settings', course: '2.2' },
  { name: 'runtime', title: 'container runtime', course: '2.3' },
  { name: 'packages', title: 'kubeadm, kubelet, kubectl', course: '2.4–2.6' },
  { name: 'images', title: 'container images', course: '2.7, 2.8' },
  { name: 'control-plane', title: 'kubeadm init', course: '2.9.2, 2.9.3' },
  { name: 'workers', title: 'kubeadm join', course: '2.9.4' },
  { name: 'labels', title: 'labels and taints of nodes', course: '' },
  { name: 'cni', title: 'pod network', course: '2.9.1' },
  { name: 'addons', title: 'add-ons', course: '1.3' },
  { name: 'ready', title: 'proof: nodes, DNS, pod to pod', course: '' },
] as const

export type PhaseName = (typeof PHASES)[number]['name']
export const PHASE_NAMES: readonly PhaseName[] = PHASES.map((p) => p.name)
/** The phases whose work is baked into the node image. */
export const BAKED: readonly PhaseName[] = ['system', 'runtime', 'packages', 'images']

/** The phases whose work is done inside the guests, so they can be done again on a running lab (`klab provision`). */
export const GUEST_PHASES: readonly PhaseName[] = PHASE_NAMES.slice(PHASE_NAMES.indexOf('system'))

/** Whether phase `a` comes before or is `b`. */
export const upTo = (a: PhaseName, b: PhaseName): boolean => PHASE_NAMES.indexOf(a) <= PHASE_NAMES.indexOf(b)
