/** Phase `cni` (course 2.9.1): the pod network's manifest, applied from the host. */
import type { KubernetesSpec, NodeSpec } from '../labfile/model.js'
import type { Step } from '../step.js'
import type { Marks } from '../node/baked-phase.js'
import { cniManifest, cniName, cniTitle } from '../network/cni-manifest.js'
import { digest, putMark } from '../node/guest-phase.js'
import { apply, steadyKubectl } from '../node/kubectl.js'
import { connect } from '../node/connections.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

/** Applies the manifest on the control plane. */
export function cniStep(run: LabRun, k: KubernetesSpec, node: NodeSpec, marks: Marks): Step {
  const manifest = (): Promise<string> => cniManifest(run, k)
  // A digest of the applied manifest: with another bundle or CIDR it is applied again, but what a trainee has changed
  // by hand since is not.
  const mark = async (): Promise<string> => digest('cni', await manifest())
  return {
    id: `cni/${cniName(k.cni)}`,
    title: english('{cni}, pods in {cidr}', { cni: cniTitle(k.cni), cidr: k.podCidr }),
    done: async () => (await marks(node.name)).get('cni') === (await mark()),
    run: async ({ line }) => {
      const guest = await connect(run, node.name)
      await apply(await steadyKubectl(run, line), await manifest(), line)
      await putMark(guest, 'cni', await mark())
    },
  }
}
