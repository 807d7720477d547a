/** `klab explain`: the scripts, settings and images of a lab, for the renderer. Asks no machine. */
import { labImages } from '../bundle/cached-bundle.js'
import { join } from 'node:path'
import { explainSection, type ExplainInput } from '../course/explain.js'
import { constantsOf } from '../course/functions.js'
import { fill } from '../course/script.js'
import { findSections, SECTIONS } from '../course/sections.js'
import { profileFor } from '../cluster/profile.js'
import { topologyOf } from '../cluster/topology.js'
import { minorOf } from '../versions/kubernetes.js'
import { ownImage } from '../versions/own-images.js'
import { settledLab } from '../labfile/settled-bundle.js'
import type { ImageSource } from '../labfile/model.js'
import { commonSettings, loadScripts, nodeSettings, scriptOf } from '../node/guest-phase.js'
import type { World } from '../world.js'
import type { LabContext } from './context.js'
import { readLab, type OpenLab } from './open.js'

/** A section of the course. */
export interface CourseSection {
  /** As the course numbers it. */
  readonly id: string
  readonly title: string
  /** The phase of `up` that does it; `-`: none, it only looks. */
  readonly phase: string
}

/** What klab does for a section in this lab. */
export interface ExplainedSection extends CourseSection {
  /** Where klab's part is. */
  readonly file: string
  /** Where the documentation says more. */
  readonly docs: string
  /** The commands, with comments. */
  readonly script: string
}

/** All sections that klab knows. */
export const courseSections = (): readonly CourseSection[] =>
  SECTIONS.map(({ id, title, phase }) => ({ id, title, phase }))

/** `wanted`: such as `2.2.7`, or `2.2` for all of it. Throws UsageError, LabfileError. */
export async function explainCourse(c: LabContext, wanted: string): Promise<readonly ExplainedSection[]> {
  const sections = findSections(wanted)
  const open = await readLab(c.doors.env, c.file)
  const input = await explainInput(await c.doors.world(open.lab), open)
  return sections.map((s) => ({
    id: s.id,
    title: s.title,
    phase: s.phase,
    file: fill(s.file, input.settings),
    docs: `${join(c.doors.assets, 'docs', 'course.md')}#${s.id}`,
    script: explainSection(s, input),
  }))
}

/**
 * What `explain` renders from. A lab that was never up is shown with kubeadm's own time-outs, unless its Labfile asks
 * for emulation.
 */
export async function explainInput(
  world: Pick<World, 'assets' | 'layers'>,
  { lab: declared, record }: OpenLab,
): Promise<ExplainInput> {
  const lab = settledLab(declared, record?.bundle)
  const k = lab.kubernetes
  const topology = topologyOf(lab)
  const [{ files }, images] = await Promise.all([loadScripts(world.assets), k && labImages(k, world.layers)])
  const accel = record?.accel ?? (lab.hypervisor.accel === 'tcg' ? 'tcg' : 'kvm')
  const family = familyOf(lab.image)
  // Of the scripts for runtimes and families, only those of this lab.
  const own = [...family.scripts, `${scriptOf('runtime', lab)}.sh`]
  const scripts = new Map(
    [...files].filter(([name]) => name.endsWith('.sh') && (!/^(?:runtime|family)-/.test(name) || own.includes(name))),
  )
  return {
    lab,
    scripts,
    family,
    settings: {
      ...constantsOf([...scripts.values()], family.major),
      MAJOR: family.major,
      MINOR: k ? String(minorOf(k.version)) : '',
      ...commonSettings(lab, images?.all ?? []),
      ...nodeSettings(lab, (topology?.first ?? lab.nodes[0])?.name ?? ''),
      BUNDLE: /^BUNDLE=(.*)$/m.exec(files.get('bundle.sh') ?? '')?.[1] ?? '',
    },
    profile: profileFor(accel, topology?.controlPlanes.length ?? 0, k && minorOf(k.version)),
    images,
  }
}

/** What family.sh will find in the image, as far as the image's name says it. */
function familyOf(
  image: ImageSource,
): ExplainInput['family'] & { readonly major: string; readonly scripts: readonly string[] } {
  if (image.kind === 'builtin')
    return { name: 'debian', known: true, major: ownImage(image.name).major, scripts: ['family-debian.sh'] }
  const file = (image.kind === 'url' ? image.url : image.path).split('/').at(-1) ?? ''
  const [, rhel, release] = /(centos|rocky|alma|rhel|\bel(?=\d))\D*(\d{1,2})?/i.exec(file.replace(/\.\w+$/, '')) ?? []
  if (rhel === undefined)
    return {
      name: 'debian',
      known: /debian|ubuntu|bookworm|jammy|noble/i.test(file),
      major: '',
      scripts: ['family-debian.sh'],
    }
  // The course's, if the name does not say it.
  const major = release ?? '7'
  const tool = Number(major) <= 7 ? 'family-yum.sh' : 'family-dnf.sh'
  return { name: 'rhel', known: release !== undefined, major, scripts: ['family-rhel.sh', tool] }
}
