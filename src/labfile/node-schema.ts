/** An entry of `nodes`: one VM. */
import * as z from 'zod'
import { english } from '../words/say.js'
import { choice, IDENTIFIER, section, size, text, unless } from './fields.js'

const IP_RULE = english('must be an IPv4 address such as 192.168.31.61')

/** Below 1024 a program needs root, and QEMU has none. */
const FIRST_PORT = 1024
const PORT_RULE = english('must be HOST:NODE such as "8080:80", with a host port from 1024 to 65535')
const PORTS_RULE = english('must be a list of ports such as "8080:80"')
const port = z
  .string(PORT_RULE)
  .regex(/^\d{4,5}:\d{1,5}$/, PORT_RULE)
  .transform((word) => word.split(':').map(Number))
  .check(
    unless(([host = 0, guest = 0]) =>
      host < FIRST_PORT || host > 65_535 || guest < 1 || guest > 65_535 ? PORT_RULE : undefined,
    ),
  )
  .transform(([hostPort = 0, guestPort = 0]) => ({ hostPort, guestPort }))

// Kubernetes, "Labels and Selectors": syntax and character set; a taint has the same keys and values.
const NAME = '[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?'
const KEY = `([a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?/)?${NAME}`
const LABEL_KEY = new RegExp(`^${KEY}$`)
const LABEL_VALUE = new RegExp(`^(${NAME})?$`)
const TAINT = new RegExp(`^${KEY}(=(${NAME})?)?:(NoSchedule|PreferNoSchedule|NoExecute)$`)
const LABELS_RULE = english('must be a map of labels, such as {disk: ssd}')
const KEY_RULE = english('must have keys such as disk or example.com/disk, at most 63 characters after the slash')
const VALUE_RULE = english('must be text of at most 63 letters, digits, dashes, dots and underscores')
const TAINTS_RULE = english('must be a list of taints such as "dedicated=gpu:NoSchedule"')
const TAINT_RULE = english('must be KEY=VALUE:EFFECT; effects are NoSchedule, PreferNoSchedule and NoExecute')

const MOST = 32
const tooMany = (all: readonly string[]): string | undefined =>
  all.length > MOST ? english('must be at most {most} entries', { most: MOST }) : undefined

/** kubelet sets these itself (Kubernetes, "Well-Known Labels"). */
const KUBELETS = ['kubernetes.io/hostname', 'kubernetes.io/os', 'kubernetes.io/arch']
function badKey(keys: readonly string[]): string | undefined {
  if (!keys.every((key) => LABEL_KEY.test(key))) return KEY_RULE
  const key = keys.find((k) => KUBELETS.includes(k))
  return key === undefined ? undefined : english('must not have {key}: kubelet sets it', { key })
}

/** A node has at most one taint of a key and an effect. */
function twice(taints: readonly string[]): string | undefined {
  const kinds = taints.map((taint) => taint.replace(/=[^:]*/, ''))
  const double = kinds.find((kind, i) => kinds.indexOf(kind) < i)
  return double === undefined ? undefined : english('names {twice} twice', { twice: double })
}

const RESERVED = ['localhost', 'current', 'all', 'host']
export const node = section({
  name: text(
    IDENTIFIER,
    english('must be lower-case letters, digits and dashes, beginning with a letter, at most 32 characters'),
  )
    .refine(
      (name) => !RESERVED.includes(name),
      english('must not be one of the reserved names {reserved}', { reserved: RESERVED.join(', ') }),
    )
    .describe('Host name of the node.'),
  role: choice('control-plane', 'worker')
    .optional()
    .describe('Default: the first node is the control plane (unless another says so), the rest are workers.'),
  ip: z.ipv4(IP_RULE).describe('Fixed address on the network of the lab.'),
  cpus: z
    .int(english('must be a whole number from 1 to 64'))
    .min(1, english('must be a whole number from 1 to 64'))
    .max(64, english('must be a whole number from 1 to 64'))
    .default(2)
    .describe('Virtual CPUs; a control plane needs 2.'),
  memory: size('MiB', '1TiB')
    .prefault('3GiB')
    .describe('RAM; with Kubernetes at least 2GiB for a control plane and 1GiB for a worker.'),
  disk: size('GiB', '8TiB').prefault('50GiB').describe('Size the node sees; the file is sparse and grows with use.'),
  ports: z
    .array(port, PORTS_RULE)
    .max(16, english('must be at most {most} entries', { most: 16 }))
    .optional()
    .describe('Ports of 127.0.0.1 that lead to the node, as "8080:80" (host:node). Only with network.mode user.'),
  labels: z
    .record(z.string(), text(LABEL_VALUE, VALUE_RULE), LABELS_RULE)
    .check(unless((labels) => tooMany(Object.keys(labels)) ?? badKey(Object.keys(labels))))
    .optional()
    .describe('Labels of the node in the cluster, such as {disk: ssd}.'),
  taints: z
    .array(text(TAINT, TAINT_RULE), TAINTS_RULE)
    .check(unless((taints) => tooMany(taints) ?? twice(taints)))
    .optional()
    .describe('Taints of the node in the cluster, such as ["dedicated=gpu:NoSchedule"].'),
})
