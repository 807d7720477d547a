/** Phase `ready`: proved, not assumed: all nodes Ready, CoreDNS running, every pod reaches every other, names resolve. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Guest } from '../guest/types.js'
import { until } from '../guest/until.js'
import type { NodeSpec } from '../labfile/model.js'
import type { Step } from '../plan/types.js'
import { clusterMark, runClusterPhase } from './control-plane.js'
import { connect } from './nodes.js'
import type { LabRun } from './world.js'

const MINUTE = 60_000
const KUBECTL = ['sudo', '-n', 'kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', '--request-timeout=60s']

/** Runs kubectl on the control plane; what it says, or why it failed. */
const kubectl = async (guest: Guest, args: readonly string[]): Promise<{ ok: boolean; text: string }> => {
  const out = await guest.run([...KUBECTL, ...args], { allowFailure: true, timeoutMs: 2 * MINUTE })
  return { ok: out.exitCode === 0, text: (out.exitCode === 0 ? out.stdout : out.stderr).trim() }
}

/** One `name=True` a node, from the Ready conditions. */
const READY = 'jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}'

/** Two proofs side by side, and the pod network's after them within the second. */
export function readySteps(run: LabRun, node: NodeSpec): readonly Step[] {
  const { world, profile, lab } = run
  const wait = (what: string, probe: () => Promise<{ ok: boolean; seen: string }>): Promise<void> =>
    until(probe, { what, everyMs: 2000, withinMs: 10 * MINUTE * profile.patience, clock: world.clock, signal: world.signal })

  const nodesReady = async (guest: Guest): Promise<void> =>
    wait(`${lab.nodes.length} nodes Ready`, async () => {
      const { ok, text } = await kubectl(guest, ['get', 'nodes', '-o', READY])
      const ready = text.split('\n').filter((l) => l.endsWith('=True')).length
      return { ok: ok && ready === lab.nodes.length, seen: text.replaceAll('\n', ' ') }
    })
  const dnsReady = async (guest: Guest): Promise<void> =>
    wait('CoreDNS available', async () => {
      const { ok, text } = await kubectl(guest, [
        '-n',
        'kube-system',
        'get',
        'deployment',
        'coredns',
        '-o',
        'jsonpath={.status.availableReplicas}',
      ])
      return { ok: ok && Number(text) >= 1, seen: `available replicas: ${text || '0'}` }
    })
  return [
    {
      id: 'ready/cluster',
      title: `${lab.nodes.length}/${lab.nodes.length} Ready, DNS, pod to pod`,
      run: async ({ line }) => {
        const guest = await connect(run, node.name)
        await nodesReady(guest)
        line(`${lab.nodes.length}/${lab.nodes.length} nodes Ready`)
        await dnsReady(guest)
        line('CoreDNS available')
        const probe = await readFile(join(world.assets, 'cloud-init', 'manifests', 'probe.yaml'), 'utf8')
        await guest.put([{ path: '/etc/klab/probe.yaml', content: probe }])
        // The proof is of now: its mark carries the time, so that it never counts for a later run.
        const mark = await clusterMark(run, 'ready', String(world.clock.now()))
        await runClusterPhase(
          run,
          guest,
          'ready',
          mark,
          { KLAB_NODES: String(lab.nodes.length), KLAB_READY_TIMEOUT: String(300 * profile.patience) },
          line,
        )
      },
    },
  ]
}
