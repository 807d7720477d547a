/** Phase `control-plane` (course 2.9.2, 2.9.3): kubeadm init and the lab's kubeconfig. */
import { randomInt } from 'node:crypto'
import { stringify } from 'yaml'
import { nodeConditions } from '../api/server.js'
import { hostKubeconfig } from '../cluster/kubeconfig.js'
import type { Topology } from '../cluster/topology.js'
import { initConfig, initFlags, patchFiles, PATCHES_DIR } from '../cluster/kubeadm.js'
import { unpatched } from '../cluster/unpatched.js'
import { CommandError, StateError } from '../errors.js'
import type { Guest } from '../guest/types.js'
import { readText, writeAtomic } from '../host/files.js'
import type { KubernetesSpec } from '../labfile/model.js'
import type { Step } from '../step.js'
import { apiServers } from '../node/api-server.js'
import type { Marks } from '../node/baked-phase.js'
import { removeMark } from '../node/guest-phase.js'
import { connect } from '../node/connections.js'
import { clusterMark, runClusterPhase } from './cluster-phase.js'
import { endpointPart } from './endpoint.js'
import { hostKubectl } from '../node/kubectl.js'
import { cniManifest, cniName } from '../network/cni-manifest.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

/** ms for one answer of the API server. */
const API_MS = 10_000
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const word = (length: number): string => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('')

/** A random bootstrap token, `[a-z0-9]{6}.[a-z0-9]{16}` (kubeadm token). */
export const bootstrapToken = (): string => `${word(6)}.${word(16)}`

/** The kubeconfig of the lab, written to the host. */
async function fetchKubeconfig(run: LabRun, guest: Guest, node: string): Promise<void> {
  const conf = await guest.sudo('cat /etc/kubernetes/admin.conf', [], { what: 'reading the kubeconfig' })
  const servers = apiServers(run.record)
  if (servers.length === 0)
    throw new StateError(english('{node}: no port is recorded for the API server', { node }), {
      hint: english('klab destroy, then klab up'),
    })
  await writeAtomic(run.paths.kubeconfig, hostKubeconfig(conf.stdout, run.lab.name, servers))
}

/**
 * Whether the lab's kubeconfig exists and has the present ports: `access` chooses another one if a program has taken
 * it.
 */
async function hasKubeconfig(run: LabRun): Promise<boolean> {
  const servers = apiServers(run.record)
  const words = (await readText(run.paths.kubeconfig))?.split(/\s+/) ?? []
  return servers.length > 0 && servers.every((server) => words.includes(server))
}

/**
 * Checks that the manifests have what the plan announced. Throws StateError if kubeadm left some of it out: on a slow
 * host the probes would then kill a control plane that is only busy.
 */
export async function requirePatched(run: LabRun, k: KubernetesSpec, guest: Guest): Promise<void> {
  const manifests: Record<string, string> = {}
  for (const target of Object.keys(run.profile.patches))
    manifests[target] = (await guest.sudo('cat -- "$1"', [`/etc/kubernetes/manifests/${target}.yaml`])).stdout
  const missing = unpatched(k, run.profile, manifests)
  if (missing.length > 0)
    throw new StateError(
      english('kubeadm left settings of the {profile} profile out: {missing}', {
        profile: run.profile.name,
        missing: missing.join('; '),
      }),
      {
        hint: english('klab destroy, then klab up; if it says so again, report it with the output of: klab logs'),
      },
    )
}

const pair = (name: string): readonly string[] => [`pki/${name}.crt`, `pki/${name}.key`]
/** In /etc/kubernetes: files that only another cluster would have. */
export const ORIGINAL = [
  ...['ca', 'front-proxy-ca', 'etcd/ca'].flatMap(pair),
  ...['pki/sa.key', 'pki/sa.pub'],
  ...['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((name) => `manifests/${name}.yaml`),
]
/** Files of it that kubeadm makes again. */
const DERIVED = [
  ...['apiserver', 'apiserver-kubelet-client', 'apiserver-etcd-client', 'front-proxy-client'].flatMap(pair),
  ...['etcd/server', 'etcd/peer', 'etcd/healthcheck-client'].flatMap(pair),
  ...['admin', 'controller-manager', 'scheduler', 'kubelet'].map((name) => `${name}.conf`),
  '/var/lib/kubelet/pki/kubelet-client-current.pem',
]
/** Prints those of its arguments that do not exist or are empty. */
const LOST = 'cd /etc/kubernetes 2>/dev/null; for f in "$@"; do [ -s "$f" ] || echo "$f"; done'

/** Files of a control plane that are lost: `gone` are those that only another cluster would have. */
export interface Lost {
  readonly gone: readonly string[]
  readonly all: readonly string[]
}

/** Looks for them. klab's mark only says that the control plane was made; somebody may have reset it since. */
export async function lostFiles(run: LabRun, node: string): Promise<Lost> {
  const guest = await connect(run, node)
  const { stdout } = await guest.sudo(LOST, [...ORIGINAL, ...DERIVED], { what: 'looking for its control plane' })
  const all = stdout.split('\n').filter(Boolean)
  return { all, gone: all.filter((file) => ORIGINAL.includes(file)) }
}

/**
 * Whether all files of the first control plane exist. Throws StateError if files are gone that only another cluster
 * would have: klab must not decide that.
 */
async function isWhole(run: LabRun, node: string): Promise<boolean> {
  const { all, gone } = await lostFiles(run, node)
  if (gone.length > 0) throw lostControlPlane(node, gone)
  return all.length === 0
}

/** For files of a control plane that klab does not make again. */
export const lostControlPlane = (node: string, gone: readonly string[]): StateError =>
  new StateError(
    english('{node}: the control plane that klab made is gone (kubeadm reset?): no /etc/kubernetes/{files}', {
      node,
      files: gone.join(', '),
    }),
    { hint: english('klab snapshot list, then klab snapshot restore NAME; or klab destroy, then klab up') },
  )

/** Deletes a bootstrap token (security rule 11). Throws CommandError, HostError. */
export async function dropToken(run: LabRun, token: string): Promise<void> {
  const kubectl = await hostKubectl(run)
  const name = `bootstrap-token-${token.slice(0, 6)}`
  await kubectl(['-n', 'kube-system', 'delete', 'secret', name, '--wait=false'])
}

/**
 * The pod network's manifest, as klab applies it, for those who apply it by hand (course 2.9.1): in the user's home.
 */
async function manifestFiles(run: LabRun, k: KubernetesSpec): Promise<{ path: string; content: string }[]> {
  if (k.cni === 'none') return []
  return [{ path: `/home/${run.lab.os.user}/${cniName(k.cni)}.yaml`, content: await cniManifest(run, k) }]
}

/** kubeadm init on the first control plane. */
export function controlPlaneStep(
  run: LabRun,
  k: KubernetesSpec,
  topology: Topology,
  { marks, askNodes = nodeConditions }: { readonly marks: Marks; readonly askNodes?: typeof nodeConditions },
): Step {
  const node = topology.first
  const { shared } = topology
  const alone = topology.workers.length === 0
  const config = (token: string): string => initConfig(k, node, run.profile, { token, alone, shared })
  const mark = (): Promise<string> =>
    clusterMark(run, 'control-plane', config('token') + stringify(run.profile.patches))
  const endpoint = endpointPart(run, topology, node)
  const marked = async (): Promise<boolean> => {
    const has = await marks(node.name)
    return has.get('control-plane') === (await mark()) && (await endpoint.done(has))
  }
  let repair = false
  return {
    id: `control-plane/${node.name}`,
    title: english('kubeadm init on {node} ({profile})', { node: node.name, profile: run.profile.name }),
    done: async () => {
      if (!(await hasKubeconfig(run)) || !(await marked())) return false
      // If it does not answer, we do not know; `ready` will.
      const known = (await askNodes(run.paths.kubeconfig, API_MS, run.world.signal))?.has(node.name) ?? true
      repair = !(await isWhole(run, node.name)) || !known
      return !repair
    },
    again: async () => {
      const guest = await connect(run, node.name)
      await endpoint.again(guest)
      await removeMark(guest, 'control-plane')
    },
    run: async ({ line }) => {
      const guest = await connect(run, node.name)
      const token = bootstrapToken()
      if (repair) {
        line(english('parts of this control plane were deleted: putting them back'))
        // Otherwise run.sh would find the mark and do nothing.
        await removeMark(guest, 'control-plane')
      }
      await endpoint.run(guest, line)
      await guest.put([
        { path: '/etc/klab/kubeadm-init.yaml', content: config(token), mode: 0o600 },
        ...patchFiles(run.profile).map((f) => ({ path: `${PATCHES_DIR}/${f.name}`, content: f.content })),
        ...(await manifestFiles(run, k)),
      ])
      await runClusterPhase(run, guest, {
        phase: 'control-plane',
        mark: await mark(),
        settings: {
          KLAB_INIT_FLAGS: initFlags(k, run.profile).join(' '),
          KLAB_REPAIR: repair ? 'true' : '',
          // Not with several control planes: there a load balancer connects all the time.
          KLAB_PACE_API: run.profile.name === 'slow-host' && !shared ? 'true' : '',
        },
        line,
      })
      await requirePatched(run, k, guest)
      await fetchKubeconfig(run, guest, node.name)
      // Workers get their own token. It lives 15 minutes at most, so it is no failure if it cannot be deleted early.
      await dropToken(run, token).catch((error: unknown) => {
        if (!(error instanceof CommandError)) throw error
      })
    },
  }
}
