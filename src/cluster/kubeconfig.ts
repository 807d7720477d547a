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
    throw new CorruptError('admin.conf of the control plane is not YAML', { cause, hint: 'klab destroy, then klab up' })
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
