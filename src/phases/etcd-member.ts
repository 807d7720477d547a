/** etcd's list of members, before a control plane joins (etcd, "Runtime reconfiguration": "Remove a member"). */
import type { Topology } from '../cluster/topology.js'
import { CommandError } from '../errors.js'
import type { Guest } from '../guest/types.js'
import type { NodeSpec } from '../labfile/model.js'
import { hostKubectl } from '../node/kubectl.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

const PKI = '/etc/kubernetes/pki/etcd'
const ETCDCTL = [
  ...['etcdctl', '--command-timeout=60s', `--cacert=${PKI}/ca.crt`],
  ...[`--cert=${PKI}/healthcheck-client.crt`, `--key=${PKI}/healthcheck-client.key`],
]
/** ms for one call of it. */
const LIMIT_MS = 150_000

/** The node has a member of etcd, or had one whose data are still there. */
const HAS_MEMBER = '[ -e /etc/kubernetes/manifests/etcd.yaml ] || [ -e /var/lib/etcd/member ]'

type Etcdctl = (...args: readonly string[]) => Promise<string>

/** etcdctl in the first member, of a control plane but this node, that answers; undefined if none does. */
async function reach(run: LabRun, { controlPlanes }: Topology, node: NodeSpec) {
  const kubectl = await hostKubectl(run)
  for (const { name } of controlPlanes.filter((n) => n.name !== node.name)) {
    const etcdctl: Etcdctl = async (...args) => {
      const words = ['-n', 'kube-system', 'exec', `etcd-${name}`, '--', ...ETCDCTL, ...args]
      return (await kubectl(words, { timeoutMs: LIMIT_MS })).stdout
    }
    try {
      return { etcdctl, list: await etcdctl('member', 'list') }
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
    }
  }
  return undefined
}

/**
 * Removes the member that an earlier join of this node left in etcd's list. kubeadm would add no second one for its
 * address, and refuses to join while one does not answer. `rejoin`: the node is reset before it joins. Without that, a
 * node that has etcd's pod or its data is left alone. Throws CommandError.
 */
export async function removeLostMember(
  run: LabRun,
  topology: Topology,
  node: NodeSpec,
  o: { readonly guest: Guest; readonly rejoin: boolean; readonly line: (text: string) => void },
): Promise<void> {
  const what = 'looking for its member of etcd'
  if (!o.rejoin && (await o.guest.sudo(HAS_MEMBER, [], { allowFailure: true, what })).exitCode === 0) return
  const found = await reach(run, topology, node)
  // ID, status, name, peer address, client address, whether it is a learner.
  const members = found?.list.split('\n').map((line) => line.split(', ')) ?? []
  const id = members.find((fields) => fields[3] === `https://${node.ip}:2380`)?.[0]
  if (!found || id === undefined) return
  o.line(english('an earlier join left a member in etcd: removing it'))
  await found.etcdctl('member', 'remove', id)
}
