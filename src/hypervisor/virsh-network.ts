/** Libvirt networks through virsh, addressed by UUID as domains are. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommandError, StateError } from '../errors.js'
import { networkDigest } from './spec.js'
import type { Hypervisor, Network, NetworkSpec } from './types.js'
import { LONG, type Virsh } from './virsh-run.js'
import { english } from '../words/say.js'

/** The network half of the door. */
export function networkMethods(
  virsh: Virsh,
  uri: string,
): Pick<Hypervisor, 'networks' | 'ensureNetwork' | 'removeNetwork'> {
  const networks = async (): Promise<Network[]> => {
    // The first command lists all, the second the active ones; --uuid and --name exclude each other.
    const listed = (await virsh(['net-list --all --uuid; net-list --uuid'])).stdout.split(/\s+/).filter(Boolean)
    const uuids = [...new Set(listed)]
    if (uuids.length === 0) return []
    const { parseNetworks } = await import('./network-xml.js')
    // A network that vanished in between is simply not among them.
    const { stdout } = await virsh([uuids.map((u) => `net-dumpxml ${u}`).join('; ')], { allowFailure: true })
    return parseNetworks(stdout, new Set(listed.filter((u, i) => listed.indexOf(u) !== i)))
  }
  const find = async (name: string): Promise<Network | undefined> => (await networks()).find((n) => n.name === name)

  /** Runs a command. If it fails but the network is as wanted, that is no failure. */
  const attempt = async (
    args: readonly string[],
    name: string,
    wanted: (now: Network | undefined) => boolean,
  ): Promise<void> => {
    try {
      await virsh(args, { timeoutMs: LONG })
    } catch (error) {
      if (!(error instanceof CommandError) || !wanted(await find(name))) throw error
    }
  }

  const define = async (spec: NetworkSpec): Promise<void> => {
    const { networkXml } = await import('./network-xml.js')
    const dir = await mkdtemp(join(tmpdir(), 'klab-net-'))
    try {
      await writeFile(join(dir, 'network.xml'), networkXml(spec), { mode: 0o600 })
      await virsh(['net-define', '--validate', join(dir, 'network.xml')])
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  }

  return {
    networks,

    ensureNetwork: async (spec) => {
      let known: Network | undefined
      for (const n of await networks()) {
        if (n.name !== spec.name && n.uuid !== spec.uuid && n.bridge !== spec.bridge) continue
        if (n.name !== spec.name || n.uuid !== spec.uuid || n.mark?.labId !== spec.labId)
          throw new StateError(
            english("libvirt already has a network {name} ({uuid}, {bridge}) that is not lab {lab}'s", {
              name: n.name,
              uuid: n.uuid,
              bridge: n.bridge ?? 'no bridge',
              lab: spec.labId,
            }),
            {
              hint: english('look at it: virsh -c {uri} net-dumpxml {uuid}; rename or undefine it', {
                uri,
                uuid: n.uuid,
              }),
            },
          )
        known = n
      }
      const same = known?.mark?.specDigest === networkDigest(spec)
      if (known?.active && !same)
        throw new StateError(
          english("the network {name} runs with other settings than the Labfile's", { name: spec.name }),
          {
            hint: english('klab destroy, then klab up'),
          },
        )
      if (!same) await define(spec)
      if (!known?.active) await attempt(['net-start', spec.uuid], spec.name, (n) => n?.active === true)
    },

    removeNetwork: async (name) => {
      const network = await find(name)
      if (!network) return
      if (!network.mark)
        throw new StateError(
          english("the network {name} is not marked as klab's; klab removes only its own networks", { name }),
          {
            hint: english(
              'to remove it yourself: virsh -c {uri} net-destroy {name}; virsh -c {uri} net-undefine {name}',
              { uri, name },
            ),
          },
        )
      if (network.active) await attempt(['net-destroy', network.uuid], name, (n) => !n?.active)
      await attempt(['net-undefine', network.uuid], name, (n) => n === undefined)
    },
  }
}
