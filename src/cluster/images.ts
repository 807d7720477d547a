/** Which container images a cluster needs: kubeadm's, and those in a manifest. Pure. */
import { imageUses } from './image-uses.js'
import { releaseOf } from '../versions/kubernetes.js'

export interface KubeadmImages {
  /** What `kubeadm config images list` prints, in 1.20's order. */
  readonly all: readonly string[]
  /** Those that a worker needs (course 2.7.4). */
  readonly node: readonly string[]
}

/**
 * kubeadm's images of a version. `registry`: imageRepository instead of kubeadm's own.
 * Throws UsageError for a version that klab does not know.
 */
export function kubeadmImages(version: string, registry?: string): KubeadmImages {
  const r = releaseOf(version)
  const at = (name: string, tag: string): string => `${registry ?? r.registry}/${name}:${tag}`
  const core = (name: string): string => at(name, `v${version}`)
  const node = [core('kube-proxy'), at('pause', r.pause)]
  // In 1.21 CoreDNS moved into its own folder, but only in the default registry (kubeadm, images.GetDNSImage).
  const coredns = at(r.minor >= 21 && registry === undefined ? 'coredns/coredns' : 'coredns', r.coredns)
  return {
    all: [
      core('kube-apiserver'),
      core('kube-controller-manager'),
      core('kube-scheduler'),
      ...node,
      at('etcd', r.etcd),
      coredns,
    ],
    node,
  }
}

/**
 * The full name of an image: `calico/node:v3.14.2` is `docker.io/calico/node:v3.14.2` (distribution/reference,
 * "familiar names"). Archives and manifests may write either; for docker and containerd they are the same.
 */
export function fullRef(ref: string): string {
  const [first = '', ...rest] = ref.split('/')
  const registry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const path = registry ? ref : rest.length > 0 ? `docker.io/${ref}` : `docker.io/library/${ref}`
  return /(?:@|:[^/]*$)/.test(path.slice(path.indexOf('/'))) ? path : `${path}:latest`
}

/**
 * The images of a manifest's containers and volumes, each once, as written. Text that is not YAML has none: the command
 * that applies it reports that.
 */
export const manifestImages = (text: string): readonly string[] => [...new Set(imageUses(text).map((u) => u.image))]
