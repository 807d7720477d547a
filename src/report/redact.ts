/** Takes secrets out of text that people pass on. */

const GONE = '<secret>'

const WORDS = '(?:passw(?:or)?d|passphrase|secret|token|credentials?|api[_-]?key|private[_-]?key|certificate-key)'
const VALUE = `(?!<secret>)(?:"[^"\\n]{4,}"|'[^'\\n]{4,}'|[^\\s"',;}]{4,})`

/** What secrets look like, wherever they are. `$1`: the part that stays. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // PEM: keys and, since nobody needs them, certificates. One that is cut short too.
  [/-----BEGIN [A-Z0-9 ]+-----[^]*?(?:-----END [A-Z0-9 ]+-----|$)/g, GONE],
  // kubeadm's bootstrap tokens (kubernetes.io, "Authenticating with Bootstrap Tokens").
  [/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, GONE],
  // JSON web tokens, such as those of service accounts (RFC 7519).
  [/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, GONE],
  // kubeconfig's client-key-data and similar fields.
  [/(-data"?\s*[:=]\s*"?)[A-Za-z0-9+/=]{16,}/g, `$1${GONE}`],
  // Names and passwords in addresses (RFC 3986, userinfo).
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${GONE}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${GONE}`],
  // `password: x`, `"token":"x"`, `X_SECRET=x`; `--certificate-key x`.
  [new RegExp(`([\\w-]*${WORDS}["']?\\s*[:=]\\s*)${VALUE}`, 'gi'), `$1${GONE}`],
  [new RegExp(`(--[\\w-]*${WORDS}[ =])${VALUE}`, 'gi'), `$1${GONE}`],
  // crypt(5) hashes.
  [/\$(?:1|2[aby]|5|6|7|y|gy)\$[\w./$=,-]{8,}/g, GONE],
  // Nobody can read anything in long runs of base64.
  [/[A-Za-z0-9+/]{80,}={0,2}/g, GONE],
]

/**
 * The text without what looks like a secret, and without the given words (known keys, for example). It takes out too
 * much rather than too little.
 */
export function redact(text: string, known: readonly string[] = []): string {
  const words = known.filter((word) => word.length >= 8)
  const bare = words.reduce((rest, word) => rest.replaceAll(word, GONE), text)
  return SHAPES.reduce((rest, [shape, stays]) => rest.replace(shape, stays), bare)
}
