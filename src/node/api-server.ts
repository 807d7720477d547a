/** Where the host reaches a lab's API server. On the path of `status`: pure and small. */
import { topologyOf } from '../cluster/topology.js'
import { LOOPBACK, endpointOf, type Endpoint } from '../state/endpoints.js'
import type { LabRecord } from '../state/record.js'

/** Where the API server is; undefined without a cluster. */
function apiEndpoint(record: LabRecord): Endpoint | undefined {
  const topology = topologyOf(record.lab)
  return topology && endpointOf(record, topology.first.name, 'api')
}

/** The same as the `server` of a kubeconfig. */
export function apiServer(record: LabRecord): string | undefined {
  const at = apiEndpoint(record)
  return at && `https://${at.host}:${at.port}`
}

/**
 * What kubectl needs in its environment so that it does not use a proxy for the API server (Go uses none for a loopback
 * address).
 */
export function directEnv(
  record: LabRecord,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const host = apiEndpoint(record)?.host
  if (host === undefined || host === LOOPBACK) return {}
  const existing = env['NO_PROXY'] ?? env['no_proxy'] ?? ''
  return { NO_PROXY: existing === '' ? host : `${existing},${host}` }
}
