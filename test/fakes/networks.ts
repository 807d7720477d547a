/** The networks of the fake hypervisor, kept honest by test/contract/network.ts. */
import { StateError } from '../../src/errors.js'
import { checkNetwork, networkDigest } from '../../src/hypervisor/spec.js'
import type { Network, NetworkSpec } from '../../src/hypervisor/types.js'

/** Defines and starts it among `networks`. Throws StateError as libvirt's door does. */
export function ensureNetwork(networks: Map<string, Network>, spec: NetworkSpec): void {
  checkNetwork(spec)
  for (const n of networks.values()) {
    if (n.name !== spec.name && n.uuid !== spec.uuid && n.bridge !== spec.bridge) continue
    if (n.name !== spec.name || n.uuid !== spec.uuid || n.mark?.labId !== spec.labId)
      throw new StateError(`libvirt already has a network ${n.name}`, { hint: 'look at it' })
    if (n.active && n.mark.specDigest !== networkDigest(spec))
      throw new StateError(`the network ${n.name} runs with other settings`, { hint: 'klab destroy, then klab up' })
  }
  const { name, uuid, bridge, labId } = spec
  const ranges = [`${spec.address}/${spec.prefix}`]
  networks.set(name, { name, uuid, bridge, ranges, active: true, mark: { labId, specDigest: networkDigest(spec) } })
}

/** Removes it. Throws StateError when it does not carry klab's mark. */
export function removeNetwork(networks: Map<string, Network>, name: string): void {
  const network = networks.get(name)
  if (network && !network.mark)
    throw new StateError(`${name} does not carry klab's mark`, { hint: 'virsh net-undefine' })
  networks.delete(name)
}
