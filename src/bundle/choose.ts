/** Bundle `auto`: the official servers if they answer, otherwise what this machine can build. */
import { Interrupted, messageOf, StateError } from '../errors.js'
import { settledSpec } from '../labfile/settled-bundle.js'
import type { AutoSource, BundleChoice } from '../labfile/model.js'
import { debianArch } from './arch.js'
import { parseRef } from './archive/image-ref.js'
import { keptAuto } from './cached-bundle.js'
import type { BundleContext, BundleFor } from './ensure.js'
import { coreImages } from './needs.js'
import { binaryUrl, pullAddress } from './online/addresses.js'
import { LOOPBACK_REGISTRY } from './online/skopeo.js'
import { english } from '../words/say.js'

/** ms that both servers have to answer, together. */
const LIMIT_MS = 3000
/** Bytes of an answer that are read. */
const MOST = 4096

/**
 * What a lab's `auto` becomes. First choice is what the cache has, so that nothing is downloaded or built again. Then
 * `upstream`, if skopeo is here and release server and registry answer within 3 s. Otherwise `source`. Throws
 * Interrupted.
 */
export async function chooseBundle(
  k: BundleFor & { readonly bundle: AutoSource },
  c: BundleContext,
): Promise<BundleChoice> {
  const kept = await keptAuto(k, c)
  if (kept) return kept.choice
  if ((await c.exec.which('skopeo')) === undefined)
    return { source: 'source', why: english('skopeo, which upstream needs, is not installed') }
  const { servers, silent } = await askServers(k, c)
  return silent.length === 0
    ? { source: 'upstream', why: english('{servers} answer', { servers: servers.join(' and ') }) }
    : { source: 'source', why: silent.join(', ') }
}

interface Question {
  readonly server: string
  readonly url: string
  /** Whether this is the answer of such a server, not of a hotel's log-in page. */
  readonly good: (status: number, text: string) => boolean
}

/** The first bytes of kubeadm, and the registry's first page (OCI distribution spec, "Determining Support"). */
function questions({ version, bundle }: BundleFor & { readonly bundle: AutoSource }): readonly Question[] {
  const release = binaryUrl(bundle.mirrors, version, debianArch(), 'kubeadm')
  const image = pullAddress({ ...bundle, source: 'upstream' }, coreImages(version).images[0] ?? '')
  const host = parseRef(image)?.host ?? ''
  return [
    {
      server: new URL(release).host,
      url: release,
      good: (status, text) => [200, 206].includes(status) && text.startsWith('\x7fELF'),
    },
    {
      server: host,
      url: `${LOOPBACK_REGISTRY.test(host) ? 'http' : 'https'}://${host}/v2/`,
      // 401: it wants a login, which skopeo may have.
      good: (status, text) => [200, 401].includes(status) && !text.trimStart().startsWith('<'),
    },
  ]
}

/** Asks both at once. `silent`: for those that did not answer in time, what is wrong with them, in words. */
async function askServers(
  k: BundleFor & { readonly bundle: AutoSource },
  c: BundleContext,
): Promise<{ readonly servers: readonly string[]; readonly silent: readonly string[] }> {
  const asked = questions(k)
  const [late, over] = [new AbortController(), new AbortController()]
  const stop = AbortSignal.any([late.signal, ...(c.signal ? [c.signal] : [])])
  // Our clock's sleep: setting the host's clock does not make it longer.
  const limit = c.clock.sleep(LIMIT_MS, over.signal).then(
    () => late.abort(),
    () => undefined,
  )
  try {
    const answers = await Promise.all(asked.map((q) => problemOf(q, stop, late.signal)))
    if (c.signal?.aborted) throw new Interrupted()
    return { servers: asked.map((q) => q.server), silent: answers.filter((a) => a !== undefined) }
  } finally {
    over.abort()
    await limit
  }
}

/** What is wrong with a server, or undefined. Never throws. */
async function problemOf(q: Question, stop: AbortSignal, late: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(q.url, { signal: stop, headers: { range: `bytes=0-${MOST - 1}` } })
    const text = await beginning(response)
    return q.good(response.status, text) ? undefined : `${q.server} gave an unexpected answer (${response.status})`
  } catch (error) {
    if (late.aborted) return `${q.server} did not answer within ${LIMIT_MS / 1000} s`
    // fetch says only `fetch failed`; its cause has the reason.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return `${q.server} cannot be reached (${(cause as NodeJS.ErrnoException).code ?? messageOf(cause)})`
  }
}

/** The beginning of an answer's text; the rest is not downloaded. */
async function beginning(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  const reader = response.body?.getReader()
  while (bytes < MOST) {
    const next = await reader?.read()
    if (next?.value === undefined) break
    const part = next.value as Uint8Array
    chunks.push(part)
    bytes += part.length
  }
  await reader?.cancel()
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * A bundle from what was chosen. If the servers break off during the download, all of it is made from source instead,
 * if `mayChange` allows that. Parts of the two are never mixed. Throws what `make` throws.
 */
export async function eitherBundle<K extends BundleFor, B>(
  k: K,
  choice: BundleChoice | undefined,
  o: {
    readonly make: (k: K) => Promise<B>
    readonly mayChange: () => Promise<boolean>
    readonly say: (line: string) => void
  },
): Promise<{ readonly bundle: B; readonly choice: BundleChoice | undefined }> {
  try {
    return { bundle: await o.make(settledSpec(k, choice)), choice }
  } catch (error) {
    const broke = k.bundle.source === 'auto' && choice?.source === 'upstream' && error instanceof StateError
    if (!broke || !(await o.mayChange())) throw error
    const other = {
      source: 'source',
      why: english('upstream broke off: {message}', { message: error.message }),
    } as const
    o.say(english('bundle source: {why}', { why: other.why }))
    return { bundle: await o.make(settledSpec(k, other)), choice: other }
  }
}
