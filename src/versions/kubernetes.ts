/**
 * What klab knows about Kubernetes versions. What changed between minors is only here. docs/versions.md shows it as a
 * table.
 */
import { UsageError } from '../errors.js'
import { english } from '../words/say.js'
import { imageTags, KNOWN_MINORS, registryOf, type ImageTags } from './releases.js'

export type Runtime = 'docker' | 'containerd'
export type CgroupVersion = 'v1' | 'v2'
export type KubeadmApi = 'v1beta2' | 'v1beta3' | 'v1beta4'

const FORM = /^1\.(\d+)\.(\d+)$/

function split(version: string): readonly [minor: number, patch: number] {
  const match = FORM.exec(version)
  if (!match)
    throw new UsageError(english('Kubernetes version {version}: want 1.MINOR.PATCH, such as 1.20.2', { version }))
  return [Number(match[1]), Number(match[2])]
}

/** Minor number of `1.20.2`: 20. Throws UsageError for anything that is not 1.x.y. */
export const minorOf = (version: string): number => split(version)[0]

/**
 * kubeadm's configuration API for a minor (kubeadm-config reference: v1beta2 since 1.15, v1beta3 since 1.22, v1beta4
 * since 1.31; 1.37 has a `v1` beside it, which still prefers v1beta4: cmd/kubeadm/app/apis/kubeadm/scheme).
 */
export function kubeadmApi(minor: number): KubeadmApi {
  if (minor >= 31) return 'v1beta4'
  return minor >= 22 ? 'v1beta3' : 'v1beta2'
}

/** Where kubelet and kubeadm find the container runtime; a URL from kubeadm 1.24 on, a plain path before. */
export function criSocket(runtime: Runtime, minor: number): string {
  const path =
    runtime === 'containerd'
      ? '/run/containerd/containerd.sock'
      : minor >= 24
        ? '/run/cri-dockerd.sock'
        : '/var/run/dockershim.sock'
  return minor >= 24 ? `unix://${path}` : path
}

/** All that klab knows about one Kubernetes release. */
export interface Release extends ImageTags {
  readonly minor: number
  readonly kubeadmApi: KubeadmApi
  /** kubeadm's default imageRepository. */
  readonly registry: string
  readonly runtimes: readonly Runtime[]
  /**
   * Oldest containerd. kubelet 1.26 speaks only CRI v1 (containerd 1.6); before, the format of our own configuration
   * needs 1.3. From 1.34 on as Kubernetes' release notes say.
   */
  readonly containerd: string
  /**
   * The cgroup version that its nodes boot with: v2 is stable in kubelet from 1.25 on (KEP 2254); from 1.35 on kubelet
   * and kubeadm's preflight refuse v1 (KEP 5573).
   */
  readonly cgroup: CgroupVersion
  /** Whether kube-proxy has `mode: nftables`, beta since 1.31 (KEP 3866). */
  readonly nftables: boolean
  /** Whether kube-proxy's IPVS mode is deprecated, from 1.35 on (KEP 5495). */
  readonly ipvsDeprecated: boolean
  /** kubeadm's default: systemd since 1.22. klab always sets systemd. */
  readonly cgroupDriver: 'cgroupfs' | 'systemd'
  /** dockershim's `--network-plugin=cni` for kubelet; kubeadm writes it itself. Gone with dockershim. */
  readonly networkPluginFlag: boolean
  /**
   * Role label and taint of a control plane (`node-role.kubernetes.io/…`): `master` until 1.23, both taints in 1.24,
   * then only `control-plane`.
   */
  readonly roleLabels: readonly string[]
  readonly taints: readonly string[]
  /**
   * Where packages of this minor are: Google's old repositories (only mirrors still have them since March 2024), and
   * one for each minor from 1.24 on.
   */
  readonly packages: { readonly deb: string; readonly rpm: string }
}

/** Oldest containerd for a minor: the first row that fits. Sources: CHANGELOG-1.26 and 1.34 to 1.37, "containerd". */
const CONTAINERD: readonly (readonly [from: number, version: string])[] = [
  [37, '2.3'],
  [36, '2.2'],
  [35, '1.7.28'],
  [34, '1.6.39'],
  [26, '1.6'],
]
const oldestContainerd = (minor: number): string => CONTAINERD.find(([from]) => from <= minor)?.[1] ?? '1.3'

/** Every minor that klab knows, oldest first. */
export const knownMinors: readonly number[] = KNOWN_MINORS

const ROLE = 'node-role.kubernetes.io/'
const LEGACY = {
  deb: 'https://apt.kubernetes.io/ kubernetes-xenial main',
  rpm: 'https://packages.cloud.google.com/yum/repos/kubernetes-el7-$basearch',
}

/** The release of a version. Throws UsageError if it is no version, or one that klab does not know. */
export function releaseOf(version: string): Release {
  const [minor, patch] = split(version)
  const tags = imageTags(minor, patch)
  if (!tags) throw new UsageError(english('Kubernetes {version}: {why}', { version, why: unknownMinor(minor) }))
  const core = `https://pkgs.k8s.io/core:/stable:/v1.${minor}`
  return {
    minor,
    kubeadmApi: kubeadmApi(minor),
    registry: registryOf(minor, patch),
    ...tags,
    // kubernetes.io, "Dockershim Removal FAQ": 1.24.
    runtimes: minor < 24 ? ['docker', 'containerd'] : ['containerd'],
    containerd: oldestContainerd(minor),
    cgroup: minor < 25 ? 'v1' : 'v2',
    nftables: minor >= 31,
    ipvsDeprecated: minor >= 35,
    cgroupDriver: minor < 22 ? 'cgroupfs' : 'systemd',
    networkPluginFlag: minor < 24,
    // CHANGELOG-1.20, 1.24 and 1.25 (kubeadm: KEP 2067).
    roleLabels: (minor < 20 ? ['master'] : minor < 24 ? ['control-plane', 'master'] : ['control-plane']).map(
      (r) => ROLE + r,
    ),
    taints: (minor < 24 ? ['master'] : minor < 25 ? ['control-plane', 'master'] : ['control-plane']).map(
      (r) => ROLE + r,
    ),
    // kubernetes.io blog, 2023-08-15, "pkgs.k8s.io": from 1.24.0 on.
    packages: minor < 24 ? LEGACY : { deb: `${core}/deb/ /`, rpm: `${core}/rpm/` },
  }
}

/** Why klab cannot use a minor, in words that follow the version. */
export const unknownMinor = (minor: number): string =>
  english('klab knows Kubernetes 1.{first} to 1.{last}, not 1.{minor}', {
    first: KNOWN_MINORS[0] ?? 0,
    last: KNOWN_MINORS.at(-1) ?? 0,
    minor,
  })
