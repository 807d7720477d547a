/** Names that a shell completes: nodes, snapshots, sections, templates, add-ons. */
import { listManifests } from '../snapshot/manifest.js'
import { labPaths, roots } from '../state/paths.js'
import type { LabContext } from './context.js'
import { findLab, readLab } from './open.js'

export type WordKind = 'node' | 'snapshot' | 'section' | 'template' | 'addon'

/** The words of a kind; none if there is no lab, or if its Labfile is wrong. */
export async function wordsForCompletion(c: LabContext, kind: WordKind): Promise<readonly string[]> {
  try {
    switch (kind) {
      case 'section': {
        const { SECTIONS } = await import('../course/sections.js')
        return SECTIONS.map((s) => s.id)
      }
      case 'template': {
        const { templates } = await import('./init.js')
        return (await templates(c)).map((t) => t.name)
      }
      case 'addon': {
        const { addonNames } = await import('../addons/addon.js')
        return await addonNames(c.doors.assets)
      }
      case 'node': {
        const { record } = await findLab(c.doors.env, c.file)
        return (record ?? (await readLab(c.doors.env, c.file))).lab.nodes.map((n) => n.name)
      }
      case 'snapshot': {
        const { record } = await findLab(c.doors.env, c.file)
        return record ? (await listManifests(labPaths(roots(c.doors.env), record.id))).map((m) => m.name) : []
      }
    }
  } catch {
    return []
  }
}
