/** Changes Calico's own calico.yaml for one lab: as data, so that the rest of it stays as its makers wrote it. Pure. */
import { isMap, isNode, isSeq, type Document, type YAMLMap, type YAMLSeq } from 'yaml'
import { CorruptError } from '../errors.js'
import { manifestDocuments } from './manifest-docs.js'
import { CONTAINERS, relaxProbes } from './probes.js'
import { autodetection, type Encapsulation } from '../versions/calico.js'
import { english } from '../words/say.js'

export interface CalicoSettings {
  /** 3.x.y; empty: the manifest's own. */
  readonly version: string
  readonly encapsulation: Encapsulation
  readonly podCidr: string
  readonly labCidr: string
  readonly labNic: string
  /**
   * Longer probes: under emulation those of calico-node take many seconds, and kubelet 1.20 and later ends an exec
   * probe after the 1 s that older lines give it.
   */
  readonly patient: boolean
}

const WORKLOADS = ['DaemonSet', 'Deployment']
const STYLE = { lineWidth: 0, directives: false } as const
const INIT_CONTAINERS = ['spec', 'template', 'spec', 'initContainers']
/** calico-node's probes of BIRD, which does not run in a VXLAN-only Calico; newer lines write two dashes. */
const BIRD_PROBE = /^--?bird6?-(?:live|ready)$/

/** Of the pool that calico-node makes. */
const POOL_VXLAN = { ipip: 'Never', vxlan: 'Always', vxlanCrossSubnet: 'CrossSubnet' } as const satisfies Record<
  Encapsulation,
  string
>

/**
 * felix's own probes (FELIX_HEALTHENABLED, port 9099 on the node): the same as `calico-node -felix-live` asks, but
 * without starting a program of 85 MB.
 */
const HEALTH = { livenessProbe: '/liveness', readinessProbe: '/readiness' } as const

const NEEDLESS = ['mount-bpffs', 'upgrade-ipam']

/**
 * The manifest for this lab: pods' range, lab card, encapsulation, probes. Throws CorruptError if the text is no
 * calico.yaml, or that of another version.
 */
export function patchCalico(text: string, s: CalicoSettings): string {
  const docs = manifestDocuments(text)?.filter((d) => isMap(d.contents) || d.errors.length > 0)
  if (!docs) throw bad('is too large for a calico.yaml')
  const broken = docs.find((d) => d.errors.length > 0)
  if (broken) throw bad(`is not YAML: ${broken.errors[0]?.message ?? ''}`)
  const find = (kind: string, name: string): Document.Parsed => {
    const doc = docs.find((d) => isMap(d.contents) && d.get('kind') === kind && d.getIn(['metadata', 'name']) === name)
    if (!doc) throw bad(`has no ${kind} ${name}`)
    return doc
  }
  const node = find('DaemonSet', 'calico-node')
  const container = containerOf(node, 'calico-node')
  const found = calicoRelease([String(container.get('image'))])
  if (found === undefined || (s.version !== '' && found !== s.version))
    throw bad(
      `is Calico ${found ?? String(container.get('image'))}, the Labfile wants ${s.version || '3.x.y'}`,
      `set kubernetes.cni to { name: calico, version: ${found ?? '3.x.y'} }`,
    )
  const vxlan = s.encapsulation !== 'ipip'
  const config = find('ConfigMap', 'calico-config')
  config.setIn(['data', 'calico_backend'], vxlan ? 'vxlan' : 'bird')
  setEnv(node, container, {
    CALICO_IPV4POOL_CIDR: s.podCidr,
    CALICO_IPV4POOL_IPIP: vxlan ? 'Never' : 'Always',
    CALICO_IPV4POOL_VXLAN: POOL_VXLAN[s.encapsulation],
    IP: 'autodetect',
    IP_AUTODETECTION_METHOD: autodetection(found, s.labCidr, s.labNic),
    // Felix looks for the MTU only at cards with usual names. Without a setting the first pods get a larger MTU than
    // the tunnel carries (seen with 3.21.6).
    FELIX_MTUIFACEPATTERN: `^${s.labNic}$`,
    // As the node's own Go daemons (node/machine.ts): felix wakes up 400 times a second.
    ...(s.patient && { GOMAXPROCS: '1' }),
  })
  if (vxlan) dropBirdProbes(container)
  const changed = docs.filter((d) => d === config || workload(d))
  if (s.patient) {
    if (vxlan) {
      askFelix(node, container)
      dropNeedless(node)
    }
    startBeforePlugin(node, container)
    changed.filter(workload).forEach(relaxProbes)
  }
  return docs.map((d) => (changed.includes(d) ? d.toString(STYLE) : verbatim(text, d))).join('---\n')
}

/** Calico's release from its node's image, `calico/node:v3.14.2`; undefined: there is none. */
export const calicoRelease = (images: readonly string[]): string | undefined =>
  images.map((ref) => /(?:^|[/])node:v(3\.\d+\.\d+)[^/]*$/.exec(ref)?.[1]).find((v) => v !== undefined)

const workload = (doc: Document.Parsed): boolean => isMap(doc.contents) && WORKLOADS.includes(String(doc.get('kind')))

/**
 * A document exactly as in the text: nine tenths of calico.yaml are resource definitions, which klab must not reformat.
 */
const verbatim = (text: string, doc: Document.Parsed): string =>
  `${text.slice(doc.range[0], doc.range[1]).replace(/^---[ \t]*\n/, '')}\n`.replace(/\n+$/, '\n')

const bad = (what: string, hint = 'klab bundle verify'): CorruptError =>
  new CorruptError(english('calico.yaml of the bundle {what}', { what }), { hint })

/** The container of this name. */
function containerOf(doc: Document.Parsed, name: string): YAMLMap {
  const list = doc.getIn(CONTAINERS)
  const found = isSeq(list) ? list.items.find((c) => isMap(c) && c.get('name') === name) : undefined
  if (!isMap(found)) throw bad(`has no container ${name}`)
  return found
}

/** Sets variables of a container: in place if the manifest has them, otherwise at the end. */
function setEnv(doc: Document.Parsed, container: YAMLMap, values: Readonly<Record<string, string>>): void {
  if (!isSeq(container.get('env'))) container.set('env', doc.createNode([]))
  const env = container.get('env') as YAMLSeq
  for (const [name, value] of Object.entries(values)) {
    const known = env.items.find((v) => isMap(v) && v.get('name') === name)
    if (isMap(known)) {
      known.delete('valueFrom')
      known.set('value', value)
    } else env.add(doc.createNode({ name, value }))
  }
}

function dropBirdProbes(container: YAMLMap): void {
  for (const probe of ['livenessProbe', 'readinessProbe']) {
    const command = container.getIn([probe, 'exec', 'command'])
    if (isSeq(command)) command.items = command.items.filter((item) => !BIRD_PROBE.test(String(item)))
  }
}

/**
 * Steps before the start that this Calico does not need: the file system of the eBPF dataplane, and addresses of an
 * earlier pod network. Each starts a program of 85 MB, which took 20 to 60 s on four emulated nodes.
 */
function dropNeedless(doc: Document.Parsed): void {
  const list = doc.getIn(INIT_CONTAINERS)
  if (isSeq(list)) list.items = list.items.filter((c) => !isMap(c) || !NEEDLESS.includes(String(c.get('name'))))
}

/** What a container needs from calico-node's own to do a part of its work. */
const SAME = ['image', 'imagePullPolicy', 'env', 'envFrom', 'securityContext', 'volumeMounts']

/**
 * `calico-node -startup` before the plugin is installed. It writes /var/lib/calico/nodename, without which the plugin
 * makes no pod. In the order of Calico's makers, kubelet makes and removes pods again and again until that file is
 * there, and leaves calico-node no CPU to write it (seen with docker and with containerd: more than ten minutes).
 */
function startBeforePlugin(doc: Document, container: YAMLMap): void {
  const list = doc.getIn(INIT_CONTAINERS)
  if (!isSeq(list)) return
  const step = doc.createNode({
    name: 'startup',
    // It gives the API server 2 s and exits; kubelet would wait longer each time.
    command: ['sh', '-c', 'until calico-node -startup; do sleep 2; done'],
  }) as YAMLMap
  for (const field of SAME) {
    const value = container.get(field, true)
    if (isNode(value)) step.set(field, value.clone())
  }
  const plugin = list.items.findIndex((c) => isMap(c) && c.get('name') === 'install-cni')
  list.items.splice(Math.max(plugin, 0), 0, step)
}

/** Probes by HTTP instead of a program, where felix alone is probed. */
function askFelix(doc: Document, container: YAMLMap): void {
  for (const [name, path] of Object.entries(HEALTH)) {
    const probe = container.get(name)
    if (!isMap(probe)) continue
    probe.delete('exec')
    probe.set('httpGet', doc.createNode({ host: '127.0.0.1', port: 9099, path }))
  }
}
