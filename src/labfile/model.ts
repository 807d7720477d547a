/** A Labfile with all defaults filled in: what the rest of klab works with. Deeply frozen. Must equal z.output of schema.ts. */

export type Role = 'control-plane' | 'worker'

export interface NodeSpec {
  readonly name: string
  readonly role: Role
  readonly ip: string
  readonly cpus: number
  readonly memoryMiB: number
  readonly diskGiB: number
}

export type ImageSource =
  | { readonly kind: 'builtin'; readonly name: 'debian-12' }
  | { readonly kind: 'url'; readonly url: string; readonly sha256: string }
  | { readonly kind: 'path'; readonly path: string; readonly sha256?: string }

export interface KubernetesSpec {
  /** Without the `v`: 1.20.2. */
  readonly version: string
  readonly runtime: 'docker' | 'containerd'
  readonly podCidr: string
  readonly serviceCidr: string
  readonly cni: 'flannel' | 'none'
  readonly proxyMode: 'iptables' | 'ipvs'
  /** Mirrors of Docker Hub for the runtime (course 2.3.7). */
  readonly registryMirrors: readonly string[]
  /** `debian`: built from Debian's packages; a directory: somebody's own bundle. */
  readonly bundle: { readonly source: 'debian' } | { readonly source: 'dir'; readonly path: string }
}

export interface OsSpec {
  readonly timezone: string
  readonly locale: string
  readonly timeServers: readonly string[]
  /** Load the IPVS kernel modules (course 2.2.4). */
  readonly ipvs: boolean
  /** The login user that klab makes in every guest. */
  readonly user: string
  /** Public keys that may log in beside the lab's own. */
  readonly authorizedKeys: readonly string[]
}

export interface Lab {
  readonly name: string
  readonly hypervisor: { readonly uri: 'auto' | 'qemu:///session' | 'qemu:///system'; readonly accel: 'auto' | 'kvm' | 'tcg' }
  readonly image: ImageSource
  readonly network: { readonly mode: 'user'; readonly cidr: string; readonly internet: boolean }
  readonly nodes: readonly NodeSpec[]
  /** undefined: plain VMs (`kubernetes: false`). */
  readonly kubernetes: KubernetesSpec | undefined
  readonly os: OsSpec
}

/** A loaded Labfile: the model, where it came from, and the sha256 of its text. */
export interface LoadedLab {
  readonly lab: Lab
  /** Absolute path of the Labfile. */
  readonly path: string
  readonly sha256: string
}
