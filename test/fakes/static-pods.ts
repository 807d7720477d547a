/**
 * The control plane's static pods as kubeadm of a lab's version writes them: its own probes, the flags of its
 * configuration, and the patches where it is told of them in the way that this version knows.
 */
import { parseAllDocuments, stringify } from 'yaml'
import { initConfig, initFlags, PATCHES_DIR } from '../../src/cluster/kubeadm.js'
import type { Profile } from '../../src/cluster/profile.js'
import type { KubernetesSpec, NodeSpec } from '../../src/labfile/model.js'
import { minorOf } from '../../src/versions/kubernetes.js'

type Args = Readonly<Record<string, string>> | readonly { readonly name: string; readonly value: string }[]
interface Component {
  readonly extraArgs?: Args
}
interface Init {
  readonly patches?: { readonly directory: string }
}
interface Cluster {
  readonly apiVersion: string
  readonly etcd: { readonly local: Component }
  readonly apiServer: Component
  readonly controllerManager: Component
  readonly scheduler: Component
}

/** Extra arguments are a list from v1beta4 on, a map before; kubeadm refuses the other form. */
function flagsOf({ extraArgs = [] }: Component = {}, api: string): readonly string[] {
  const entries = Array.isArray(extraArgs)
    ? (extraArgs as readonly { name: string; value: string }[]).map(({ name, value }) => [name, value] as const)
    : Object.entries(extraArgs as Readonly<Record<string, string>>)
  if (entries.length > 0 && Array.isArray(extraArgs) !== api.endsWith('v1beta4'))
    throw new Error(`kubeadm ${api} does not take such extraArgs`)
  return entries.map(([name, value]) => `--${name}=${value}`)
}

/** Whether this kubeadm is told where the patches are. */
function toldOfPatches(k: KubernetesSpec, profile: Profile, init: Init): boolean {
  const minor = minorOf(k.version)
  if (minor >= 22) return init.patches?.directory === PATCHES_DIR
  const [flag, dir] = initFlags(k, profile)
  return flag === (minor < 19 ? '--experimental-kustomize' : '--experimental-patches') && dir === PATCHES_DIR
}

const merge = (a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => {
      const [x, y] = [a[key], b[key]]
      const both = [x, y].every((v) => typeof v === 'object' && v !== null && !Array.isArray(v))
      return [key, both ? merge(x as Record<string, unknown>, y as Record<string, unknown>) : (y ?? x)]
    }),
  )

/** Target → YAML. `dropPatches`: a kubeadm that ignores them, as 1.17 does what it is not told in its own way. */
export function staticPods(
  k: KubernetesSpec,
  node: NodeSpec,
  profile: Profile,
  { dropPatches = false } = {},
): Readonly<Record<string, string>> {
  const config = initConfig(k, node, profile, { token: 'abcdef.0123456789abcdef' })
  const [init, cluster] = parseAllDocuments(config).map((d): unknown => d.toJS() as unknown) as [Init, Cluster]
  const patched = !dropPatches && toldOfPatches(k, profile, init)
  const components: Record<string, Component> = {
    etcd: cluster.etcd.local,
    'kube-apiserver': cluster.apiServer,
    'kube-controller-manager': cluster.controllerManager,
    'kube-scheduler': cluster.scheduler,
  }
  // app/phases/controlplane/manifests.go: 15 s, every 10 s, 8 times; 24 at the start from 1.19 on.
  const probe = { httpGet: { path: '/healthz' }, failureThreshold: 8, periodSeconds: 10, timeoutSeconds: 15 }
  return Object.fromEntries(
    Object.entries(components).map(([name, component]) => {
      const container = {
        name,
        image: `registry.example/${name}`,
        command: [name, ...flagsOf(component, cluster.apiVersion)],
        livenessProbe: probe,
        ...(minorOf(k.version) >= 19 && { startupProbe: { ...probe, failureThreshold: 24 } }),
        ...(minorOf(k.version) >= 19 &&
          name === 'kube-apiserver' && { readinessProbe: { ...probe, periodSeconds: 1 } }),
      }
      const patch = profile.patches[name] as { spec: { containers: [Record<string, unknown>] } } | undefined
      const written = patched && patch ? merge(container, patch.spec.containers[0]) : container
      return [name, stringify({ kind: 'Pod', spec: { containers: [written] } }, { aliasDuplicateObjects: false })]
    }),
  )
}
