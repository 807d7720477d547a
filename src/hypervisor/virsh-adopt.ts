/**
 * What an imported lab needs from the hypervisor: what a machine is made of, what this host can load, and changing an
 * imported RAM image so that it fits a machine here.
 */
import { StateError } from '../errors.js'
import type { Abilities, Accel, Description, Hypervisor, Machine } from './types.js'
import type { HostSecurity } from './parse-xml.js'
import type { Virsh } from './virsh-run.js'
import { english } from '../words/say.js'

interface Dependencies {
  readonly virsh: Virsh
  readonly find: (name: string) => Promise<Machine | undefined>
  readonly security: () => Promise<HostSecurity>
}

/** `x.y.z` after these words in the output of `virsh version`. */
const versionAfter = (words: string, text: string): string =>
  new RegExp(`^${words} (\\d+(?:\\.\\d+)*)\\s*$`, 'm').exec(text)?.[1] ?? ''

export function adoptMethods({
  virsh,
  find,
  security,
}: Dependencies): Pick<Hypervisor, 'describe' | 'abilities' | 'needs' | 'adopt'> {
  return {
    describe: async (name): Promise<Description> => {
      const machine = await find(name)
      if (!machine) throw new StateError(english('there is no machine {name}', { name }), { hint: 'klab up' })
      const { parseDescription } = await import('./parse-xml.js')
      return parseDescription((await virsh(['dumpxml', '--inactive', machine.uuid])).stdout)
    },

    abilities: async (accel: Accel, machine): Promise<Abilities> => {
      const type = accel === 'kvm' ? 'kvm' : 'qemu'
      const [version, able] = await Promise.all([
        virsh(['version']),
        virsh(['domcapabilities', '--virttype', type, '--arch', 'x86_64', '--machine', machine ?? 'q35'], {
          allowFailure: true,
        }),
      ])
      const { parseHostModel } = await import('./parse-xml.js')
      return {
        libvirt: versionAfter('Using library: libvirt', version.stdout),
        qemu: versionAfter('Running hypervisor: QEMU', version.stdout),
        machine: /<machine>([\w.-]+)<\/machine>/.exec(able.stdout)?.[1],
        hostCpu: able.exitCode === 0 ? parseHostModel(able.stdout) : '',
      }
    },

    needs: async (memory) => {
      const [{ readSaveHeader }, { needsOf }] = await Promise.all([
        import('./save-image.js'),
        import('./foreign-xml.js'),
      ])
      return needsOf((await readSaveHeader(memory)).xml)
    },

    adopt: async (memory, spec) => {
      const [{ readSaveHeader, rewriteSaveHeader }, { adoptCookie, adoptXml }, { domainXml }] = await Promise.all([
        import('./save-image.js'),
        import('./foreign-xml.js'),
        import('./domain-xml.js'),
      ])
      const { xml, cookie } = await readSaveHeader(memory)
      const ours = domainXml(spec, { apparmor: (await security()).apparmor })
      await rewriteSaveHeader(memory, { xml: adoptXml(xml, ours), cookie: adoptCookie(cookie) })
    },
  }
}
