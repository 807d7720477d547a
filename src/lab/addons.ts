/** `klab addon`: which add-ons there are, and enabling and disabling them ad hoc. Never writes the Labfile. */
import { addonNames, canBeBuilt, imagesOfAddon, readAddon, releaseFor, type AddonRelease } from '../addons/addon.js'
import { knownRefs } from '../bundle/cached-bundle.js'
import { lacking } from '../bundle/needs.js'
import { StateError, UsageError } from '../errors.js'
import { mayBeSource } from '../labfile/build.js'
import type { KubernetesSpec, Lab } from '../labfile/model.js'
import { upTo } from '../labfile/phases.js'
import { settledSpec } from '../labfile/settled-bundle.js'
import { bundleContext } from '../node-image/artifacts.js'
import { nearest } from '../report/nearest.js'
import { hasCluster } from '../state/record.js'
import { english } from '../words/say.js'
import { addedRefs, addonProblem } from './addon-check.js'
import { bring, changedLab } from './changed-lab.js'
import type { LabContext } from './context.js'
import { readLab, type OpenLab } from './open.js'
import type { Status } from './status.js'
import { reachedPhase } from './up-phases.js'

/** An add-on as `klab addon list` shows it; `--json`: a contract for scripts. */
export interface ListedAddon {
  readonly name: string
  readonly title: string
  /** The section of the course. */
  readonly course: string
  /** For this lab's Kubernetes; null: none is known. */
  readonly version: string | null
  readonly enabled: boolean
  readonly images: readonly string[]
  /**
   * Where its images come from. `bundle`: they are in the lab's bundle; `added`: they were added to the lab; `make`:
   * the bundle gets them when the add-on is enabled; `none`: this lab's bundle cannot get them, see `problem`.
   */
  readonly image: 'bundle' | 'added' | 'make' | 'none'
  /** Why this lab cannot have it; null: it can. */
  readonly problem: string | null
}

export interface ChangedAddons {
  readonly status: Status
  /** What to write in the Labfile in place of its `addons`. Otherwise the next `up` undoes the change. */
  readonly labfile: { readonly path: string; readonly line: string }
  /** What to type now. */
  readonly use: readonly string[]
}

/** The lab as it is up, or else as its Labfile describes it. */
const present = async (c: LabContext): Promise<OpenLab> => {
  const open = await readLab(c.doors.env, c.file)
  return open.record ? { ...open, lab: open.record.lab } : open
}

/** The add-ons of klab, sorted by name, as they are for this lab. Makes and downloads nothing. Throws LabfileError. */
export async function listAddons(c: LabContext): Promise<readonly ListedAddon[]> {
  const open = await present(c)
  return look(c, open, await addonNames(c.doors.assets))
}

/** These add-ons as a lab could have them. */
async function look(c: LabContext, open: OpenLab, names: readonly string[]): Promise<readonly ListedAddon[]> {
  const { assets } = c.doors
  const k = open.lab.kubernetes && settledSpec(open.lab.kubernetes, open.record?.bundle)
  const added = await addedRefs(open)
  const context = bundleContext(await c.doors.world(undefined), () => undefined)
  // With the add-ons of now: the bundle that this lab has.
  const refs = k && (await knownRefs(k, context))
  return Promise.all(
    names.map(async (name): Promise<ListedAddon> => {
      const addon = await readAddon(assets, name)
      const release = k && releaseFor(addon, k.version)
      const images = release ? imagesOfAddon(release) : []
      const lacks = lacking(images, refs ?? [])
      const there = release !== undefined && lacks.length === 0
      const inFolder = k?.bundle.source === 'dir' && !there
      const problem = there
        ? undefined
        : !k
          ? 'the lab has no cluster (kubernetes: false)'
          : ((await addonProblem(assets, k, name, added)) ??
            (inFolder ? `the folder of the bundle lacks ${lacks.join(' and ')}` : undefined))
      return {
        name,
        title: addon.title,
        course: addon.course,
        version: release?.version ?? null,
        enabled: k?.addons?.includes(name) === true,
        images,
        image: problem !== undefined ? 'none' : there ? 'bundle' : givenTo(k, release) ? 'added' : 'make',
        problem: problem ?? null,
      }
    }),
  )
}

/** Whether an add-on that a cluster can have is one whose images somebody must add to the lab. */
const givenTo = (k: KubernetesSpec | undefined, release: AddonRelease | undefined): boolean =>
  mayBeSource(k?.bundle.source) && release !== undefined && !canBeBuilt(release)

/** The cluster of a lab that is up far enough. Throws StateError. */
async function requireCluster({ record, paths }: OpenLab): Promise<KubernetesSpec> {
  const k = record?.lab.kubernetes
  if (!record || !k) throw new StateError(english('no cluster in this Labfile (kubernetes: false)'))
  const reached = reachedPhase(record)
  if (!(await hasCluster(record, paths)) || !upTo('addons', reached))
    throw new StateError(
      english('the lab is up to {reached} only, and add-ons come after the pod network', { reached }),
      {
        hint: english('klab up, then the same again'),
      },
    )
  return k
}

const withAddons = (lab: Lab, addons: readonly string[]): Lab =>
  lab.kubernetes ? { ...lab, kubernetes: { ...lab.kubernetes, addons: addons.length > 0 ? addons : undefined } } : lab

type Edit = (now: readonly string[]) => readonly string[]

async function change(c: LabContext, open: OpenLab, name: string, edit: Edit): Promise<ChangedAddons> {
  const k = await requireCluster(open)
  const { use } = await readAddon(c.doors.assets, name)
  const next = edit(k.addons ?? [])
  const status = await bring(c, { ...open, lab: withAddons(open.lab, next) })
  return { status, use, labfile: { path: open.labfile, line: `  addons: [${next.join(', ')}]\n` } }
}

/**
 * Enables an add-on on a lab that is up: its bundle gets the images if it lacks them, the nodes get them, the manifest
 * is applied. Throws UsageError for an unknown name, StateError if this lab cannot have it, what `up` throws.
 */
export async function enableAddon(c: LabContext, name: string): Promise<ChangedAddons> {
  const open = await changedLab(c, (same) => same)
  const names = await addonNames(c.doors.assets)
  if (!names.includes(name)) {
    const meant = nearest(name, names)
    throw new UsageError(
      english('addon enable: {name}: no such add-on; there are {names}', { name, names: names.join(', ') }),
      {
        hint: meant === undefined ? 'klab addon list' : `klab addon enable ${meant}`,
      },
    )
  }
  const [found] = await look(c, open, [name])
  if (found?.problem != null)
    throw new StateError(english('addon enable: {name}: {problem}', { name, problem: found.problem }), {
      hint: hintFor(found, open.lab.kubernetes),
    })
  return change(c, open, name, (now) => (now.includes(name) ? now : [...now, name]))
}

/** What to do about an add-on that this lab cannot have. */
function hintFor({ name, images }: ListedAddon, k: KubernetesSpec | undefined): string {
  if (images.length === 0) return 'klab addon list'
  const save = `docker save -o ${name}.tar ${images.join(' ')}`
  return k?.bundle.source === 'dir'
    ? `put its images there (${save}), then the same again`
    : `where docker has them: ${save}; here: klab bundle add-images ${name}.tar, then the same again`
}

/**
 * Removes an add-on from the cluster; its images stay on the nodes. Throws UsageError, StateError, what `up` throws.
 */
export async function disableAddon(c: LabContext, name: string): Promise<ChangedAddons> {
  const open = await changedLab(c, (same) => same)
  const enabled = open.lab.kubernetes?.addons ?? []
  if (!enabled.includes(name))
    throw new UsageError(
      english('addon disable: {name} is not enabled; {enabled} is', { name, enabled: enabled.join(', ') || 'none' }),
      {
        hint: 'klab addon list',
      },
    )
  return change(c, open, name, (now) => now.filter((n) => n !== name))
}
