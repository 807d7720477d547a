/** `os`: the settings of every node. */
import * as z from 'zod'
import { authorizedKeyProblem } from './authorized-key.js'
import { choice, section, text, unless } from './fields.js'
import { english } from '../words/say.js'

/**
 * Whether Node's own time zone data has the zone. Intl ignores case, but the guests' files do not, so the form wants
 * capitals.
 */
const zoneExists = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
const ZONE_RULE = english('must be a time zone such as Asia/Shanghai or UTC')
const HOST_RULE = english('must be a host name or IPv4 address')
const SYSTEM_USERS = [
  'root',
  'daemon',
  'bin',
  'sys',
  'sync',
  'games',
  'man',
  'mail',
  'news',
  'proxy',
  'backup',
  'nobody',
  'sshd',
  'messagebus',
  'etcd',
  'docker',
  'adm',
  'sudo',
]
export const os = section({
  timezone: text(/^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*){0,2}$/, ZONE_RULE)
    .refine((zone) => zone === 'Asia/Shanghai' || zoneExists(zone), ZONE_RULE)
    .default('Asia/Shanghai')
    .describe('Time zone of the nodes.'),
  locale: text(
    /^[A-Za-z][A-Za-z_]{0,20}(\.[A-Za-z0-9-]{1,20})?(@[a-z]{1,20})?$/,
    english('must be a locale such as C.UTF-8 or zh_CN.UTF-8'),
  )
    .default('C.UTF-8')
    .describe('Locale of the nodes.'),
  timeServers: z
    .array(
      text(/^[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*$/, HOST_RULE),
      english('must be a list of host names or addresses'),
    )
    .max(8, english('must be at most 8 servers'))
    .default([])
    .describe('NTP servers; none: the clock of the host.'),
  ipvs: z.boolean(english('must be true or false')).default(true).describe('Load the IPVS kernel modules.'),
  kernel: choice('stock', 'lt')
    .default('stock')
    .describe('stock: the image’s; lt: ELRepo’s long-term kernel (CentOS, Rocky, Alma), as the course has it.'),
  user: text(/^[a-z_][a-z0-9_-]{0,30}$/, english('must be a Linux user name such as klab'))
    .refine((user) => !SYSTEM_USERS.includes(user), english('must not be a user that Debian has already'))
    .default('klab')
    .describe('Login user, made in every node.'),
  authorizedKeys: z
    .array(
      z
        .string(english('must be a public key line'))
        .check(unless(authorizedKeyProblem))
        .transform((key) => key.trim()),
      english('must be a list of public keys'),
    )
    .max(64, english('must be at most 64 keys'))
    .default([])
    .describe('Public keys that may log in beside the key of the lab.'),
})
