/** Phase `cni` (course 2.9.1): the pod network's manifest, applied from the host. */
import type { KubernetesSpec, NodeSpec } from '../labfile/model.js'
import type { Step } from '../plan/types.js'
import type { createMarks } from './baked.js'
import { cniManifest, cniName, cniTitle } from './cni-manifest.js'
import { digest } from './guest-phase.js'
import { apply, hostKubectl } from './kubectl.js'
import { connect } from './nodes.js'
import type { LabRun } from './world.js'

/** Applies the manifest on the control plane. */
export function cniStep(run: LabRun, k: KubernetesSpec, node: NodeSpec, marks: ReturnType<typeof createMarks>): Step {
  let made: Promise<string> | undefined
  // Calico's is 350 KB of YAML: read and changed once a run.
  const manifest = (): Promise<string> => (made ??= cniManifest(run, k))
  // Of the manifest as applied: another bundle or CIDR is applied again, what a trainee changed by hand since is not.
  const mark = async (): Promise<string> => digest('cni', await manifest())
  return {
    id: `cni/${cniName(k.cni)}`,
    title: `${cniTitle(k.cni)}, pods in ${k.podCidr}`,
    done: async () => (await marks(node.name)).get('cni') === (await mark()),
    run: async ({ line }) => {
      const guest = await connect(run, node.name)
      await apply(await hostKubectl(run), await manifest(), line)
      await guest.put([{ path: '/var/lib/klab/done/cni', content: `${await mark()}\n` }])
    },
  }
}
