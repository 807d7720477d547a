/** When a snapshot's cluster stops being believed: kubeadm's certificates are made for a year (kubernetes.io, "Certificate Management with kubeadm"). */
import { X509Certificate } from 'node:crypto'
import { readText } from '../host/files.js'
import type { LabPaths } from '../store/paths.js'
import { kubeconfigOf } from './manifest.js'
import type { Manifest } from './types.js'

/** When the client certificate in a kubeconfig ends, ms since the epoch; undefined when there is none that can be read. */
export function certificateEnd(kubeconfig: string): number | undefined {
  const data = /client-certificate-data:\s*"?([A-Za-z0-9+/=]+)/.exec(kubeconfig)?.[1]
  if (data === undefined) return undefined
  try {
    return Date.parse(new X509Certificate(Buffer.from(data, 'base64')).validTo)
  } catch {
    return undefined
  }
}

/** Words for a cluster whose certificates have ended by `now` (ms since the epoch), with what mends it; undefined while they hold, or without a cluster. */
export async function endedCertificates(paths: LabPaths, manifest: Manifest, now: number): Promise<string | undefined> {
  const text = await readText(kubeconfigOf(paths, manifest.id))
  const end = text === undefined ? undefined : certificateEnd(text)
  if (end === undefined || end > now) return undefined
  return (
    `${manifest.name}: the cluster’s certificates ended on ${new Date(end).toISOString().slice(0, 10)}, so nobody believes its API server; ` +
    'how to renew them: docs/faults.md, “400 days”'
  )
}
