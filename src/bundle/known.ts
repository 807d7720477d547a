/** What klab's version table says for bundles: kubeadm's images, and the Calico release that fits. The only file here that asks it. */
import { minorOf } from '../cluster/versions.js'

/** Minor → pause, etcd, CoreDNS (`kubeadm config images list` of its releases). */
const TAGS: Readonly<Record<number, readonly [pause: string, etcd: string, coredns: string]>> = {
  17: ['3.1', '3.4.3-0', '1.6.5'],
  18: ['3.2', '3.4.3-0', '1.6.7'],
  20: ['3.2', '3.4.13-0', '1.7.0'],
}

/** kubeadm's images of a version, or undefined for one that is not in the table. */
export function knownImages(version: string): readonly string[] | undefined {
  const tags = TAGS[minorOf(version)]
  if (!tags) return undefined
  const core = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map((name) => `${name}:v${version}`)
  return [...core, `pause:${tags[0]}`, `etcd:${tags[1]}`, `coredns:${tags[2]}`].map((name) => `k8s.gcr.io/${name}`)
}

/** The Calico release for a version: the course's 3.14 for what it was tested with (Calico 3.14, "Requirements": 1.16 to 1.18; it still runs on 1.20). */
export function calicoRelease(version: string): string {
  return minorOf(version) <= 20 ? 'v3.14.2' : 'v3.25.2'
}
