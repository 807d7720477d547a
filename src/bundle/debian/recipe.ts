/** The recipe of a bundle: versions that fit one Kubernetes release, image names, and what goes into which archive. */
import { kubeadmImages } from '../../cluster/images.js'
import { UsageError } from '../../errors.js'

/** Goes into every key. Raise it if the way something is built changes. */
export const RECIPE_VERSION = 2

/**
 * A Go program built from a pinned module. Its go.mod and go.sum are in
 * `cloud-init/bundle/components/<name>-<version>/`.
 */
export interface GoProgram {
  readonly name: string
  /** Import path of the main package; `.` if its source is beside its go.mod. */
  readonly package: string
  readonly version: string
  readonly cgo: boolean
  readonly ldflags: string
}

/** All that is special about one Kubernetes release when it is built from Debian's packages. */
export interface DebianRecipe {
  readonly kubernetes: string
  /** Debian releases whose packages are used; the first is the default. */
  readonly suites: readonly string[]
  /** Git commit of the release (`kubectl version` shows it). */
  readonly commit: string
  /** The Go release that it was made for: with Debian 12's Go 1.19 kubeadm panics (an old reflect2 with a new Go). */
  readonly go: string
  readonly coredns: GoProgram
  readonly flannel: GoProgram
  readonly crictl: GoProgram
}

const RECIPES: readonly DebianRecipe[] = [
  {
    kubernetes: '1.20.2',
    suites: ['bookworm', 'bullseye'],
    commit: 'faecb196815e248d3ecfb03c680a4507229c2a56',
    go: '1.15',
    coredns: {
      name: 'coredns',
      package: 'github.com/coredns/coredns',
      version: 'v1.7.0',
      cgo: false,
      ldflags: '-s -w',
    },
    flannel: {
      name: 'flannel',
      package: 'github.com/flannel-io/flannel',
      version: 'v0.15.1',
      // Its udp backend is C, built in upstream's own releases too.
      cgo: true,
      ldflags: '-s -w -X github.com/flannel-io/flannel/version.Version=v0.15.1 -extldflags -static',
    },
    crictl: { name: 'crictl', package: '.', version: 'v1.20.0', cgo: false, ldflags: '-s -w' },
  },
]

/** Versions that source `debian` can build. */
const debianVersions = (): readonly string[] => RECIPES.map((r) => r.kubernetes)

/** The recipe of a Kubernetes version. Throws UsageError for a version that Debian's packages do not have. */
export function recipeOf(version: string): DebianRecipe {
  const recipe = RECIPES.find((r) => r.kubernetes === version)
  if (recipe) return recipe
  throw new UsageError(`Kubernetes ${version} cannot be built from Debian's packages`, {
    hint: `set kubernetes.version to ${debianVersions().join(' or ')} in the Labfile`,
  })
}

/** Binaries of the compile that become images of their own. */
export const CONTROL_PLANE = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const

/**
 * References of the archive `k8s.<version>.tar`, as `kubeadm config images list` prints them. (etcd's binary is
 * Debian's 3.4.23, of the minor that the tag names.)
 */
export const imageRefs = (r: DebianRecipe): readonly string[] => kubeadmImages(r.kubernetes).all

/** References of the archive `k8s.<version>.node.tar`: what a worker needs (course 2.7.4). */
export const nodeImageRefs = (r: DebianRecipe): readonly string[] => kubeadmImages(r.kubernetes).node

/** Reference of the flannel image. It is our own build, so it does not use upstream's name. */
export const flannelRef = (r: DebianRecipe): string => `klab.local/flannel:${r.flannel.version}`
