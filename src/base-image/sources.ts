/** The apt sources of the built image: the host's own Debian mirror, with the image's suites. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDeb822, parseSourcesList, type AptSource } from '../host/apt-sources.js'
import { HostError } from '../errors.js'
import { readText } from '../host/files.js'
import { english } from '../words/say.js'

const SUITES = 'buster|bullseye|bookworm|trixie|forky|sid|oldoldstable|oldstable|stable|testing|unstable'
const DEBIAN = new RegExp(`^(?:${SUITES})(-updates|-security|/updates)?$`)

/** What this machine's own apt knows: sources.list and sources.list.d, in apt's order (sources.list(5)). */
export async function hostSources(etc = '/etc/apt'): Promise<readonly AptSource[]> {
  const folder = join(etc, 'sources.list.d')
  const names = (await readdir(folder).catch((): string[] => [])).filter((n) => /\.(?:list|sources)$/.test(n))
  const files = [join(etc, 'sources.list'), ...names.sort().map((n) => join(folder, n))]
  const texts = await Promise.all(
    files.map(async (f) => (f.endsWith('.sources') ? parseDeb822 : parseSourcesList)((await readText(f)) ?? '')),
  )
  return texts.flat()
}

/**
 * A deb822 text for `release`, its updates and its security fixes. It uses what the host has of them, whichever Debian
 * it runs. Throws HostError if none of its sources is a Debian release.
 */
export function imageSources(sources: readonly AptSource[], release: string): string {
  const blocks = new Map<string, string>()
  for (const s of sources) {
    const uri = s.uris.find((u) => /^(?:https?|mirror\+https?|file|copy):/.test(u))
    if (uri === undefined || !s.types.includes('deb') || !s.components.includes('main')) continue
    for (const suite of s.suites) {
      const match = DEBIAN.exec(suite)
      if (!match) continue
      // Before Debian 11, security fixes were in SUITE/updates.
      const wanted = `${release}${(match[1] ?? '').replace('/updates', '-security')}`
      if (!blocks.has(wanted)) blocks.set(wanted, block(s, uri, wanted))
    }
  }
  if (!blocks.has(release)) {
    throw new HostError(english('no Debian mirror in /etc/apt/sources.list or sources.list.d'), {
      hint: english('name an image in the Labfile instead: image: {url: …, sha256: …} or {path: …}'),
    })
  }
  return [...blocks.values()].join('\n')
}

const block = (s: AptSource, uri: string, suite: string): string =>
  [
    'Types: deb',
    `URIs: ${uri}`,
    `Suites: ${suite}`,
    'Components: main',
    ...(s.signedBy === undefined ? [] : [`Signed-By: ${s.signedBy}`]),
    ...(s.trusted ? ['Trusted: yes'] : []),
    '',
  ].join('\n')
