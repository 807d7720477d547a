/** Addresses on the servers: official ones, the course's mirrors, or your own mirrors with the same layout. Pure. */
import type { Mirrors, OnlineSource } from '../../labfile/model.js'
import { parseRef } from '../archive/image-ref.js'

const ORIGINAL = {
  release: 'https://dl.k8s.io/release',
  github: 'https://github.com',
  calico: 'https://docs.projectcalico.org',
  packages: 'https://mirrors.aliyun.com',
} as const

/**
 * The hosts of kubeadm's images: k8s.gcr.io is frozen since April 2023, and registry.k8s.io has all that it has
 * (kubernetes.io blog, 2023-02-06).
 */
const KUBEADM_HOSTS: readonly string[] = ['registry.k8s.io', 'k8s.gcr.io']
/** The course's mirror (2.7.2): all images in one folder. */
const ALIYUN_REGISTRY = 'registry.cn-hangzhou.aliyuncs.com/google_containers'

/** Pinned parts that are the same for every Kubernetes version. */
export const PINS = {
  /** The last release that has the `flannel` plugin among the others. */
  cniPlugins: 'v0.9.1',
  /** The same as in a `source` bundle. flannel needs little from the API server, so it fits every minor. */
  flannel: 'quay.io/coreos/flannel:v0.15.1',
  /** For the proof of the pod network; named klab.local/probe:1 in the bundle. */
  probe: 'docker.io/library/busybox:1.36.1',
} as const

const base = (m: Mirrors, name: keyof typeof ORIGINAL): string => m[name] ?? ORIGINAL[name]

/** A binary of a Kubernetes release (kubernetes.io/releases/download). */
export const binaryUrl = (m: Mirrors, version: string, arch: string, name: string): string =>
  `${base(m, 'release')}/v${version}/bin/linux/${arch}/${name}`

/** The archive of the reference CNI plugins (github.com/containernetworking/plugins, releases). */
export const pluginsUrl = (m: Mirrors, arch: string): string =>
  `${base(m, 'github')}/containernetworking/plugins/releases/download/` +
  `${PINS.cniPlugins}/cni-plugins-linux-${arch}-${PINS.cniPlugins}.tgz`

/**
 * crictl, of which there is a v1.MINOR.0 for each minor (github.com/kubernetes-sigs/cri-tools, "Compatibility matrix").
 */
export const crictlUrl = (m: Mirrors, minor: number, arch: string): string =>
  `${base(m, 'github')}/kubernetes-sigs/cri-tools/releases/download/` +
  `v1.${minor}.0/crictl-v1.${minor}.0-linux-${arch}.tar.gz`

/**
 * Calico's manifest. Up to 3.21 it is on the documentation site, one for each line (the course's 2.9.1); from 3.22 on
 * in the repository, one for each release.
 */
export function calicoUrl(m: Mirrors, release: string): string {
  const [, line = '', minor = ''] = /^(v3\.(\d+))/.exec(release) ?? []
  return Number(minor) < 22
    ? `${base(m, 'calico')}/${line}/manifests/calico.yaml`
    : `${base(m, 'github')}/projectcalico/calico/raw/${release}/manifests/calico.yaml`
}

/**
 * The index of the mirror's Debian packages, and the address that its file names are relative to. There is one old
 * repository, and from 1.24 on one for each minor (pkgs.k8s.io's layout).
 */
export function packageIndex(
  m: Mirrors,
  minor: number,
  arch: string,
): { readonly index: string; readonly root: string } {
  const old = `${base(m, 'packages')}/kubernetes/apt`
  const core = `${base(m, 'packages')}/kubernetes-new/core/stable/v1.${minor}/deb`
  return minor < 24
    ? { index: `${old}/dists/kubernetes-xenial/main/binary-${arch}/Packages.gz`, root: old }
    : { index: `${core}/Packages.gz`, root: core }
}

/**
 * Where an image is pulled from: its own registry, a mirror of it, or (aliyun) the course's flat one for kubeadm's
 * images. A mirror for registry.k8s.io is also used for k8s.gcr.io's names.
 */
export function pullAddress(source: OnlineSource, name: string): string {
  const ref = parseRef(name)
  if (!ref) return name
  const given = source.mirrors.registries ?? {}
  if (!KUBEADM_HOSTS.includes(ref.host)) return `${given[ref.host] ?? ref.host}/${ref.path}:${ref.tag}`
  const mirror = given[ref.host] ?? KUBEADM_HOSTS.map((h) => given[h]).find((r) => r !== undefined)
  if (source.source === 'upstream') return `${mirror ?? KUBEADM_HOSTS[0] ?? ''}/${ref.path}:${ref.tag}`
  return `${mirror ?? ALIYUN_REGISTRY}/${ref.path.split('/').at(-1) ?? ''}:${ref.tag}`
}
