/** Versions against each other: Kubernetes, container runtime, pod network. Pure; the knowledge is the cluster room's. */
import { calicoProblem } from '../cluster/calico.js'
import { knownMinors, minorOf, releaseOf, unknownMinor } from '../cluster/versions.js'
import type { Finding } from './check.js'
import type { Draft } from './draft.js'

/** What does not go together; nothing while the Kubernetes version itself is not understood. */
export function checkVersions({ kubernetes }: Draft): Finding[] {
  const version = kubernetes ? kubernetes.version : undefined
  if (!kubernetes || version === undefined) return []
  const findings: Finding[] = []
  const tell = (path: readonly string[], message: string) => findings.push({ path: ['kubernetes', ...path], message })
  const minor = version.startsWith('1.') ? minorOf(version) : undefined
  if (minor === undefined || !knownMinors.includes(minor)) {
    // With bundle debian there is one version only, and that is said already.
    if (kubernetes.bundle?.source !== 'debian')
      tell(['version'], minor === undefined ? `must be 1.x.y, found ${version}` : unknownMinor(minor))
    return findings
  }
  const { runtimes } = releaseOf(version)
  if (kubernetes.runtime !== undefined && !runtimes.includes(kubernetes.runtime))
    tell(['runtime'], `must be containerd from Kubernetes 1.24 on, found ${kubernetes.runtime} with ${version}`)
  const { cni } = kubernetes
  if (typeof cni !== 'object' || !('name' in cni) || cni.name === undefined) return findings
  const problem = cni.version === undefined ? undefined : calicoProblem(cni.version, minor)
  if (problem !== undefined) tell(['cni', 'version'], problem)
  else if (kubernetes.bundle?.source === 'debian')
    tell(['cni'], 'calico is not in bundle debian, which has flannel alone: take another bundle, such as {dir: PATH}')
  return findings
}
