/** Which distribution this host runs, and how it installs packages. */
import { readText } from './files.js'
import { english } from '../words/say.js'

/** os-release(5): the second is for systems that keep nothing in /etc. */
const FILES = ['/etc/os-release', '/usr/lib/os-release']

export interface Distro {
  /** What people call it, such as `Debian GNU/Linux 13 (trixie)`. */
  readonly name: string
  /** os-release’s ID, such as `ubuntu`; empty: not known. */
  readonly id: string
  /** Whose package names it has; undefined: none that klab knows. */
  readonly family: 'debian' | 'fedora' | undefined
}

/**
 * What Fedora calls Debian’s packages, if the name differs (packages.fedoraproject.org, and libvirt’s own spec file).
 * Read, never tried: docs/hosts.md.
 */
const FEDORA: Readonly<Record<string, readonly string[]>> = {
  'build-essential': ['gcc', 'make'],
  'dnsmasq-base': ['dnsmasq'],
  iptables: ['iptables-nft'],
  'libvirt-clients': ['libvirt-client'],
  'libvirt-daemon': ['libvirt-daemon-driver-qemu'],
  'libvirt-daemon-system': ['libvirt-daemon-kvm'],
  'openssh-client': ['openssh-clients'],
  'qemu-utils': ['qemu-img'],
  uidmap: ['shadow-utils'],
  'xz-utils': ['xz'],
}

/** The distribution from the text of an os-release file. Pure. */
export function parseDistro(text: string): Distro {
  const value = (key: string): string =>
    (new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? '').trim().replace(/^(["'])(.*)\1$/, '$2')
  const id = value('ID')
  const kin = [id, ...value('ID_LIKE').split(/\s+/)]
  return {
    name: value('PRETTY_NAME') || value('NAME') || id || 'a system without os-release',
    id,
    family: kin.includes('debian') ? 'debian' : kin.some((k) => k === 'fedora' || k === 'rhel') ? 'fedora' : undefined,
  }
}

/** This host’s distribution. `read` is for tests. */
export async function hostDistro(read: typeof readText = readText): Promise<Distro> {
  for (const file of FILES) {
    const text = await read(file)
    if (text !== undefined) return parseDistro(text)
  }
  return parseDistro('')
}

/** The command that installs these, by their names in Debian. */
export function installCommand({ family }: Distro, packages: readonly string[]): string {
  const names = [...new Set(packages)]
  if (family === 'debian') return `sudo apt-get install -y --no-install-recommends ${names.join(' ')}`
  if (family === 'fedora') {
    const theirs = new Set(names.flatMap((n) => FEDORA[n] ?? [n]))
    return `sudo dnf install -y --setopt=install_weak_deps=False ${[...theirs].join(' ')}`
  }
  return english('install what Debian calls {packages}', { packages: names.join(' ') })
}
