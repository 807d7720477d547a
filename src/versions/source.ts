/**
 * What bundle `source` can build: the Kubernetes versions with a recipe (cloud-init/bundle/recipes/, compared by a
 * test), and the Calico that each brings.
 */

/**
 * Kubernetes version → Calico release, undefined where none runs. 3.28.5 is the one release whose module compiles; it
 * needs discovery.k8s.io/v1
 * EndpointSlices, so Kubernetes 1.21 or later.
 */
const RECIPES: Readonly<Record<string, string | undefined>> = {
  '1.23.17': '3.28.5',
}

/** Oldest first. */
export const SOURCE_VERSIONS: readonly string[] = Object.keys(RECIPES)

/** Calico of a version's recipe. */
export const sourceCalico = (version: string): string | undefined => RECIPES[version]

/** Versions as numbers that sort: patch releases are nearer to each other than minors. */
const order = (version: string): number => version.split('.').reduce((sum, n) => sum * 1000 + Number(n), 0)

/** The versions with a recipe, nearest to `wanted` first. */
export const nearestSource = (wanted: string, versions: readonly string[] = SOURCE_VERSIONS): readonly string[] =>
  versions.toSorted((a, b) => Math.abs(order(a) - order(wanted)) - Math.abs(order(b) - order(wanted)))
