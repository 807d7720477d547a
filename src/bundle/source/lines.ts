/**
 * Which Kubernetes versions can be built from source, and from what: one file for each version line in
 * `cloud-init/bundle/recipes/`.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { nearestSource } from '../../versions/source.js'
import { UsageError } from '../../errors.js'
import { parseDataFile } from '../../host/data-file.js'
import { readText } from '../../host/files.js'
import { english } from '../../words/say.js'

const name = z.string().regex(/^[a-z][\w.-]*-\d[\w.]*$/)
const debs = z.strictObject({
  suite: z.string().regex(/^[a-z]+$/),
  packages: z.array(z.string().regex(/^[a-z0-9][a-z0-9.+-]+$/)).min(1),
})
const schema = z.strictObject({
  kubernetes: z.string().regex(/^1\.\d+\.\d+$/),
  /** Debian packages of the small root under kube-proxy, etcd, pod networks and the probe; busybox among them. */
  root: debs,
  components: z.strictObject({
    kubernetes: name,
    coredns: name,
    crictl: name,
    plugins: name,
    etcd: name,
    flannel: name.optional(),
    calico: name.optional(),
    containerd: name.optional(),
    runc: name.optional(),
  }),
})

/** A version line: the components of one Kubernetes release. */
export type SourceRecipe = z.infer<typeof schema>

const folder = (assets: string): string => join(assets, 'cloud-init', 'bundle', 'recipes')

/** Versions with a recipe. */
export const sourceVersions = async (assets: string): Promise<readonly string[]> =>
  (await readdir(folder(assets))).filter((file) => file.endsWith('.yaml')).map((file) => file.slice(0, -'.yaml'.length))

/**
 * The recipe of a version. Throws UsageError that names the existing ones, nearest first; CorruptError for a damaged
 * one.
 */
export async function sourceRecipe(assets: string, version: string): Promise<SourceRecipe> {
  const versions = await sourceVersions(assets)
  if (versions.includes(version)) {
    const path = join(folder(assets), `${version}.yaml`)
    return parseDataFile((await readText(path)) ?? '', schema, path)
  }
  const near = nearestSource(version, versions).join(', ')
  throw new UsageError(
    english('Kubernetes {version} has no recipe for bundle source; there is one for {near}', { version, near }),
    {
      hint: english('set kubernetes.version to one of them, or take another kubernetes.bundle'),
    },
  )
}
