/** What a node's seed is made from. Types only. */

export interface SeedInput {
  /** cloud-init does its work once for each id: a new disk needs a new one. */
  readonly instanceId: string
  readonly node: string
  /** Every node of the lab, for /etc/hosts. */
  readonly hosts: readonly { readonly ip: string; readonly name: string }[]
  /** Login user: sudo without password, no password login. */
  readonly user: string
  /** Lines of authorized_keys. */
  readonly authorizedKeys: readonly string[]
  /** ed25519 pair of the guest's sshd: OpenSSH private key text and `ssh-ed25519 …` line. */
  readonly hostKey: { readonly private: string; readonly public: string }
  readonly timezone: string
  readonly locale: string
  /** None: the guest's clock is left alone. */
  readonly timeServers: readonly string[]
  /** The card on slirp; a machine on a libvirt network has none. */
  readonly mgmtMac?: string
  /**
   * The card on the lab's segment; a machine that only bakes an image has none. `gateway`: the host's address on it, if
   * the host routes and resolves names.
   */
  readonly labNic?: { readonly mac: string; readonly ip: string; readonly cidr: string; readonly gateway?: string }
  /** Whether the default route leads out through slirp. */
  readonly internet: boolean
}
