/** Probes of pods on a slow host. Pure. */
import { isMap, isSeq, type Document } from 'yaml'

/** Where a Deployment or DaemonSet has its containers. */
export const CONTAINERS = ['spec', 'template', 'spec', 'containers']

/** Probe times of the slow-host profile, seconds. */
const PATIENT = { timeoutSeconds: 60, periodSeconds: 60, failureThreshold: 10 }

/** Makes the probes of a workload longer, in place. Other objects have none. */
export function relaxProbes(doc: Document.Parsed): void {
  const list = isMap(doc.contents) ? doc.getIn(CONTAINERS) : undefined
  for (const container of isSeq(list) ? list.items : []) {
    if (!isMap(container)) continue
    for (const probe of ['livenessProbe', 'readinessProbe']) {
      const fields = container.get(probe)
      // A pod is Ready sooner when it is asked more often, and readiness ends nothing.
      const times = probe === 'readinessProbe' ? { ...PATIENT, periodSeconds: 15 } : PATIENT
      if (isMap(fields)) for (const [key, seconds] of Object.entries(times)) fields.set(key, seconds)
    }
  }
}
