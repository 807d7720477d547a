/** The manifest of an add-on, filled in for one lab. Pure. */
import { CorruptError } from '../errors.js'
import { manifestDocuments } from './manifest-docs.js'
import { relaxProbes } from './probes.js'
import { english } from '../words/say.js'

export interface AddonSettings {
  /** Of the add-on, for messages. */
  readonly name: string
  /** `@IMAGE:NAME@` → the image. */
  readonly images: Readonly<Record<string, string>>
  /** `@NAME@` → its value. */
  readonly values: Readonly<Record<string, string>>
  /** Longer probes: the slow-host profile. */
  readonly patient: boolean
}

/** The manifest with all its places filled in. Throws CorruptError if a place has no value, or if it is not YAML. */
export function fillAddon(text: string, s: AddonSettings): string {
  const bad = (what: string): CorruptError =>
    new CorruptError(english('manifest.yaml of {addon} {what}', { addon: s.name, what }), {
      hint: english('install klab again'),
    })
  const docs = manifestDocuments(text.replace(/^#.*\n/gm, ''))
  const broken = docs?.find((d) => d.errors.length > 0)
  if (!docs || broken) throw bad(`is not YAML: ${broken?.errors[0]?.message ?? 'it is too large'}`)
  if (s.patient) docs.forEach(relaxProbes)
  return docs
    .map((d) => d.toString({ lineWidth: 0, directives: false }))
    .join('---\n')
    .replaceAll(/@(?:IMAGE:([a-z][a-z0-9-]*)|([A-Z_]+))@/g, (place, image?: string, name?: string) => {
      const value = image === undefined ? s.values[name ?? ''] : s.images[image]
      if (value === undefined) throw bad(`has a place that addon.yaml does not fill: ${place}`)
      return value
    })
}
