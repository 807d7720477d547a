/** Makes the model from the parsed document: the nodes' defaults, names with units, absolute paths. Pure. */
import { resolve } from 'node:path/posix'
import { defaultCalico } from '../versions/calico.js'
import { sourceCalico } from '../versions/source.js'
import { minorOf } from '../versions/kubernetes.js'
import { hostAt, numberToIp, parseCidr } from './cidr.js'
import type { BundleSource, CniSpec, Lab, NodeSpec, Role } from './model.js'
import type { LabDocument } from './schema.js'

/** The course's four nodes (1.1): names and host numbers within the lab's network. */
const COURSE_NODES = [
  ['k8s-master01', 61],
  ['k8s-node01', 62],
  ['k8s-node02', 63],
  ['k8s-node03', 64],
] as const
/** How many nodes a Labfile without a list has. */
export const DEFAULT_NODE_COUNT = COURSE_NODES.length

/** The nodes of a Labfile without a list; undefined if the range is too small for their host numbers. */
export function defaultNodes(cidr: string): NodeSpec[] | undefined {
  const range = parseCidr(cidr)
  const nodes = COURSE_NODES.flatMap(([name, number], i) => {
    const ip = range && hostAt(range, number)
    return ip === undefined ? [] : [{ name, role: roleOf(i), ip, cpus: 2, memoryMiB: 3072, diskGiB: 50 }]
  })
  return nodes.length === COURSE_NODES.length ? nodes : undefined
}

const roleOf = (index: number): Role => (index === 0 ? 'control-plane' : 'worker')

/** Roles with the default filled in: the first node is the control plane unless it or another node says otherwise. */
export function fillRoles(nodes: readonly ({ readonly role?: Role | undefined } | undefined)[]): Role[] {
  const said = nodes.some((n) => n?.role === 'control-plane')
  return nodes.map((n, i) => n?.role ?? (said ? 'worker' : roleOf(i)))
}

type CniDocument = Exclude<LabDocument['kubernetes'], false>['cni']

/** Whether the bundle is, or may become, one that is built from source: it has fewer pod networks than others. */
export const mayBeSource = (source: BundleSource['source'] | undefined): boolean =>
  source === 'source' || source === 'auto'

/** The pod network with Calico's version filled in and an absolute path. */
function fillCni(cni: CniDocument, kubernetes: string, source: BundleSource['source'], dir: string): CniSpec {
  if (typeof cni === 'string') return cni
  if ('manifest' in cni) return { manifest: resolve(dir, cni.manifest) }
  const ours = mayBeSource(source)
  // The maker of a folder chooses its content.
  const version = source === 'dir' ? '' : ours ? sourceCalico(kubernetes) : defaultCalico(minorOf(kubernetes))
  return {
    name: cni.name,
    version: cni.version ?? version ?? '',
    encapsulation: cni.encapsulation ?? (ours ? 'vxlanCrossSubnet' : 'ipip'),
  }
}

/** A cluster whose list of add-ons is empty is the same as one without the list. */
function withoutEmpty<K extends { readonly addons?: readonly string[] | undefined }>({ addons, ...rest }: K) {
  return { ...rest, ...(addons !== undefined && addons.length > 0 && { addons }) }
}

/** Whether these nodes have several control planes. */
export const isShared = (nodes: readonly ({ readonly role?: Role | undefined } | undefined)[]): boolean =>
  fillRoles(nodes).filter((role) => role === 'control-plane').length > 1

/**
 * The address that control planes share if the Labfile names none: the highest that no node has, so that it stays the
 * same when nodes are added. undefined: the range is full.
 */
export function freeEndpoint(cidr: string, taken: readonly string[]): string | undefined {
  const range = parseCidr(cidr)
  if (!range) return undefined
  // The range's own address and the gateway's are no free ones.
  for (let at = range.last - 1; at > range.first + 1; at--) if (!taken.includes(numberToIp(at))) return numberToIp(at)
  return undefined
}

/** The model of a document that passed all checks; `dir` is the Labfile's folder (absolute). Not frozen yet. */
export function buildLab(document: LabDocument, dir: string): Lab {
  const { name, hypervisor, image, network, nodes, kubernetes, mirrors, os } = document
  const roles = fillRoles(nodes ?? [])
  const addresses = (nodes ?? []).map((n) => n.ip)
  const several = isShared(nodes ?? [])
  return {
    name,
    hypervisor,
    image: image.kind === 'path' ? { ...image, path: resolve(dir, image.path) } : image,
    network,
    nodes:
      // Fields one by one, so that the same lab gives the same JSON, whether a default was written or not.
      nodes?.map(({ name, ip, cpus, memory, disk, ports, labels, taints }, i) => ({
        name,
        role: roles[i] ?? roleOf(i),
        ip,
        cpus,
        memoryMiB: memory,
        diskGiB: disk,
        ...(ports && ports.length > 0 && { ports }),
        ...(labels && Object.keys(labels).length > 0 && { labels }),
        ...(taints && taints.length > 0 && { taints }),
      })) ??
      defaultNodes(network.cidr) ??
      [],
    kubernetes:
      kubernetes === false
        ? undefined
        : {
            ...withoutEmpty(kubernetes),
            // Without several control planes there is no such field, as in the records of older labs.
            ...(several && { apiEndpoint: kubernetes.apiEndpoint ?? freeEndpoint(network.cidr, addresses) }),
            cni: fillCni(kubernetes.cni, kubernetes.version, kubernetes.bundle.source, dir),
            bundle:
              kubernetes.bundle.source === 'dir'
                ? { source: 'dir', path: resolve(dir, kubernetes.bundle.path) }
                : kubernetes.bundle,
          },
    mirrors,
    os,
  }
}
