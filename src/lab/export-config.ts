/** The lab's nodes in the form that other programs want: OpenSSH's configuration, Ansible's inventory. */
import { stringify } from 'yaml'
import { StateError } from '../errors.js'
import { includedConfig, type SshHost } from '../guest/ssh-config.js'
import { exists } from '../host/files.js'
import type { Role } from '../labfile/model.js'
import { guestAddress } from '../node/machine.js'
import type { LabPaths } from '../state/paths.js'
import type { LabRecord } from '../state/record.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { recordedLab } from './open.js'

interface Reachable {
  readonly record: LabRecord
  readonly paths: LabPaths
  readonly hosts: readonly SshHost[]
}

/** Throws StateError when the lab was never booted. */
async function reachable(c: LabContext): Promise<Reachable> {
  const { record, paths } = await recordedLab(c.doors.env, c.file)
  if (!(await exists(paths.sshConfig))) throw new StateError(english('the lab is not booted yet'), { hint: 'klab up' })
  return { record, paths, hosts: await Promise.all(record.lab.nodes.map((n) => guestAddress(paths, record, n.name))) }
}

/**
 * ssh_config text for an `Include`: nothing in it applies to other hosts. Each node has its name and NODE.LAB. Throws
 * StateError.
 */
export async function sshConfigText(c: LabContext): Promise<string> {
  const { record, paths, hosts } = await reachable(c)
  return includedConfig(hosts, { key: paths.key, knownHosts: paths.knownHosts, lab: record.name })
}

/** Ansible's inventory, in its YAML and JSON form. */
export interface Inventory {
  readonly all: {
    readonly vars: Readonly<Record<string, string>>
    readonly children: Readonly<
      Record<string, { readonly hosts: Readonly<Record<string, Readonly<Record<string, string | number>>>> }>
    >
  }
}

/** Ansible's group names may have no dashes. */
const GROUPS: Readonly<Record<Role, string>> = { 'control-plane': 'control_plane', worker: 'workers' }

/** The inventory as data and as YAML; groups `control_plane` and `workers`. Throws StateError. */
export async function inventoryOf(c: LabContext): Promise<{ readonly inventory: Inventory; readonly text: string }> {
  const { record, paths, hosts } = await reachable(c)
  const all = record.lab.nodes.map((n, i) => {
    const at = hosts[i]
    const vars = {
      ansible_host: at?.host ?? '',
      ansible_port: at?.port ?? 22,
      ansible_user: at?.user ?? '',
      ansible_ssh_private_key_file: paths.key,
      // The lab's own file of host keys, whatever ~/.ssh says.
      ansible_ssh_common_args: `-F ${quoted(paths.sshConfig)} -o HostKeyAlias=${n.name}`,
      ip: n.ip,
    }
    return { group: record.lab.kubernetes ? GROUPS[n.role] : 'nodes', name: n.name, vars }
  })
  const groups = [...new Set(all.map((h) => h.group))]
  const children = Object.fromEntries(
    groups.map((g) => [
      g,
      { hosts: Object.fromEntries(all.filter((h) => h.group === g).map((h) => [h.name, h.vars])) },
    ]),
  )
  const inventory: Inventory = { all: { vars: { ansible_python_interpreter: 'auto_silent' }, children } }
  return {
    inventory,
    text: `# Lab ${record.id}, as \`klab inventory\` printed it\n${stringify(inventory, { lineWidth: 0 })}`,
  }
}

/** Quoted for Ansible, which splits the line as a shell does. */
const quoted = (path: string): string => (/^[\w/.,:@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)
