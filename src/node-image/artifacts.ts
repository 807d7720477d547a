/** What a lab is made from: base image, bundle, node image. Each is made or taken from the cache once in a run. */
import { join } from 'node:path'
import { ensureBundle, type Bundle, type BundleContext } from '../bundle/ensure.js'
import { ISO_NAME } from '../bundle/iso.js'
import { ensureBaseImage, type BaseImage } from '../base-image/base.js'
import { sharedEndpoint } from '../cluster/topology.js'
import { eitherBundle } from '../bundle/choose.js'
import type { BundleChoice, Lab } from '../labfile/model.js'
import { settledBundle } from '../labfile/settled-bundle.js'
import { BAKED, upTo, type PhaseName } from '../labfile/phases.js'
import { releaseOf } from '../versions/kubernetes.js'
import { ownImage } from '../versions/own-images.js'
import { cachePaths } from '../state/paths.js'
import { commonSettings, loadScripts, phaseDigest, scriptOf } from '../node/guest-phase.js'
import type { World } from '../world.js'
import type { Artifacts } from '../artifacts.js'

type Line = (text: string) => void

/** A function that runs once and gives everybody the same promise. After a failure it may run again. */
function once<A extends unknown[], T>(make: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let made: Promise<T> | undefined
  return (...args) =>
    (made ??= make(...args).catch((error: unknown) => {
      made = undefined
      throw error
    }))
}

/** What the makers of images and bundles get from the world. */
export const bundleContext = (world: World, report: Line): BundleContext => ({
  exec: world.host,
  env: world.env,
  layers: world.layers,
  downloadsDir: cachePaths(world.roots).downloads,
  assets: world.assets,
  report,
  signal: world.signal,
  clock: world.clock,
})

/**
 * cgroup v1: each controller is a tree of its own. kubelet reads all trees every 2 s and each container is entered into
 * all of them, which took a sixth of kubelet's time under emulation. Nobody here needs these five; kubeadm asks for
 * others.
 */
const NEEDLESS_CONTROLLERS = ['net_cls', 'net_prio', 'perf_event', 'rdma', 'misc']

/**
 * The image with the cgroup version that this Kubernetes needs (Release.cgroup). It is set only on the kernel's command
 * line, so that all versions share one image. Plain labs have v1 where the image can boot with it, for people who set
 * up a course's version by hand. An image with its own boot loader is not changed; phase `system` checks it.
 */
function withCgroup(base: BaseImage, { image, kubernetes: k }: Lab): BaseImage {
  if (base.boot.kind !== 'direct' || image.kind !== 'builtin') return base
  if (!ownImage(image.name).cgroups.includes('v1') || (k && releaseOf(k.version).cgroup === 'v2')) return base
  // https://www.freedesktop.org/software/systemd/man/252/systemd.html, "Kernel Command Line"
  const v1 = `systemd.unified_cgroup_hierarchy=0 cgroup_disable=${NEEDLESS_CONTROLLERS.join(',')}`
  return { ...base, boot: { ...base.boot, cmdline: `${base.boot.cmdline} ${v1}` } }
}

/** For labs with `bundle: auto`. */
export interface AutoOptions {
  readonly choice?: BundleChoice
  /** Whether nothing was made of the choice yet, so that it may still change. */
  readonly mayChange?: () => Promise<boolean>
}

/**
 * The artifacts of a lab up to (and with) phase `until`. The bundle throws what ensureBundle throws. If `auto` has
 * chosen the servers and a download breaks off, the bundle is built from source.
 */
export function createArtifacts(world: World, lab: Lab, until: PhaseName, auto: AutoOptions = {}): Artifacts {
  const context = (line: Line): BundleContext => bundleContext(world, line)
  const k = lab.kubernetes
  let { choice } = auto
  const balancer = sharedEndpoint(lab) !== null
  const base = once(async (line: Line) =>
    withCgroup(await ensureBaseImage(lab.image, { ...context(line), balancer }), lab),
  )
  const bundle = once(async (line: Line) => {
    if (!k) return undefined
    const made = await eitherBundle(k, choice, {
      make: (settled) => ensureBundle(settled, context(line)),
      mayChange: auto.mayChange ?? (() => Promise.resolve(false)),
      say: line,
    })
    choice = made.choice
    return made.bundle
  })
  const recipe = once(async () => {
    const made = await bundle(() => undefined)
    const scripts = await loadScripts(world.assets)
    const settings = commonSettings(lab, made?.manifest.images ?? [])
    const wanted = BAKED.filter((p) => upTo(p, until) && (k !== undefined || p === 'system'))
    // The user's own bundle may also have packages for the system and the runtime.
    const fromBundle = (p: PhaseName): boolean =>
      p === 'packages' || p === 'images' || !k || settledBundle(k.bundle, choice).source !== 'source'
    const runtime = (made?.manifest.files ?? []).filter((f) => f.path.startsWith('runtime/'))
    const extra = (p: PhaseName): string =>
      // Images of add-ons are not baked in: a lab that gets an add-on later keeps its nodes (phases/addons.ts).
      fromBundle(p) || (p === 'runtime' && runtime.length > 0) ? (made?.plainKey ?? made?.key ?? '') : ''
    return {
      scripts,
      settings,
      phases: wanted.map((phase) => ({
        phase,
        script: scriptOf(phase, lab),
        digest: phaseDigest(scripts, phase, { lab, settings, extra: extra(phase) }),
      })),
    }
  })
  return { base, bundle, recipe, choice: () => choice }
}

/** Path of the bundle's ISO image for the guests' read-only disk. */
export const isoOf = (bundle: Bundle): string => join(bundle.isoDir, ISO_NAME)
