/** An OpenSSH client configuration for the lab, for `klab ssh` and for anybody's `ssh -F`. Pure text. */

export interface SshHost {
  readonly node: string
  readonly host: string
  readonly port: number
  readonly user: string
  /** The sshd's pinned public key, `ssh-ed25519 AAAA…`. */
  readonly hostKey: string
}

/**
 * ssh_config text. It uses nothing of the user's own set-up: no agent, no other keys, no other known hosts
 * (ssh_config(5)).
 */
export function sshConfig(
  hosts: readonly SshHost[],
  files: { readonly key: string; readonly knownHosts: string },
): string {
  const each = hosts.map(
    (h) => `Host ${h.node}
  HostName ${h.host}
  Port ${h.port}
  User ${h.user}
  HostKeyAlias ${h.node}
`,
  )
  return `${each.join('\n')}
Host *
  IdentityFile ${path(files.key)}
  IdentitiesOnly yes
  IdentityAgent none
  PreferredAuthentications publickey
  UserKnownHostsFile ${path(files.knownHosts)}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  CheckHostIP no
  UpdateHostKeys no
  ForwardAgent no
  ForwardX11 no
  LogLevel ERROR
`
}

/**
 * ssh_config text for an `Include` in the user's own file. Each `Host` is complete, so it changes nothing for other
 * hosts. The node's name and NODE.LAB both lead there.
 */
export function includedConfig(
  hosts: readonly SshHost[],
  { key, knownHosts, lab }: { readonly key: string; readonly knownHosts: string; readonly lab: string },
): string {
  const each = hosts.map(
    (h) => `Host ${h.node} ${h.node}.${lab}
  HostName ${h.host}
  Port ${h.port}
  User ${h.user}
  HostKeyAlias ${h.node}
  IdentityFile ${path(key)}
  IdentitiesOnly yes
  UserKnownHostsFile ${path(knownHosts)}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  CheckHostIP no
  UpdateHostKeys no
`,
  )
  return each.join('\n')
}

/** known_hosts text: each node's key under its alias, so that it never matches another lab that uses the port later. */
export function knownHosts(hosts: readonly SshHost[]): string {
  return hosts.map((h) => `${h.node} ${h.hostKey.split(' ').slice(0, 2).join(' ')}\n`).join('')
}

/** ssh_config splits at blanks and expands `%`. */
const path = (p: string): string => `"${p.replaceAll('%', '%%')}"`
