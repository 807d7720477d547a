/** Phase `control-plane` (course 2.9.2, 2.9.3): kubeadm init and the lab's kubeconfig. */
import { randomInt } from 'node:crypto'
import { stringify } from 'yaml'
import { nodeConditions } from '../api/server.js'
import { hostKubeconfig } from '../cluster/kubeconfig.js'
import type { Topology } from '../cluster/topology.js'
import { initConfig, initFlags, patchFiles, PATCHES_DIR, unpatched } from '../cluster/kubeadm.js'
import { preflightErrors, preflightHint } from '../cluster/preflight.js'
import { CommandError, StateError } from '../errors.js'
import type { Guest } from '../guest/types.js'
import { readText, writeAtomic } from '../host/files.js'
import type { KubernetesSpec } from '../labfile/model.js'
import type { Step } from '../step.js'
import { apiServer } from '../node/api-server.js'
import type { Marks } from '../node/baked-phase.js'
import { digest, removeMark, installScripts, nodeSettings, phaseDigest, runGuestPhase } from '../node/guest-phase.js'
import { connect } from '../node/connections.js'
import { hostKubectl } from '../node/kubectl.js'
import { cniManifest, cniName } from '../network/cni-manifest.js'
import type { LabRun } from '../world.js'

const MINUTE = 60_000
/** ms for one answer of the API server. */
const API_MS = 10_000
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const word = (length: number): string => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('')

/** A random bootstrap token, `[a-z0-9]{6}.[a-z0-9]{16}` (kubeadm token). */
export const bootstrapToken = (): string => `${word(6)}.${word(16)}`

export interface ClusterPhase {
  readonly phase: string
  readonly mark: string
  /** Scripts for the phase's script, besides those of the recipe and the node. */
  readonly settings?: Readonly<Record<string, string>>
  readonly line: (text: string) => void
}

/** Installs scripts and settings of one cluster phase, runs it, and leaves its mark. */
export async function runClusterPhase(
  run: LabRun,
  guest: Guest,
  { phase, mark, settings, line }: ClusterPhase,
): Promise<void> {
  const recipe = await run.artifacts.recipe()
  const minutes = 20 * run.profile.patience
  await installScripts(guest, recipe.scripts, { ...recipe.settings, ...nodeSettings(run.lab, guest.node), ...settings })
  await runGuestPhase(guest, phase, mark, {
    line,
    signal: run.world.signal,
    clock: run.world.clock,
    timeoutMs: minutes * MINUTE,
  }).catch((error: unknown) => {
    throw preflightFailure(guest.node, error)
  })
}

/** If kubeadm refused, its own words; otherwise the error unchanged. */
function preflightFailure(node: string, error: unknown): unknown {
  if (!(error instanceof CommandError)) return error
  const errors = preflightErrors(error.failure.tail)
  if (errors.length === 0) return error
  const lines = errors.map((e) => `[ERROR ${e.name}]: ${e.message}`)
  return new StateError([`${node}: kubeadm refuses:`, ...lines].join('\n'), {
    cause: error,
    hint: preflightHint(errors),
  })
}

/** The mark of a cluster phase: its script and its input. */
export async function clusterMark(run: LabRun, phase: string, extra: string): Promise<string> {
  const recipe = await run.artifacts.recipe()
  return phaseDigest(recipe.scripts, phase, { lab: run.lab, settings: {}, extra: digest(extra) })
}

/** The kubeconfig of the lab, written to the host. */
async function fetchKubeconfig(run: LabRun, guest: Guest, node: string): Promise<void> {
  const conf = await guest.sudo('cat /etc/kubernetes/admin.conf', [], { what: 'reading the kubeconfig' })
  const server = apiServer(run.record)
  if (server === undefined)
    throw new StateError(`${node}: no port is recorded for the API server`, { hint: 'klab destroy, then klab up' })
  await writeAtomic(run.paths.kubeconfig, hostKubeconfig(conf.stdout, run.lab.name, server))
}

/**
 * Whether the lab's kubeconfig exists and has the present port: `access` chooses another one if a program has taken it.
 */
async function hasKubeconfig(run: LabRun): Promise<boolean> {
  const server = apiServer(run.record)
  return server !== undefined && ((await readText(run.paths.kubeconfig))?.split(/\s+/).includes(server) ?? false)
}

/**
 * Checks that the manifests have what the plan announced. Throws StateError if kubeadm left some of it out: on a slow
 * host the probes would then kill a control plane that is only busy.
 */
async function requirePatched(run: LabRun, k: KubernetesSpec, guest: Guest): Promise<void> {
  const manifests: Record<string, string> = {}
  for (const target of Object.keys(run.profile.patches))
    manifests[target] = (await guest.sudo('cat -- "$1"', [`/etc/kubernetes/manifests/${target}.yaml`])).stdout
  const missing = unpatched(k, run.profile, manifests)
  if (missing.length > 0)
    throw new StateError(`kubeadm left settings of the ${run.profile.name} profile out: ${missing.join('; ')}`, {
      hint: 'klab destroy, then klab up; if it says so again, report it with the output of: klab logs',
    })
}

const pair = (name: string): readonly string[] => [`pki/${name}.crt`, `pki/${name}.key`]
/** In /etc/kubernetes: files that only another cluster would have. */
const ORIGINAL = [
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

/**
 * Whether all files of the control plane exist. klab's mark only says that it was made; somebody may have reset it or
 * deleted something since. Throws StateError if files are gone that only another cluster would have: klab must not
 * decide that.
 */
async function isWhole(run: LabRun, node: string): Promise<boolean> {
  const guest = await connect(run, node)
  const { stdout } = await guest.sudo(LOST, [...ORIGINAL, ...DERIVED], { what: 'looking for its control plane' })
  const lost = stdout.split('\n').filter(Boolean)
  const gone = lost.filter((file) => ORIGINAL.includes(file))
  if (gone.length > 0)
    throw new StateError(
      `${node}: the control plane that klab made is gone (kubeadm reset?): no /etc/kubernetes/${gone.join(', ')}`,
      { hint: 'klab snapshot list, then klab snapshot restore NAME; or klab destroy, then klab up' },
    )
  return lost.length === 0
}

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
  const alone = topology.workers.length === 0
  const config = (token: string): string => initConfig(k, node, run.profile, { token, alone })
  const mark = (): Promise<string> =>
    clusterMark(run, 'control-plane', config('token') + stringify(run.profile.patches))
  const marked = async (): Promise<boolean> => (await marks(node.name)).get('control-plane') === (await mark())
  let repair = false
  return {
    id: `control-plane/${node.name}`,
    title: `kubeadm init on ${node.name} (${run.profile.name})`,
    done: async () => {
      if (!(await hasKubeconfig(run)) || !(await marked())) return false
      // If it does not answer, we do not know; `ready` will.
      const known = (await askNodes(run.paths.kubeconfig, API_MS, run.world.signal))?.has(node.name) ?? true
      repair = !(await isWhole(run, node.name)) || !known
      return !repair
    },
    again: async () => removeMark(await connect(run, node.name), 'control-plane'),
    run: async ({ line }) => {
      const guest = await connect(run, node.name)
      const token = bootstrapToken()
      if (repair) {
        line('parts of this control plane were deleted: putting them back')
        // Otherwise run.sh would find the mark and do nothing.
        await removeMark(guest, 'control-plane')
      }
      await guest.put([
        { path: '/etc/klab/kubeadm-init.yaml', content: config(token), mode: 0o600 },
        ...patchFiles(run.profile).map((f) => ({ path: `${PATCHES_DIR}/${f.name}`, content: f.content })),
        ...(await manifestFiles(run, k)),
      ])
      await runClusterPhase(run, guest, {
        phase: 'control-plane',
        mark: await mark(),
        settings: { KLAB_INIT_FLAGS: initFlags(k, run.profile).join(' '), KLAB_REPAIR: repair ? 'true' : '' },
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
