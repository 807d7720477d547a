/** Which Debian mirror this machine uses, read from its own apt sources (sources.list(5)). Pure. */

/** One entry of a sources file. */
export interface AptSource {
  readonly types: readonly string[]
  readonly uris: readonly string[]
  readonly suites: readonly string[]
  readonly components: readonly string[]
  /** A keyring's path, a fingerprint, or a whole key block; verbatim. */
  readonly signedBy?: string
  readonly trusted: boolean
}

export interface Mirror {
  readonly uri: string
  readonly signedBy?: string
  readonly trusted: boolean
}

/** Releases whose mirror surely has the others too; -updates, -security and -backports are often on other servers. */
const SUITES = /^(?:buster|bullseye|bookworm|trixie|forky|duke|sid|oldoldstable|oldstable|stable|testing|unstable)$/

const words = (text: string | undefined): readonly string[] => (text ?? '').split(/\s+/).filter((w) => w !== '')

/** Entries of a one-line style file (`.list`). */
export function parseSourcesList(text: string): readonly AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line)
    if (!match) return []
    const [, type = '', optionText = '', uri = '', suite = '', components] = match
    const options = new Map(
      words(optionText).map((o) => [o.replace(/=.*/, '').toLowerCase(), o.replace(/^[^=]*=/, '')]),
    )
    return [
      entry({
        types: [type],
        uris: [uri],
        suites: [suite],
        components: words(components),
        signedBy: options.get('signed-by'),
        trusted: options.get('trusted'),
      }),
    ]
  })
}

/** Entries of a deb822 style file (`.sources`); disabled ones are left out. */
export function parseDeb822(text: string): readonly AptSource[] {
  const blocks = text.replace(/^#.*\n?/gm, '').split(/\n[ \t]*\n/)
  return blocks.flatMap((block) => {
    // A line that begins with a space continues the field above it. An embedded key is written like this.
    const fields = new Map(
      [...block.matchAll(/^([\w-]+):(.*(?:\n[ \t].*)*)/gm)].map((m) => [
        (m[1] ?? '').toLowerCase(),
        (m[2] ?? '').replace(/^[ \t]+/, ''),
      ]),
    )
    if (!fields.has('uris') || /^(?:no|false|0|off|disable)\s*$/i.test(fields.get('enabled') ?? '')) return []
    const of = (name: string): readonly string[] => words(fields.get(name))
    return [
      entry({
        types: of('types'),
        uris: of('uris'),
        suites: of('suites'),
        components: of('components'),
        signedBy: fields.get('signed-by')?.trimEnd(),
        trusted: fields.get('trusted'),
      }),
    ]
  })
}

function entry({
  types,
  uris,
  suites,
  components,
  signedBy,
  trusted,
}: {
  readonly types: readonly string[]
  readonly uris: readonly string[]
  readonly suites: readonly string[]
  readonly components: readonly string[]
  readonly signedBy: string | undefined
  readonly trusted: string | undefined
}): AptSource {
  const base = { types, uris, suites, components, trusted: /^(?:yes|true|1|on)\s*$/i.test(trusted ?? '') }
  return signedBy === undefined || signedBy === '' ? base : { ...base, signedBy }
}

/** The first mirror of a Debian release's main component; undefined when the machine has none. */
export function pickMirror(sources: readonly AptSource[]): Mirror | undefined {
  const found = sources.find(
    (s) =>
      s.types.includes('deb') &&
      s.components.includes('main') &&
      s.suites.some((x) => SUITES.test(x)) &&
      s.uris.some(usable),
  )
  const uri = found?.uris.find(usable)
  if (!found || uri === undefined) return undefined
  const mirror = { uri, trusted: found.trusted }
  return found.signedBy === undefined ? mirror : { ...mirror, signedBy: found.signedBy }
}

const usable = (uri: string): boolean => /^(?:https?|mirror\+https?|file|copy):/.test(uri) && !/security/.test(uri)

/**
 * A sources file (deb822) for these releases on that mirror. It uses `copy:`, because with `file:` packages would stay
 * where they are.
 */
export function sourcesText(mirror: Mirror, suites: readonly string[]): string {
  return [
    'Types: deb',
    `URIs: ${mirror.uri.replace(/^file:/, 'copy:')}`,
    `Suites: ${suites.join(' ')}`,
    'Components: main',
    ...(mirror.signedBy === undefined ? [] : [`Signed-By: ${mirror.signedBy}`]),
    ...(mirror.trusted ? ['Trusted: yes'] : []),
    '',
  ].join('\n')
}

/** The lines of `apt-config dump` that say how to reach the network (proxy, certificates, retries). */
export const networkSettings = (dump: string): readonly string[] =>
  dump.split('\n').filter((line) => /^Acquire::(?:https?|socks|Retries|ForceIPv[46]|Check-Valid-Until)\b/.test(line))
