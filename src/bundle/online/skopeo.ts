/** Pulls images from registries with skopeo. It uses klab's own settings, so those of the machine change nothing. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { CommandError, CorruptError, Interrupted, StateError } from '../../errors.js'
import { cachedEntry } from '../../cache/entry.js'
import { digestOf } from '../../host/digest.js'
import { RetryableError, IDLE_MS, tryAgain } from '../../cache/http.js'
import { LONG_MS } from '../../host/limits.js'
import { diskUsage } from '../../host/tree.js'
import { parseRef } from '../archive/image-ref.js'
import type { BuildContext } from '../jobs.js'
import { stageImage } from '../archive/stage.js'
import type { Image } from '../archive/docker-archive.js'
import { english } from '../../words/say.js'

/**
 * klab accepts every image as the registry's manifest says (skopeo checks each blob against it). It does not ask for
 * signatures.
 */
const POLICY = JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] })
/**
 * Errors that a second try does not fix: the registry's own words (OCI distribution spec, "Error Codes") and docker's
 * for a missing platform.
 */
const FINAL = new RegExp(
  [
    'manifest unknown|name unknown|unauthorized|authentication required|denied',
    'no image found in (?:manifest list|image index)|StatusCode: 40[0134]|invalid reference',
  ].join('|'),
  'i',
)
/** Registries on this machine, which may use plain http: `127.0.0.1:5000`. */
export const LOOPBACK_REGISTRY = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/
/** How often klab looks whether a pull grows, ms. */
const LOOK_MS = 500

export interface PullOptions {
  /** Address to pull from, with tag and without scheme. */
  readonly from: string
  readonly arch: string
  /** Cache folder of pulled images. */
  readonly dir: string
  readonly idleMs?: number
}

/**
 * argv of one pull and the settings for it. The only registries.conf entry names just this image: the longest prefix
 * wins, so no drop-in of the machine moves or blocks it (containers-registries.conf(5)). Plain http, and a certificate
 * that nobody signed, only on loopback.
 */
export function skopeoPull(
  from: string,
  arch: string,
  settings: string,
  to: string,
): { argv: readonly string[]; files: ReadonlyMap<string, string> } {
  const ref = parseRef(from)
  if (!ref)
    throw new StateError(english('{image}: is not an image name with a tag', { image: from }), {
      hint: english('check kubernetes.bundle.mirrors.registries in the Labfile'),
    })
  const name = `${ref.host}/${ref.path}`
  const insecure = LOOPBACK_REGISTRY.test(ref.host)
  const registries = [
    'unqualified-search-registries = []',
    '',
    '[[registry]]',
    `prefix = "${name}"`,
    `location = "${name}"`,
    `insecure = ${insecure}`,
    '',
  ]
  return {
    argv: [
      'skopeo',
      '--policy',
      join(settings, 'policy.json'),
      '--registries-conf',
      join(settings, 'registries.conf'),
      '--registries.d',
      join(settings, 'registries.d'),
      '--override-os',
      'linux',
      '--override-arch',
      arch,
      'copy',
      '--quiet',
      '--remove-signatures',
      `docker://${name}:${ref.tag}`,
      `dir:${to}`,
    ],
    files: new Map([
      ['policy.json', POLICY],
      ['registries.conf', registries.join('\n')],
    ]),
  }
}

/**
 * The folder (skopeo's `dir:` form) of an image, pulled unless the cache has it, and continued if the registry fails in
 * between. Throws StateError, HostError, Interrupted.
 */
export async function pullImage(c: BuildContext, o: PullOptions): Promise<string> {
  const stop = c.signal ? { signal: c.signal } : {}
  const entry = join(o.dir, digestOf({ image: o.from, arch: o.arch }))
  return cachedEntry({ exec: c.exec, clock: c.clock, ...stop }, entry, async (part) => {
    const settings = `${part}.settings`
    const { argv, files } = skopeoPull(o.from, o.arch, settings, part)
    await mkdir(join(settings, 'registries.d'), { recursive: true })
    for (const [name, text] of files) await writeFile(join(settings, name), text)
    try {
      await tryAgain({ what: o.from, dir: o.dir, clock: c.clock, ...stop }, () => attempt(c, argv, part, o))
    } finally {
      await rm(settings, { recursive: true, force: true })
    }
  })
}

/** One run of skopeo. It is ended if no data comes for a minute. */
async function attempt(c: BuildContext, argv: readonly string[], part: string, o: PullOptions): Promise<void> {
  await rm(part, { recursive: true, force: true })
  const idleMs = o.idleMs ?? IDLE_MS
  const stalled = new AbortController()
  let [bytes, quietMs] = [0, 0]
  const watch = setInterval(() => {
    void diskUsage(part).then((now) => {
      quietMs = now > bytes ? 0 : quietMs + LOOK_MS
      bytes = now
      if (quietMs >= idleMs) stalled.abort()
    })
  }, LOOK_MS)
  try {
    const signal = c.signal ? AbortSignal.any([c.signal, stalled.signal]) : stalled.signal
    await c.exec.run(argv, { signal, timeoutMs: LONG_MS })
  } catch (error) {
    if (error instanceof Interrupted && stalled.signal.aborted)
      throw new RetryableError(english('no data for {seconds} s', { seconds: idleMs / 1000 }))
    if (!(error instanceof CommandError)) throw error
    const why = reason(error.failure.tail)
    if (/no space left on device/.test(why)) throw Object.assign(new Error(why), { code: 'ENOSPC' })
    if (FINAL.test(why)) {
      const hint = /unauthorized|authentication|denied|StatusCode: 40[13]/i.test(why)
        ? `skopeo login ${o.from.split('/')[0] ?? ''}`
        : 'check the version, and kubernetes.bundle.mirrors.registries in the Labfile'
      throw new StateError(english('{place}: {why}', { place: o.from, why }), { hint, cause: error })
    }
    throw new RetryableError(why, { cause: error })
  } finally {
    clearInterval(watch)
  }
}

/** The message in skopeo's log line (`time="…" level=fatal msg="…"`). */
function reason(tail: string): string {
  const line = tail.split('\n').findLast((l) => l.includes('level=fatal')) ?? tail
  return (/msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line).replaceAll('\\"', '"')
}

/**
 * A pulled image with its layers ready for an archive, with the name `ref`. A damaged one is removed from the cache.
 * Throws CorruptError.
 */
export async function stagePulled(folder: string, ref: string, arch: string, work: string): Promise<Image> {
  try {
    const blob = (digest: unknown): string =>
      join(folder, /^sha256:([0-9a-f]{64})$/.exec(String(digest))?.[1] ?? 'no-digest')
    const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as {
      config?: { digest?: unknown }
      layers?: { digest?: unknown }[]
    }
    const config = await readFile(blob(manifest.config?.digest), 'utf8')
    const layers = (manifest.layers ?? []).map(
      (l) => () => createReadStream(blob(l.digest), { highWaterMark: 1 << 20 }),
    )
    return await stageImage({ ref, where: folder, config, layers }, arch, work)
  } catch (error) {
    const broken =
      error instanceof CorruptError ||
      error instanceof SyntaxError ||
      (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (!broken) throw error
    await rm(folder, { recursive: true, force: true })
    if (error instanceof CorruptError) throw error
    throw new CorruptError(english('{dir}: the pulled image {image} is damaged', { dir: folder, image: ref }), {
      hint: 'klab bundle build pulls it again',
      cause: error,
    })
  }
}
