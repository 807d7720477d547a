/** Phase `workers` (course 2.9.4): kubeadm join, all workers at once with one token that is deleted after the phase. */
import { createHash, X509Certificate } from 'node:crypto'
import { nodeConditions } from '../api/server.js'
import { CorruptError } from '../errors.js'
import { joinConfig } from '../cluster/kubeadm.js'
import type { Topology } from '../cluster/topology.js'
import type { KubernetesSpec, NodeSpec } from '../labfile/model.js'
import type { Step } from '../step.js'
import type { Marks } from '../node/baked-phase.js'
import { clusterMark, runClusterPhase } from './cluster-phase.js'
import { bootstrapToken, dropToken } from './control-plane.js'
import { removeMark } from '../node/guest-phase.js'
import { steadyKubectl } from '../node/kubectl.js'
import { connect } from '../node/connections.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

/** How long a token lives: 15 minutes, in case klab dies before it deletes it (anchors: security rule 11). */
const TOKEN_MS = 15 * 60_000

/** ms for one answer of the API server. */
const API_MS = 10_000

/** What kubelet needs to be this node. `kubeadm reset` removes all of it. */
const HAS_LOGIN =
  '[ -s /etc/kubernetes/kubelet.conf ] && [ -s /etc/kubernetes/pki/ca.crt ] && ' +
  '[ -s /var/lib/kubelet/pki/kubelet-client-current.pem ]'

export interface Ticket {
  readonly token: string
  /** `sha256:…` of the CA's public key (kubeadm join, --discovery-token-ca-cert-hash). */
  readonly caHash: string
}

/** Hash of a PEM certificate's public key, as kubeadm wants it. */
export function caCertHash(pem: string): string {
  try {
    const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })
    return `sha256:${createHash('sha256').update(spki).digest('hex')}`
  } catch (cause) {
    throw new CorruptError(english('/etc/kubernetes/pki/ca.crt of the control plane is not a certificate'), {
      hint: english('klab snapshot list, then klab snapshot restore NAME; or klab destroy, then klab up'),
      cause,
    })
  }
}

/**
 * The Secret that is a bootstrap token (kubernetes.io: bootstrap-tokens, "Bootstrap token Secret format"), as `kubeadm
 * token create` makes it.
 */
const tokenSecret = (token: string, expires: Date): unknown => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: `bootstrap-token-${token.slice(0, 6)}`, namespace: 'kube-system' },
  type: 'bootstrap.kubernetes.io/token',
  stringData: {
    'token-id': token.slice(0, 6),
    'token-secret': token.slice(7),
    expiration: expires.toISOString(),
    'usage-bootstrap-authentication': 'true',
    'usage-bootstrap-signing': 'true',
    'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
  },
})

/**
 * One token for all who join at the same time: made when the first asks, deleted when the last has finished. From the
 * host, because `kubeadm token` in a busy guest takes up to half a minute.
 */
export function createTickets(run: LabRun, first: NodeSpec) {
  let made: Promise<Ticket> | undefined
  let holders = 0
  const make = async (): Promise<Ticket> => {
    // First the work that may fail, so that no token is left behind.
    const caHash = await readCaHash(run, first)
    const token = bootstrapToken()
    const kubectl = await steadyKubectl(run)
    // On stdin, not in the argument list, which every user of the host could read.
    await kubectl(['create', '--validate=false', '-f', '-'], {
      input: JSON.stringify(tokenSecret(token, new Date(run.world.clock.now() + TOKEN_MS))),
    })
    return { token, caHash }
  }
  return async <T>(use: (ticket: Ticket) => Promise<T>): Promise<T> => {
    holders++
    try {
      return await use(await (made ??= make()))
    } finally {
      holders--
      if (holders === 0 && made) {
        const last = made
        // Before the deletion, not after: a worker that asks now must get a valid token.
        made = undefined
        // It lives 15 minutes at most. A failure to delete it early must not hide how the join went.
        await last.then(({ token }) => dropToken(run, token)).catch(() => undefined)
      }
    }
  }
}

/** The hash of the cluster's CA. Throws CorruptError, CommandError. */
export const readCaHash = async (run: LabRun, first: NodeSpec): Promise<string> => {
  const guest = await connect(run, first.name)
  return caCertHash(
    (await guest.sudo('cat /etc/kubernetes/pki/ca.crt', [], { what: 'reading the cluster’s CA' })).stdout,
  )
}

/** The joins. */
export function workerSteps(
  run: LabRun,
  k: KubernetesSpec,
  topology: Topology,
  { marks, askNodes = nodeConditions }: { readonly marks: Marks; readonly askNodes?: typeof nodeConditions },
): readonly Step[] {
  const { first, workers, endpoint } = topology
  const withTicket = createTickets(run, first)
  let ca: Promise<string> | undefined
  // Joined to this cluster, not to one that a new init replaced: the mark contains the CA's hash.
  const mark = async (node: NodeSpec): Promise<string> =>
    clusterMark(run, 'workers', `${node.name} ${await (ca ??= readCaHash(run, first))}`)
  const marked = async (node: NodeSpec): Promise<boolean> =>
    (await marks(node.name)).get('workers') === (await mark(node))
  let asked: ReturnType<typeof askNodes> | undefined
  // klab's mark only says that it joined; somebody may have deleted the node or reset it since.
  const stillJoined = async ({ name }: NodeSpec): Promise<boolean> => {
    const nodes = await (asked ??= askNodes(run.paths.kubeconfig, API_MS, run.world.signal))
    // If it does not answer, or knows no node, we do not know; `ready` will.
    if (nodes && nodes.size > 0 && !nodes.has(name)) return false
    // The API server still calls a node Ready for most of a minute after a reset.
    const guest = await connect(run, name)
    const { exitCode } = await guest.sudo(HAS_LOGIN, [], { allowFailure: true, what: 'looking for its certificates' })
    return exitCode === 0
  }
  return workers.map((node) => ({
    id: `workers/${node.name}`,
    title: english('kubeadm join on {node}', { node: node.name }),
    done: async () => (await marked(node)) && stillJoined(node),
    again: async () => removeMark(await connect(run, node.name), 'workers'),
    run: ({ line }) =>
      withTicket(async ({ token, caHash }) => {
        const guest = await connect(run, node.name)
        const again = await marked(node)
        if (again) {
          line(english('it had joined, but the cluster no longer knows it or its certificates are gone: joining again'))
          await removeMark(guest, 'workers')
        }
        await guest.put([
          {
            path: '/etc/klab/kubeadm-join.yaml',
            content: joinConfig(k, node, run.profile, { endpoint, token, caHash }),
            mode: 0o600,
          },
        ])
        await runClusterPhase(run, guest, {
          phase: 'workers',
          mark: await mark(node),
          settings: again ? { KLAB_REJOIN: 'true' } : {},
          line,
        })
      }),
  }))
}
