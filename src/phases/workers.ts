/** Phase `workers` (course 2.9.4): kubeadm join, all workers side by side with one token that dies with the phase. */
import { createHash, X509Certificate } from 'node:crypto'
import { joinConfig } from '../cluster/kubeadm.js'
import type { KubernetesSpec, NodeSpec } from '../labfile/model.js'
import type { Step } from '../plan/types.js'
import type { createMarks } from './baked.js'
import { bootstrapToken, clusterMark, runClusterPhase } from './control-plane.js'
import { connect } from './nodes.js'
import type { LabRun } from './world.js'

const KUBEADM_TIMEOUT_MS = 600_000

interface Ticket {
  readonly token: string
  /** `sha256:…` of the CA's public key (kubeadm join, --discovery-token-ca-cert-hash). */
  readonly caHash: string
}

/** Hash of a PEM certificate's public key, as kubeadm wants it. */
export function caCertHash(pem: string): string {
  const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })
  return `sha256:${createHash('sha256').update(spki).digest('hex')}`
}

/** One token for all who join: made when the first asks, deleted when the last has let go. */
function createTickets(run: LabRun, controlPlane: NodeSpec) {
  let made: Promise<Ticket> | undefined
  let holders = 0
  const make = async (): Promise<Ticket> => {
    const guest = await connect(run, controlPlane.name)
    // First what may fail without leaving a token behind.
    const caHash = await readCaHash(run, controlPlane)
    const token = bootstrapToken()
    // On stdin, not in the argument list, which every user of the guest could read.
    await guest.sudo(`kubeadm token create ${token} --ttl 15m >/dev/null`, [], { timeoutMs: KUBEADM_TIMEOUT_MS })
    return { token, caHash }
  }
  const drop = async (ticket: Ticket): Promise<void> => {
    const guest = await connect(run, controlPlane.name)
    await guest.sudo(`kubeadm token delete ${ticket.token.slice(0, 6)} >/dev/null`, [], { timeoutMs: KUBEADM_TIMEOUT_MS })
  }
  return async <T>(use: (ticket: Ticket) => Promise<T>): Promise<T> => {
    holders++
    try {
      return await use(await (made ??= make()))
    } finally {
      holders--
      if (holders === 0 && made) {
        const last = made
        // Before the deletion, not after: who asks meanwhile must get a token that lives.
        made = undefined
        // It lives 15 minutes at most; failing to delete it early must not hide how the join went.
        await last.then(drop).catch(() => undefined)
      }
    }
  }
}

const readCaHash = async (run: LabRun, controlPlane: NodeSpec): Promise<string> => {
  const guest = await connect(run, controlPlane.name)
  return caCertHash((await guest.sudo('cat /etc/kubernetes/pki/ca.crt')).stdout)
}

/** The joins. */
export function workerSteps(
  run: LabRun,
  k: KubernetesSpec,
  controlPlane: NodeSpec,
  workers: readonly NodeSpec[],
  marks: ReturnType<typeof createMarks>,
): readonly Step[] {
  const withTicket = createTickets(run, controlPlane)
  let ca: Promise<string> | undefined
  // Joined to this cluster, not to one that a new init replaced: the mark holds the CA's hash.
  const mark = async (node: NodeSpec): Promise<string> =>
    clusterMark(run, 'workers', `${node.name} ${await (ca ??= readCaHash(run, controlPlane))}`)
  return workers.map((node) => ({
    id: `workers/${node.name}`,
    title: `kubeadm join on ${node.name}`,
    done: async () => (await marks(node.name)).get('workers') === (await mark(node)),
    run: ({ line }) =>
      withTicket(async ({ token, caHash }) => {
        const guest = await connect(run, node.name)
        await guest.put([
          { path: '/etc/klab/kubeadm-join.yaml', content: joinConfig(k, node, run.profile, controlPlane.ip, token, caHash), mode: 0o600 },
        ])
        await runClusterPhase(run, guest, 'workers', await mark(node), {}, line)
      }),
  }))
}
