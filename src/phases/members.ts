/**
 * The control planes beside the first (kubeadm, high-availability: "Stacked control plane and etcd nodes"). Part of
 * phase `control-plane`.
 */
import { randomBytes } from 'node:crypto'
import { stringify } from 'yaml'
import { nodeConditions } from '../api/server.js'
import { initConfig, initFlags, memberConfig, patchFiles, PATCHES_DIR } from '../cluster/kubeadm.js'
import type { Topology } from '../cluster/topology.js'
import { CommandError } from '../errors.js'
import type { KubernetesSpec, NodeSpec } from '../labfile/model.js'
import type { Marks } from '../node/baked-phase.js'
import { connect } from '../node/connections.js'
import { removeMark } from '../node/guest-phase.js'
import { hostKubectl } from '../node/kubectl.js'
import type { Step } from '../step.js'
import type { LabRun } from '../world.js'
import { clusterMark, runClusterPhase } from './cluster-phase.js'
import { bootstrapToken, lostControlPlane, lostFiles, ORIGINAL, requirePatched } from './control-plane.js'
import { endpointPart } from './endpoint.js'
import { removeLostMember } from './etcd-member.js'
import { createTickets, readCaHash } from './workers.js'
import { english } from '../words/say.js'

const MINUTE = 60_000
/** ms for one answer of the API server. */
const API_MS = 10_000
/** On the first control plane, for a moment. */
const UPLOAD_CONFIG = '/etc/klab/kubeadm-certs.yaml'
/** kubeadm prints the key unless told not to; no output of this command may get into a log. */
const UPLOAD =
  '. /usr/lib/klab/retry.sh; trap \'rm -f "$1"\' EXIT; ' +
  'retry kubeadm init phase upload-certs --upload-certs --skip-certificate-key-print --config "$1" >/dev/null'

/** kubeadm's Secret with the encrypted certificates, and the token whose end would remove it after two hours. */
async function dropCertificates(run: LabRun): Promise<void> {
  const kubectl = await hostKubectl(run)
  const inSystem = ['-n', 'kube-system']
  const { stdout } = await kubectl([
    ...inSystem,
    ...['get', 'secret', 'kubeadm-certs', '--ignore-not-found', '-o', 'jsonpath={.metadata.ownerReferences[*].name}'],
  ])
  const owners = stdout.split(/\s+/).filter((name) => /^bootstrap-token-[a-z0-9]{6}$/.test(name))
  await kubectl([...inSystem, 'delete', 'secret', 'kubeadm-certs', ...owners, '--ignore-not-found', '--wait=false'])
}

/** `work` with the certificates in the cluster, encrypted with a new key. They are deleted afterwards. */
async function withCertificates<T>(
  run: LabRun,
  upload: { readonly first: NodeSpec; readonly config: (key: string) => string },
  work: (key: string) => Promise<T>,
): Promise<T> {
  // kubeadm, "Uploading control-plane certificates to the cluster": an AES key of 32 bytes.
  const key = randomBytes(32).toString('hex')
  const guest = await connect(run, upload.first.name)
  await guest.put([{ path: UPLOAD_CONFIG, content: upload.config(key), mode: 0o600 }])
  await guest.sudo(UPLOAD, [UPLOAD_CONFIG], {
    what: 'kubeadm init phase upload-certs',
    timeoutMs: 5 * MINUTE * run.profile.patience,
    signal: run.world.signal,
  })
  try {
    return await work(key)
  } finally {
    // kubeadm itself deletes them after two hours. A failure to do it early must not hide how the join went.
    await dropCertificates(run).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error
    })
  }
}

/** The joins, for phase `control-plane` after the first's init, one after the other (in-turn.ts). */
export function memberSteps(
  run: LabRun,
  k: KubernetesSpec,
  topology: Topology,
  { marks, askNodes = nodeConditions }: { readonly marks: Marks; readonly askNodes?: typeof nodeConditions },
): readonly Step[] {
  const { first, others, workers, endpoint, shared } = topology
  const alone = workers.length === 0
  const withTicket = createTickets(run, first)
  let ca: Promise<string> | undefined
  const init = (node: NodeSpec, certificateKey?: string): string =>
    initConfig(k, node, run.profile, {
      // For kubeadm's phases that make no token.
      token: bootstrapToken(),
      alone,
      shared,
      ...(certificateKey !== undefined && { certificateKey }),
    })
  return others.map((node) => {
    const part = endpointPart(run, topology, node)
    const config = (token: string, caHash: string, certificateKey: string): string =>
      memberConfig(k, node, run.profile, { endpoint, token, caHash, certificateKey, alone })
    // Joined to this cluster, not to one that a new init replaced: the mark contains the CA's hash.
    const mark = async (): Promise<string> =>
      clusterMark(
        run,
        'member',
        config('token', await (ca ??= readCaHash(run, first)), 'key') + stringify(run.profile.patches),
      )
    let repair = false
    let rejoin = false
    return {
      id: `control-plane/${node.name}`,
      title: english('kubeadm join --control-plane on {node} ({profile})', {
        node: node.name,
        profile: run.profile.name,
      }),
      done: async () => {
        const has = await marks(node.name)
        if (!(await part.done(has)) || has.get('member') !== (await mark())) return false
        // If it does not answer, we do not know; `ready` will.
        const known = (await askNodes(run.paths.kubeconfig, API_MS, run.world.signal))?.has(node.name) ?? true
        const { all, gone } = await lostFiles(run, node.name)
        // kubeadm reset removes all of them. With some of them left it may still be a member of etcd, and a reset could
        // cost the cluster its quorum.
        rejoin = ORIGINAL.every((file) => gone.includes(file))
        if (gone.length > 0 && !rejoin) throw lostControlPlane(node.name, gone)
        repair = !rejoin && (all.length > 0 || !known)
        return !rejoin && !repair
      },
      again: async () => {
        const guest = await connect(run, node.name)
        await part.again(guest)
        await removeMark(guest, 'member')
      },
      run: ({ line }) =>
        withTicket(({ token, caHash }) =>
          withCertificates(run, { first, config: (key) => init(first, key) }, async (key) => {
            const guest = await connect(run, node.name)
            // After this, no earlier join runs on in the guest: run.sh has waited for it.
            await part.run(guest, line)
            await removeLostMember(run, topology, node, { guest, rejoin, line })
            if (repair) line(english('parts of this control plane were deleted: putting them back'))
            if (rejoin) line(english('the control plane that klab made here is gone: joining again'))
            // Otherwise run.sh would find the mark and do nothing.
            if (repair || rejoin) await removeMark(guest, 'member')
            await guest.put([
              { path: '/etc/klab/kubeadm-member.yaml', content: config(token, caHash, key), mode: 0o600 },
              { path: '/etc/klab/kubeadm-init.yaml', content: init(node), mode: 0o600 },
              ...patchFiles(run.profile).map((f) => ({ path: `${PATCHES_DIR}/${f.name}`, content: f.content })),
            ])
            await runClusterPhase(run, guest, {
              phase: 'member',
              mark: await mark(),
              settings: {
                KLAB_INIT_FLAGS: initFlags(k, run.profile).join(' '),
                KLAB_REPAIR: repair ? 'true' : '',
                KLAB_REJOIN: rejoin ? 'true' : '',
              },
              line,
            })
            await requirePatched(run, k, guest)
          }),
        ),
    }
  })
}
