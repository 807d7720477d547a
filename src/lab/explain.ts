/** `klab explain`: the scripts, settings and images of a lab, as the renderer wants them. No machine is asked. */
import { knownBundle } from '../bundle/known.js'
import type { ExplainInput } from '../check/explain.js'
import { profileFor } from '../cluster/profile.js'
import { minorOf } from '../cluster/versions.js'
import { commonSettings, loadScripts, nodeSettings, scriptOf } from '../phases/guest-phase.js'
import { controlPlane } from '../phases/machine.js'
import type { World } from '../phases/world.js'
import type { OpenLab } from './open.js'

/** What `explain` renders from. A lab that was never brought up is shown with kubeadm's own time-outs unless its Labfile asks for emulation. */
export async function explainInput(world: Pick<World, 'assets' | 'layers'>, { lab, record }: OpenLab): Promise<ExplainInput> {
  const k = lab.kubernetes
  const [{ files }, bundle] = await Promise.all([loadScripts(world.assets), k && knownBundle(k, world.layers)])
  const accel = record?.accel ?? (lab.hypervisor.accel === 'tcg' ? 'tcg' : 'kvm')
  // Of the runtimes' scripts only the lab's own.
  const other = (name: string): boolean => name.startsWith('runtime-') && name !== `${scriptOf('runtime', lab)}.sh`
  const scripts = new Map([...files].filter(([name]) => name.endsWith('.sh') && !other(name)))
  return {
    lab,
    scripts,
    settings: {
      ...commonSettings(lab, bundle?.manifest.images ?? []),
      ...nodeSettings(lab, (controlPlane(lab.nodes) ?? lab.nodes[0])?.name ?? ''),
      BUNDLE: /^BUNDLE=(.*)$/m.exec(files.get('bundle.sh') ?? '')?.[1] ?? '',
    },
    profile: profileFor(accel, lab.nodes.filter((n) => n.role === 'control-plane').length, k && minorOf(k.version)),
    images: bundle?.images,
  }
}
