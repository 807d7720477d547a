/**
 * What bundle `source` can build: the Kubernetes versions with a recipe (cloud-init/bundle/recipes/, compared by a
 * test), and the Calico that each brings.
 */

/** What a recipe brings beside Kubernetes itself. */
export interface SourceParts {
  /** 3.28.5 is the one release whose module compiles; it needs discovery.k8s.io/v1, so Kubernetes 1.21 or later. */
  readonly calico?: string
  /** Where Debian's is too old. */
  readonly containerd?: string
}

const RECIPES: Readonly<Record<string, SourceParts>> = {
  '1.17.5': {},
  '1.23.17': { calico: '3.28.5' },
  '1.30.14': { calico: '3.28.5' },
  '1.37.2': { calico: '3.28.5', containerd: '2.4.2' },
}

/** Oldest first. */
export const SOURCE_VERSIONS: readonly string[] = Object.keys(RECIPES)

/** Calico of a version's recipe. */
export const sourceCalico = (version: string): string | undefined => RECIPES[version]?.calico

/** containerd of a version's recipe; undefined: the image's. */
export const sourceContainerd = (version: string): string | undefined => RECIPES[version]?.containerd

/** Versions as numbers that sort: patch releases are nearer to each other than minors. */
const order = (version: string): number => version.split('.').reduce((sum, n) => sum * 1000 + Number(n), 0)

/** The versions with a recipe, nearest to `wanted` first. */
export const nearestSource = (wanted: string, versions: readonly string[] = SOURCE_VERSIONS): readonly string[] =>
  versions.toSorted((a, b) => Math.abs(order(a) - order(wanted)) - Math.abs(order(b) - order(wanted)))
