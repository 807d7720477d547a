/** Killercoda's and Katacoda's machine images, and what a lab needs to replace one. */

export interface Environment {
  /** One machine that runs pods too: its control plane loses its taint. */
  readonly single: boolean
  /** How many machines the scenario expects. */
  readonly nodes: number
  /** Whether it expects a cluster. */
  readonly cluster: boolean
  /** How klab's lab differs, in words; undefined: it does not. */
  readonly differs?: string
}

const K3S = 'it was written for k3s; this is kubeadm: no `k3s` command, no Traefik, no local-path storage'
const KUBEADM_1 = { single: true, nodes: 1, cluster: true }
const KUBEADM_2 = { single: false, nodes: 2, cluster: true }
const MACHINE = { single: true, nodes: 1, cluster: false }

/** From the public scenarios (lessons-notes.md counts them); docs/lessons.md has the same table. */
export const ENVIRONMENTS: Readonly<Record<string, Environment>> = {
  'kubernetes-kubeadm-1node': KUBEADM_1,
  'kubernetes-kubeadm-1node-4GB': KUBEADM_1,
  'kubernetes-kubeadm-1node-rapid': KUBEADM_1,
  'kubernetes-kubeadm-2nodes': KUBEADM_2,
  'kubernetes-kubeadm-2nodes-rapid': KUBEADM_2,
  'kubernetes-k3s-1node': { ...KUBEADM_1, differs: K3S },
  'kubernetes-k3s-1node-rapid': { ...KUBEADM_1, differs: K3S },
  // Katacoda's names.
  kubernetes: KUBEADM_1,
  'kubernetes-cluster': KUBEADM_2,
  'kubernetes-cluster-running': KUBEADM_2,
  minikube: { ...KUBEADM_1, differs: 'it was written for minikube; this is kubeadm: no `minikube` command' },
  'minikube-running': { ...KUBEADM_1, differs: 'it was written for minikube; this is kubeadm: no `minikube` command' },
  ubuntu: { ...MACHINE, differs: 'it was written for Ubuntu; this is Debian' },
  'ubuntu-4GB': { ...MACHINE, differs: 'it was written for Ubuntu; this is Debian' },
}

/** Katacoda’s tag, Killercoda’s suffix for another Ubuntu: `ubuntu:2004`, `kubernetes-kubeadm-1node-ubuntu20.04`. */
const RELEASE = /(?:-ubuntu[\d.]+|:[\w.-]+)$/

/** What an image id means. An unknown one counts as a cluster of two nodes, with a note. */
export function environmentOf(imageId: string | undefined): Environment {
  // The lesson names no image, so it needs nothing special.
  if (imageId === undefined) return { single: false, nodes: 1, cluster: false }
  const known = ENVIRONMENTS[imageId] ?? ENVIRONMENTS[imageId.replace(RELEASE, '')]
  return known ?? { ...KUBEADM_2, differs: `${imageId}: klab does not know this machine image` }
}
