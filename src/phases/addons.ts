/**
 * Phase `addons` (course 1.3): the images of add-ons onto the nodes, and their manifests into the cluster. The images
 * are not baked in: a lab that is up gets an add-on without new nodes.
 */
import { join } from 'node:path'
import {
  addonArchive,
  addonManifest,
  imagesOfAddon,
  readAddon,
  releasesFor,
  type AddonRelease,
} from '../addons/addon.js'
import { nodeConditions } from '../api/server.js'
import { fillAddon } from '../cluster/addon-manifest.js'
import type { KubernetesSpec, NodeSpec } from '../labfile/model.js'
import type { Marks } from '../node/baked-phase.js'
import { connect } from '../node/connections.js'
import { digest, putMark, removeMark } from '../node/guest-phase.js'
import { apply, steadyKubectl } from '../node/kubectl.js'
import { isLoaded, loadImages } from '../node/extra-images.js'
import type { ExtraImages } from '../state/extra-images.js'
import type { Step } from '../step.js'
import type { LabRun } from '../world.js'
import { untilApiAnswers } from './api-up.js'
import { reviver } from './revive.js'
import { english } from '../words/say.js'

/** Name of the mark on the first control plane: the manifest of an add-on was applied. */
const markOf = (addon: string): string => `addon.${addon}`

/**
 * Archives of these add-ons in the lab's bundle. A bundle from a folder may have none: its images are among the others
 * there, and phase `images` has loaded them.
 */
async function archivesOf(run: LabRun, addons: readonly AddonRelease[]): Promise<readonly ExtraImages[]> {
  const bundle = await run.artifacts.bundle(() => undefined)
  return addons.flatMap((addon) => {
    const found = bundle?.manifest.files.find((f) => f.path === `images/${addonArchive(addon.name)}`)
    if (!bundle || !found) return []
    return [{ file: join(bundle.dir, found.path), sha256: found.sha256, refs: imagesOfAddon(addon) }]
  })
}

/** The manifest as this lab applies it. Throws CorruptError. */
async function manifestOf(run: LabRun, { name, images }: AddonRelease): Promise<string> {
  const { assets } = run.world
  const { settings } = await readAddon(assets, name)
  const values = Object.fromEntries(Object.entries(settings).map(([key, by]) => [key, by[run.profile.name]]))
  const patient = run.profile.name === 'slow-host'
  return fillAddon(await addonManifest(assets, name), { name, images, values, patient })
}

/**
 * One step for all add-ons: those of the Labfile, and those that the lab had and its Labfile no longer names. `first`:
 * where the marks of the manifests are.
 */
export function addonSteps(
  run: LabRun,
  k: KubernetesSpec,
  first: NodeSpec,
  { marks, askNodes = nodeConditions }: { readonly marks: Marks; readonly askNodes?: typeof nodeConditions },
): readonly Step[] {
  const { assets } = run.world
  const wanted = k.addons ?? []
  const gone = (run.record.applying?.kubernetes?.addons ?? []).filter((name) => !wanted.includes(name))
  if (wanted.length + gone.length === 0) return []
  const releases = (): Promise<readonly AddonRelease[]> => releasesFor(assets, k)
  const manifests = async (): Promise<
    readonly { readonly name: string; readonly text: string; readonly mark: string }[]
  > =>
    Promise.all(
      (await releases()).map(async (release) => {
        const text = await manifestOf(run, release)
        return { name: release.name, text, mark: digest('addon', text) }
      }),
    )
  const lackingOn = async (node: string): Promise<readonly ExtraImages[]> => {
    const has = await marks(node)
    return (await archivesOf(run, await releases())).filter((a) => !isLoaded(a, has))
  }
  // What a trainee has changed by hand since is not changed back.
  const unapplied = async () => {
    const has = await marks(first.name)
    return (await manifests()).filter((m) => has.get(markOf(m.name)) !== m.mark)
  }
  return [
    {
      id: 'addons/cluster',
      title: [...wanted, ...gone.map((addon) => english('{addon} is removed', { addon }))].join(', '),
      done: async () => {
        const lacking = await Promise.all(run.lab.nodes.map((n) => lackingOn(n.name)))
        const has = await marks(first.name)
        return (
          lacking.every((l) => l.length === 0) &&
          (await unapplied()).length === 0 &&
          !gone.some((name) => has.has(markOf(name)))
        )
      },
      again: async () => {
        const guest = await connect(run, first.name)
        for (const name of wanted) await removeMark(guest, markOf(name))
      },
      run: async ({ line }) => {
        await Promise.all(
          run.lab.nodes.map(async (n) => {
            await loadImages(run, n.name, await lackingOn(n.name), (text) => line(`${n.name}: ${text}`))
          }),
        )
        await untilApiAnswers(run, line, reviver(run, line), askNodes)
        const guest = await connect(run, first.name)
        const kubectl = await steadyKubectl(run, line)
        for (const { name, text, mark } of await unapplied()) {
          await apply(kubectl, text, line)
          await putMark(guest, markOf(name), mark)
        }
        for (const name of gone) {
          const [release] = await releasesFor(assets, { version: k.version, addons: [name] })
          if (!release) continue
          // Its namespace may take a while to end, and nothing waits for that.
          const args = ['delete', '--ignore-not-found', '--wait=false', '-f', '-']
          await kubectl(args, { input: await manifestOf(run, release), onLine: line })
          await removeMark(guest, markOf(name))
        }
      },
    },
  ]
}
