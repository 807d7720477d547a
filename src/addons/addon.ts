/**
 * Add-ons (course 1.3), as data: a folder for each in `cloud-init/addons/`, with addon.yaml and manifest.yaml. Nothing
 * in klab's code names one.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { UsageError } from '../errors.js'
import { parseDataFile } from '../host/data-file.js'
import { minorOf } from '../versions/kubernetes.js'
import { english } from '../words/say.js'

const text = z.string().min(1)
const word = z.string().regex(/^[a-z][a-z0-9-]*$/)
const minor = z
  .string()
  .regex(/^1\.\d+$/)
  .transform((m) => Number(m.slice(2)))

const release = z.strictObject({
  /** The first and the last minor that it is for; without `until`: all later ones. */
  kubernetes: z.strictObject({ from: minor, until: minor.optional() }),
  version: text,
  /** Name in the manifest (`@IMAGE:NAME@`) → the image, exactly as it is named in bundles. */
  images: z.record(word, text),
  /** For bundle `source`: role → component; none: it cannot be built. */
  components: z.record(word, text).default({}),
})

const schema = z.strictObject({
  /** What it is for, in a few words. */
  title: text,
  /** The section of the course. */
  course: text,
  /** What to type once it runs, one command or note on each line. */
  use: z.array(text).min(1),
  /** The deployments that must be available before it counts as running. */
  ready: z.strictObject({
    namespace: word,
    deployments: z.array(word).min(1),
    /** A path of the API that must answer too. */
    path: z.string().startsWith('/apis/').optional(),
  }),
  /** Name in the manifest (`@NAME@`) → its value. */
  settings: z.record(z.string().regex(/^[A-Z_]+$/), z.strictObject({ normal: text, 'slow-host': text })).default({}),
  /** What is in the images that bundle `source` makes, as in `cloud-init/bundle/images.yaml`. */
  contents: z.record(word, z.unknown()).default({}),
  /** The first that fits is taken. */
  releases: z.array(release).min(1),
})

/** An add-on as its folder describes it. */
export interface Addon extends z.infer<typeof schema> {
  readonly name: string
}

/** What bundles need to know of an add-on, for one Kubernetes version. */
export interface AddonRelease {
  readonly name: string
  readonly version: string
  readonly images: Readonly<Record<string, string>>
  readonly components: Readonly<Record<string, string>>
  readonly contents: Readonly<Record<string, unknown>>
}

const home = (assets: string): string => join(assets, 'cloud-init', 'addons')

/** Names of all add-ons, sorted. `assets`: klab's own folder. */
export async function addonNames(assets: string): Promise<readonly string[]> {
  const entries = await readdir(home(assets), { withFileTypes: true })
  return entries.flatMap((e) => (e.isDirectory() ? [e.name] : [])).sort()
}

/** Reads an add-on. Throws UsageError if there is none of this name, CorruptError for damaged data. */
export async function readAddon(assets: string, name: string): Promise<Addon> {
  const names = await addonNames(assets)
  if (!names.includes(name))
    throw new UsageError(
      english('{addon}: no such add-on; there are {names}', { addon: name, names: names.join(', ') }),
      { hint: 'klab addon list' },
    )
  const file = join(home(assets), name, 'addon.yaml')
  return { ...parseDataFile(await readFile(file, 'utf8'), schema, file), name }
}

/** Its manifest, with placeholders (cluster/addon-manifest.ts). */
export const addonManifest = (assets: string, name: string): Promise<string> =>
  readFile(join(home(assets), name, 'manifest.yaml'), 'utf8')

/** The release of an add-on for a Kubernetes version; undefined: none is known. */
export function releaseFor(addon: Addon, kubernetes: string): AddonRelease | undefined {
  const m = minorOf(kubernetes)
  const found = addon.releases.find(
    ({ kubernetes: { from, until } }) => from <= m && (until === undefined || m <= until),
  )
  if (!found) return undefined
  const { version, images, components } = found
  return { name: addon.name, version, images, components, contents: addon.contents }
}

/** The first Kubernetes minor that it is for: `1.17`. */
export const oldestFor = ({ releases }: Addon): string => `1.${Math.min(...releases.map((r) => r.kubernetes.from))}`

/**
 * The releases of the add-ons of a cluster. Throws UsageError for an unknown name or a Kubernetes version that an
 * add-on is not for, CorruptError.
 */
export async function releasesFor(
  assets: string,
  k: { readonly version: string; readonly addons?: readonly string[] | undefined },
): Promise<readonly AddonRelease[]> {
  return Promise.all(
    (k.addons ?? []).map(async (name) => {
      const addon = await readAddon(assets, name)
      const found = releaseFor(addon, k.version)
      if (found) return found
      throw new UsageError(
        english('{addon}: klab knows no release of it for Kubernetes {version}, only from {oldest} on', {
          addon: name,
          version: k.version,
          oldest: oldestFor(addon),
        }),
        {
          hint: english('take it out of kubernetes.addons, or set another kubernetes.version'),
        },
      )
    }),
  )
}

/** All images of a release, each once. */
export const imagesOfAddon = ({ images }: AddonRelease): readonly string[] => [...new Set(Object.values(images))]

/** Whether bundle `source` can make its images. */
export const canBeBuilt = ({ components }: AddonRelease): boolean => Object.keys(components).length > 0

/** Its archive in a bundle's images/. */
export const addonArchive = (name: string): string => `addon.${name}.tar`
