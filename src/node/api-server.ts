/** Where the host reaches a lab's API servers. On the path of `status`: pure and small. */
import { topologyOf } from '../cluster/topology.js'
import { LOOPBACK, endpointOf, type Endpoint } from '../state/endpoints.js'
import type { LabRecord } from '../state/record.js'

/** Where the API servers are, the first control plane's first; none without a cluster. */
const apiEndpoints = (record: LabRecord): readonly Endpoint[] =>
  (topologyOf(record.lab)?.controlPlanes ?? []).flatMap(({ name }) => endpointOf(record, name, 'api') ?? [])

/** All API servers, each the same as the `server` of a kubeconfig. The first control plane's is the first. */
export const apiServers = (record: LabRecord): readonly string[] =>
  apiEndpoints(record).map(({ host, port }) => `https://${host}:${port}`)

/**
 * What kubectl needs in its environment so that it does not use a proxy for the API server (Go uses none for a loopback
 * address).
 */
export function directEnv(
  record: LabRecord,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const hosts = [...new Set(apiEndpoints(record).map(({ host }) => host))].filter((host) => host !== LOOPBACK)
  if (hosts.length === 0) return {}
  const existing = env['NO_PROXY'] ?? env['no_proxy'] ?? ''
  return { NO_PROXY: [...(existing === '' ? [] : [existing]), ...hosts].join(',') }
}
