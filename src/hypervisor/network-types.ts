/** libvirt networks. Types only. */

/**
 * A libvirt network of a lab: a bridge with the host's address, and a DHCP server that knows only the lab's machines.
 */
export interface NetworkSpec {
  readonly name: string
  readonly uuid: string
  /** klab's own mark: whose network this is. */
  readonly labId: string
  /** Interface on the host, at most 15 characters (IFNAMSIZ). */
  readonly bridge: string
  /** The host's own address there. */
  readonly address: string
  readonly prefix: number
  /** Whether the host forwards and masquerades traffic to the outside. If not, the network is isolated. */
  readonly internet: boolean
  /** Fixed leases. */
  readonly leases: readonly { readonly mac: string; readonly ip: string; readonly node: string }[]
}

/** A libvirt network as it is, klab's or another. */
export interface Network {
  readonly name: string
  readonly uuid: string
  readonly active: boolean
  readonly bridge: string | undefined
  /** Its IPv4 ranges, such as 192.168.122.0/24. */
  readonly ranges: readonly string[]
  /** klab's mark; undefined: not klab's network. */
  readonly mark: { readonly labId: string; readonly specDigest: string } | undefined
}
