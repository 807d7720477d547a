/** Whether the RAM of a sealed lab can be loaded here; its disks always can. */
import { compareVersions } from '../host/versions.js'
import type { Abilities, Accel } from '../hypervisor/types.js'
import type { SealedFacts } from './types.js'

/** `undefined`: with its RAM. Otherwise the reason why not, in words. */
export type DiskOnly = string | undefined

/**
 * Same accelerator, same CPU model, a machine type that this QEMU knows, and a QEMU that is not older than the writer's
 * (reliability notes, 3.3). Pure.
 */
export function diskOnlyReason(
  facts: SealedFacts,
  here: { readonly accel: Accel; readonly able: Abilities },
  wish: { readonly diskOnly: boolean },
): DiskOnly {
  const { accel, qemu, ram } = facts.host
  if (!ram) return 'it is of a halted lab'
  if (wish.diskOnly) return 'as asked for (--disk-only)'
  if (accel !== here.accel) return `it was saved under ${accel}, this lab runs under ${here.accel}`
  if (here.able.machine !== ram.machine)
    return `this QEMU (${here.able.qemu}) does not know the machine type ${ram.machine}`
  if (compareVersions(here.able.qemu, qemu) < 0)
    return `it was saved by QEMU ${qemu}, this one is older (${here.able.qemu})`
  if (accel === 'kvm' && here.able.hostCpu !== ram.cpu)
    return `it was saved on a CPU of model ${ram.cpu}, this one is ${here.able.hostCpu || 'unknown'}`
  return undefined
}
