/** A machine's spec: its digest, and the checks of its values before they reach QEMU's command line. Pure. */
import { createHash } from 'node:crypto'
import { StateError } from '../errors.js'
import type { HostForward, MachineSpec, NetworkSpec } from './types.js'
import { english } from '../words/say.js'

/** The writable disk of klab's machines. */
export const WRITABLE = 'vda'

/** Raise this number if the output of domain-xml.ts changes. The next `up` then defines machines that are off again. */
const SPEC_FORMAT = 2

/** JSON with sorted keys, so that equal specs give equal text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, v: unknown) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : v,
  )

/** A snapshot moves a machine from one overlay to the next. It is still the machine that the Labfile describes. */
const withoutOverlay = (spec: MachineSpec): unknown => ({
  ...spec,
  disks: spec.disks.map((d) => (d.readonly ? d : { ...d, path: '' })),
})

/**
 * Hex sha256 of everything that shapes the domain, except the overlay of its writable disk. It is kept in the domain's
 * metadata.
 */
export const specDigest = (spec: MachineSpec): string =>
  createHash('sha256')
    .update(canonical({ format: SPEC_FORMAT, spec: withoutOverlay(spec) }))
    .digest('hex')

/** Hex sha256 of everything that shapes a network; kept in its mark. */
export const networkDigest = (spec: NetworkSpec): string => createHash('sha256').update(canonical(spec)).digest('hex')

const NAME = /^[a-zA-Z][a-zA-Z0-9._-]*$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Locally administered or not, but never multicast (the lowest bit of the first byte). */
const MAC = /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/
/** C0 controls and DEL: XML 1.0 cannot carry them, and a newline in a kernel command line ends it. */
const CONTROL = /[\u0000-\u001f\u007f]/

const isPort = (n: number): boolean => Number.isInteger(n) && n > 0 && n < 65536
const isPath = (path: string): boolean => path.startsWith('/') && !CONTROL.test(path)

/**
 * Refuses a spec whose values would change the meaning of XML, argv or QEMU options. Throws StateError naming the first
 * bad field.
 */
export function checkSpec(spec: MachineSpec): void {
  const must = (ok: boolean, field: string, rule: string): void => {
    if (!ok)
      throw new StateError(english('machine {name}: {field} {rule}', { name: JSON.stringify(spec.name), field, rule }))
  }
  must(NAME.test(spec.name), 'name', 'must be a letter, then letters, digits, dots and dashes')
  must(UUID.test(spec.uuid), 'uuid', `is not a lower-case UUID: ${JSON.stringify(spec.uuid)}`)
  must(!CONTROL.test(spec.labId) && !CONTROL.test(spec.node), 'lab and node', 'must not hold control characters')
  must(Number.isInteger(spec.cpus) && spec.cpus > 0, 'cpus', 'must be a whole number from 1')
  must(Number.isInteger(spec.memoryMiB) && spec.memoryMiB >= 64, 'memory', 'must be a whole number of MiB from 64')
  must(isPath(spec.consoleLog), 'consoleLog', 'must be an absolute path')
  for (const disk of spec.disks) must(isPath(disk.path), `disk ${disk.target}`, 'must be an absolute path')
  must(new Set(spec.disks.map((d) => d.target)).size === spec.disks.length, 'disks', 'must have a target each')
  if (spec.boot.kind === 'direct') {
    must(isPath(spec.boot.kernel) && isPath(spec.boot.initrd), 'kernel and initrd', 'must be absolute paths')
    must(!CONTROL.test(spec.boot.cmdline), 'cmdline', 'must be one line')
  }
  if (spec.net) {
    must(MAC.test(spec.net.mac), 'net.mac', `is not a unicast MAC in lower case: ${spec.net.mac}`)
    must(NAME.test(spec.net.network), 'net.network', 'must be the name of a network')
    return
  }
  must(MAC.test(spec.mgmt.mac), 'mgmt.mac', `is not a unicast MAC in lower case: ${spec.mgmt.mac}`)
  for (const f of spec.mgmt.forwards)
    must(isPort(f.hostPort) && isPort(f.guestPort), 'forward', 'must have ports from 1 to 65535')
  if (spec.l2) {
    must(MAC.test(spec.l2.mac), 'l2.mac', `is not a unicast MAC in lower case: ${spec.l2.mac}`)
    // A comma starts a new option of QEMU's -netdev; QEMU's own escape (doubling it) is not worth the risk here.
    must(
      isPath(spec.l2.socketDir) && !spec.l2.socketDir.includes(','),
      'l2.socketDir',
      'must be an absolute path without a comma',
    )
  }
}

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/

/** The same for a network. Throws StateError naming the first bad field. */
export function checkNetwork(spec: NetworkSpec): void {
  const must = (ok: boolean, field: string, rule: string): void => {
    if (!ok)
      throw new StateError(english('network {name}: {field} {rule}', { name: JSON.stringify(spec.name), field, rule }))
  }
  must(NAME.test(spec.name), 'name', 'must be a letter, then letters, digits, dots and dashes')
  must(UUID.test(spec.uuid), 'uuid', `is not a lower-case UUID: ${JSON.stringify(spec.uuid)}`)
  must(NAME.test(spec.labId), 'lab', 'must be a letter, then letters, digits, dots and dashes')
  must(/^[a-z][a-z0-9]{0,14}$/.test(spec.bridge), 'bridge', 'must be at most 15 letters and digits')
  must(IPV4.test(spec.address), 'address', 'must be an IPv4 address')
  must(Number.isInteger(spec.prefix) && spec.prefix >= 8 && spec.prefix <= 30, 'prefix', 'must be from 8 to 30')
  for (const { mac, ip, node } of spec.leases) {
    must(MAC.test(mac), `lease of ${node}`, `is not for a unicast MAC in lower case: ${mac}`)
    must(IPV4.test(ip) && NAME.test(node), `lease of ${JSON.stringify(node)}`, 'must have a name and an IPv4 address')
  }
}

/** Host ports that lead to the guest, as options of QEMU's `-netdev user`. */
export const forwardArgs = (forwards: readonly HostForward[]): string =>
  // The address is written out: an empty one binds 0.0.0.0.
  forwards.map((f) => `,hostfwd=tcp:127.0.0.1:${f.hostPort}-10.0.2.15:${f.guestPort}`).join('')
