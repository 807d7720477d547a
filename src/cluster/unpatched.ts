/** Whether kubeadm wrote the static pods as its configuration and the patches say. Pure. */
import { isMap, stringify } from 'yaml'
import { changesBetween } from '../labfile/changes.js'
import type { KubernetesSpec } from '../labfile/model.js'
import { podArgs } from './kubeadm.js'
import { manifestDocuments } from './manifest-docs.js'
import type { Profile } from './profile.js'

/**
 * Which patches and flags are missing in the manifests that kubeadm wrote: `kube-apiserver: livenessProbe.periodSeconds
 * is 10, not 60`, `etcd: --heartbeat-interval=500 is missing`. `manifests`: target → YAML of its static pod. A kubeadm
 * that drops patches does not say so (seen with 1.17 and 1.18, before klab used their flag).
 */
export function unpatched(
  k: KubernetesSpec,
  profile: Profile,
  manifests: Readonly<Record<string, string>>,
): readonly string[] {
  const text = (x: unknown): string => (x === undefined ? 'missing' : JSON.stringify(x))
  const args: Readonly<Record<string, Readonly<Record<string, string>>>> = podArgs(k, profile)
  return Object.entries(profile.patches).flatMap(([target, patch]) => {
    const have = firstContainer(manifests[target] ?? '')
    if (have === undefined) return [`${target}: no manifest`]
    const command: readonly unknown[] = Array.isArray(have.command) ? have.command : []
    const flags = Object.entries(args[target] ?? {})
      .map(([name, value]) => `--${name}=${value}`)
      .filter((flag) => !command.includes(flag))
      .map((flag) => `${target}: ${flag} is missing`)
    const probes = changesBetween(firstContainer(stringify(patch)), have).flatMap(({ path, before, after }) =>
      // What only kubeadm says is none of them.
      before === undefined ? [] : [`${target}: ${path} is ${text(after)}, not ${text(before)}`],
    )
    return [...flags, ...probes]
  })
}

/**
 * The first container of a pod, as data; undefined: it is no pod. The text comes from a guest, so it may be anything.
 */
function firstContainer(yaml: string): { readonly command?: unknown } | undefined {
  const [pod] = manifestDocuments(yaml) ?? []
  const container = pod?.getIn(['spec', 'containers', 0], true)
  try {
    return pod && isMap(container) ? (container.toJS(pod, { maxAliasCount: 0 }) as { command?: unknown }) : undefined
  } catch {
    // Aliases; kubeadm writes none.
    return undefined
  }
}
