/** The lab's kubeconfig: admin.conf with the server's address as the host reaches it. Pure. */
import { parse, stringify } from 'yaml'
import { CorruptError } from '../errors.js'

type Fields = Readonly<Record<string, unknown>>
const fields = (x: unknown): Fields | undefined => (typeof x === 'object' && x !== null ? (x as Fields) : undefined)

/** The first entry of a kubeconfig's list, such as the `cluster` of `clusters`; undefined when there is none. */
function first(config: unknown, list: string, entry: string): Fields | undefined {
  const items = fields(config)?.[list]
  return Array.isArray(items) ? fields(fields(items[0])?.[entry]) : undefined
}

function read(text: string): unknown {
  try {
    return parse(text)
  } catch (cause) {
    throw new CorruptError('the kubeconfig is not YAML', { cause, hint: 'klab destroy, then klab up' })
  }
}

/** Rewrites admin.conf for use on the host: `server` (https://HOST:PORT), names of the lab's own so that it can be merged. Throws CorruptError. */
export function hostKubeconfig(adminConf: string, lab: string, server: string): string {
  const config = read(adminConf)
  const cluster = first(config, 'clusters', 'cluster')
  const user = first(config, 'users', 'user')
  if (!cluster || !user)
    throw new CorruptError('admin.conf of the control plane has no cluster or user', { hint: 'klab destroy, then klab up' })
  const admin = `${lab}-admin`
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: lab, cluster: { ...cluster, server } }],
    users: [{ name: admin, user }],
    contexts: [{ name: lab, context: { cluster: lab, user: admin } }],
    'current-context': lab,
  })
}

const BASE64 = /^[A-Za-z0-9+/=\s]{1,65536}$/

/** A kubeconfig from elsewhere for use here: its certificates and key alone, since kubectl would run commands that it names (`exec`). Throws CorruptError. */
export function foreignKubeconfig(text: string, lab: string, server: string): string {
  const config = read(text)
  const pick = (from: Fields | undefined, names: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      names.map((name) => {
        const value = from?.[name]
        if (typeof value !== 'string' || !BASE64.test(value))
          throw new CorruptError(`the kubeconfig has no ${name}`, { hint: 'ask whoever made the file' })
        return [name, value]
      }),
    )
  const cluster = pick(first(config, 'clusters', 'cluster'), ['certificate-authority-data'])
  const user = pick(first(config, 'users', 'user'), ['client-certificate-data', 'client-key-data'])
  return hostKubeconfig(stringify({ clusters: [{ cluster }], users: [{ user }] }), lab, server)
}
