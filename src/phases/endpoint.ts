/** The address that several control planes share: haproxy and keepalived on each. Part of phase `control-plane`. */
import { haproxyConfig, keepalivedConfig } from '../cluster/load-balancer.js'
import type { Topology } from '../cluster/topology.js'
import type { Guest } from '../guest/types.js'
import type { Digest } from '../host/digest.js'
import type { NodeSpec } from '../labfile/model.js'
import { removeMark } from '../node/guest-phase.js'
import { LAB_NIC } from '../network/cni-manifest.js'
import type { LabRun } from '../world.js'
import { clusterMark, runClusterPhase } from './cluster-phase.js'

/** One control plane's part; with one control plane there is nothing to do. */
export function endpointPart(run: LabRun, topology: Topology, node: NodeSpec) {
  const files = [
    { path: '/etc/klab/haproxy.cfg', content: haproxyConfig(topology, run.profile) },
    { path: '/etc/klab/keepalived.conf', content: keepalivedConfig(topology, node, run.profile, LAB_NIC) },
  ]
  const mark = (): Promise<Digest> => clusterMark(run, 'endpoint', files.map((f) => f.content).join('\n'))
  return {
    /** Whether the node's marks say that it is set up. */
    done: async (marks: ReadonlyMap<string, Digest>): Promise<boolean> =>
      !topology.shared || marks.get('endpoint') === (await mark()),
    /** Forgets that it was done. Throws CommandError. */
    again: async (guest: Guest): Promise<void> => {
      if (topology.shared) await removeMark(guest, 'endpoint')
    },
    /** Sets it up, or does nothing if it is. Throws CommandError. */
    run: async (guest: Guest, line: (text: string) => void): Promise<void> => {
      if (!topology.shared) return
      await guest.put(files)
      await runClusterPhase(run, guest, { phase: 'endpoint', mark: await mark(), line })
    },
  }
}
