/** The lab's kubeconfig: certificates and key come from a guest or a file, everything else is klab's own. Pure. */
import { stringify } from 'yaml'
import { CorruptError } from '../errors.js'
import { compose, tokenize } from '../labfile/yaml-limits.js'
import { english } from '../words/say.js'

type Fields = Readonly<Record<string, unknown>>
const fields = (x: unknown): Fields | undefined => (typeof x === 'object' && x !== null ? (x as Fields) : undefined)

/** Bytes. kubeadm's admin.conf has 6 KB. Parsing a much larger one would take too long. */
const MAX_BYTES = 64 * 1024
/** kubeadm's has a depth of 7 and 100 parts. Deep maps take yaml the cube of their depth: for 6 KB of them, hours. */
const LIMITS = { depth: 40, parts: 20_000 }

/** PEM as kubeadm writes it (RFC 7468): nothing around it, no headers inside. */
const pem = (label: string): string => `-----BEGIN ${label}-----\\n(?:[A-Za-z0-9+/=]+\\n)+-----END ${label}-----\\n?`
const CERTIFICATES = new RegExp(`^(?:${pem('CERTIFICATE')})+$`)
const KEY = new RegExp(`^(?:${['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY'].map(pem).join('|')})$`)

/** The first entry of a kubeconfig's list, such as the `cluster` of `clusters`; undefined if there is none. */
function first(config: unknown, list: string, entry: string): Fields | undefined {
  const items = fields(config)?.[list]
  return Array.isArray(items) ? fields(fields(items[0])?.[entry]) : undefined
}

function read(text: string, hint: string): unknown {
  if (Buffer.byteLength(text) > MAX_BYTES)
    throw new CorruptError(english('the kubeconfig is larger than {most} KiB', { most: MAX_BYTES / 1024 }), { hint })
  const tokens = tokenize(text, LIMITS)
  if ('why' in tokens) throw new CorruptError(english('the kubeconfig {why}', { why: tokens.why }), { hint })
  const [document, more] = compose(tokens, text.length, {})
  const cause = document?.errors[0]
  if (!document || more || cause) throw new CorruptError(english('the kubeconfig is not YAML'), { cause, hint })
  try {
    // Aliases turn small data into large data.
    return document.toJS({ maxAliasCount: 0 })
  } catch (cause) {
    throw new CorruptError(english('the kubeconfig is not YAML'), { cause, hint })
  }
}

/**
 * A kubeconfig for use on the host, made from another one: from admin.conf in a guest, or from one in a file. Its
 * author could make kubectl run programs (`exec`), send files (`tokenFile`) or talk to another server (`proxy-url`). So
 * klab takes only the CA, the client certificate and the key from it. `servers`: https://HOST:PORT of each API server, as
 * the host reaches it. The first is used; klab finds the others in an extension, which kubectl ignores (api/steer.ts).
 * The names are the lab's own, so that it can be merged. `hint`: what to do if it is bad. Throws CorruptError.
 */
export function hostKubeconfig(
  text: string,
  lab: string,
  servers: readonly string[],
  hint = 'klab destroy, then klab up',
): string {
  const config = read(text, hint)
  const pick = (from: Fields | undefined, name: string, kind: RegExp): Record<string, string> => {
    const value = from?.[name]
    const base64 = typeof value === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(value)
    const data = base64 ? Buffer.from(value, 'base64') : undefined
    if (!data || !kind.test(data.toString('latin1')))
      throw new CorruptError(english('the kubeconfig has no {name} that is PEM of its kind', { name }), { hint })
    return { [name]: data.toString('base64') }
  }
  const cluster = {
    ...pick(first(config, 'clusters', 'cluster'), 'certificate-authority-data', CERTIFICATES),
    server: servers[0] ?? '',
    ...(servers.length > 1 && { extensions: [{ name: 'klab', extension: { servers } }] }),
  }
  const login = first(config, 'users', 'user')
  const user = { ...pick(login, 'client-certificate-data', CERTIFICATES), ...pick(login, 'client-key-data', KEY) }
  const admin = `${lab}-admin`
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: lab, cluster }],
    users: [{ name: admin, user }],
    contexts: [{ name: lab, context: { cluster: lab, user: admin } }],
    'current-context': lab,
  })
}

/**
 * The same kubeconfig, of klab's own making, for servers that are elsewhere now (other ports). As many as it has.
 */
export function movedKubeconfig(text: string, servers: readonly string[]): string {
  let next = 0
  return text
    .replace(/(server: )https:\S+/, (_all, key: string) => `${key}${servers[0] ?? ''}`)
    .replace(/^(\s+- )https:\S+$/gm, (_all, key: string) => `${key}${servers[next++] ?? ''}`)
}
