/** What klab knows of Kubernetes versions: the kubeadm API, sockets and image tags that go with each minor. */
import { UsageError } from '../errors.js'

/** Minor number of `1.20.2`: 20. Throws UsageError for anything that is not 1.x.y. */
export function minorOf(version: string): number {
  const match = /^1\.(\d+)\.\d+$/.exec(version)
  if (match?.[1] === undefined) throw new UsageError(`Kubernetes version ${version}: want 1.MINOR.PATCH, such as 1.20.2`)
  return Number(match[1])
}

/** kubeadm's configuration API for a minor (kubeadm-config reference: v1beta2 since 1.15, v1beta3 since 1.22, v1beta4 since 1.31). */
export function kubeadmApi(minor: number): 'v1beta2' | 'v1beta3' | 'v1beta4' {
  if (minor >= 31) return 'v1beta4'
  return minor >= 22 ? 'v1beta3' : 'v1beta2'
}

/** Where kubelet and kubeadm find the container runtime; a URL from kubeadm 1.24 on, a plain path before. */
export function criSocket(runtime: 'docker' | 'containerd', minor: number): string {
  const path =
    runtime === 'containerd' ? '/run/containerd/containerd.sock' : minor >= 24 ? '/run/cri-dockerd.sock' : '/var/run/dockershim.sock'
  return minor >= 24 ? `unix://${path}` : path
}
