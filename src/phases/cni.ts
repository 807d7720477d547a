/** Phase `cni` (course 2.9.1): the pod network from the bundle's manifest. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError } from '../errors.js'
import type { KubernetesSpec, NodeSpec } from '../labfile/model.js'
import type { Step } from '../plan/types.js'
import type { createMarks } from './baked.js'
import { digest } from './guest-phase.js'
import { apply, hostKubectl } from './kubectl.js'
import { connect } from './nodes.js'
import type { LabRun } from './world.js'

/** The name of the lab's NIC in every guest (cloudinit room). */
export const LAB_NIC = 'lab0'

/** The manifest with this lab's pod CIDR and NIC filled in. */
async function manifest(run: LabRun, k: KubernetesSpec): Promise<string> {
  const bundle = await run.artifacts.bundle(() => undefined)
  const path = join(bundle?.dir ?? '', 'manifests', `${k.cni}.yaml`)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CorruptError(`the bundle has no manifest for ${k.cni}`, { cause, hint: 'klab bundle verify' })
  })
  return text.replaceAll('@POD_CIDR@', k.podCidr).replaceAll('@LAB_NIC@', LAB_NIC)
}

/** Applies the manifest on the control plane. */
export function cniStep(run: LabRun, k: KubernetesSpec, node: NodeSpec, marks: ReturnType<typeof createMarks>): Step {
  // Of the manifest as applied: another bundle or CIDR is applied again, what a trainee changed by hand since is not.
  const mark = async (): Promise<string> => digest('cni', await manifest(run, k))
  return {
    id: `cni/${k.cni}`,
    title: `${k.cni}, pods in ${k.podCidr}`,
    done: async () => (await marks(node.name)).get('cni') === (await mark()),
    run: async ({ line }) => {
      const guest = await connect(run, node.name)
      await apply(await hostKubectl(run), await manifest(run, k), line)
      await guest.put([{ path: '/var/lib/klab/done/cni', content: `${await mark()}\n` }])
    },
  }
}
