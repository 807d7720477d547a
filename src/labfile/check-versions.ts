/**
 * Checks versions against each other: Kubernetes, container runtime, pod network. Pure; the facts are in versions/.
 */
import { calicoProblem } from '../versions/calico.js'
import { nearestSource, sourceCalico, sourceContainerd, SOURCE_VERSIONS } from '../versions/source.js'
import { knownMinors, minorOf, releaseOf, unknownMinor } from '../versions/kubernetes.js'
import { OWN_IMAGES, ownImage, type OwnImageName } from '../versions/own-images.js'
import { english } from '../words/say.js'
import { mayBeSource } from './build.js'
import type { Violation } from './violation.js'
import type { Draft } from './draft.js'

/** What does not fit together; nothing while the Kubernetes version itself is not understood. */
export function checkVersions({ kubernetes, image }: Draft): Violation[] {
  const version = kubernetes ? kubernetes.version : undefined
  if (!kubernetes || version === undefined) return []
  const findings: Violation[] = []
  const tell = (path: readonly string[], message: string) => findings.push({ path: ['kubernetes', ...path], message })
  const minor = version.startsWith('1.') ? minorOf(version) : undefined
  if (minor === undefined || !knownMinors.includes(minor)) {
    tell(
      ['version'],
      minor === undefined ? english('must be 1.x.y, found {version}', { version }) : unknownMinor(minor),
    )
    return findings
  }
  const { bundle } = kubernetes
  const source = bundle?.source
  const ours = mayBeSource(source)
  if (ours && !SOURCE_VERSIONS.includes(version))
    tell(
      ['version'],
      (source === 'auto'
        ? 'has no recipe, and bundle auto builds from one where the official servers do not answer; '
        : 'has no recipe with bundle source; ') +
        `there is one for ${nearestSource(version).join(', ')}. Or take another bundle, such as upstream`,
    )
  if (bundle?.source === 'auto' && 'arch' in bundle && bundle.arch !== undefined)
    tell(['bundle', 'arch'], english('works only with upstream or aliyun; what auto builds is for this machine'))
  const release = releaseOf(version)
  const { runtimes } = release
  if (kubernetes.proxyMode === 'nftables' && !release.nftables)
    tell(
      ['proxyMode'],
      english('must be iptables or ipvs before Kubernetes 1.31, found nftables with {version}', { version }),
    )
  if (kubernetes.runtime !== undefined && !runtimes.includes(kubernetes.runtime))
    tell(
      ['runtime'],
      english('must be containerd from Kubernetes 1.24 on, found {runtime} with {version}', {
        runtime: kubernetes.runtime,
        version,
      }),
    )
  if (image?.kind === 'builtin' && image.name !== undefined) {
    const cgroup = cgroupProblem(version, image.name)
    if (cgroup !== undefined) findings.push({ path: ['image'], message: cgroup })
    const problem = kubernetes.runtime === 'containerd' ? containerdProblem(version, source, image.name) : undefined
    if (problem !== undefined) tell(['runtime'], problem)
  }
  const { cni } = kubernetes
  if (typeof cni !== 'object' || !('name' in cni) || cni.name === undefined) return findings
  if (ours) return [...findings, ...checkSourceCalico(version, cni, source ?? '')]
  const problem = cni.version === undefined ? undefined : calicoProblem(cni.version, minor)
  if (problem !== undefined) tell(['cni', 'version'], problem)
  return findings
}

/** Why klab's image cannot boot with the cgroups that klab gives this version, or undefined. */
function cgroupProblem(version: string, image: OwnImageName): string | undefined {
  const { cgroup } = releaseOf(version)
  if (ownImage(image).cgroups.includes(cgroup)) return undefined
  const others = OWN_IMAGES.filter((name) => ownImage(name).cgroups.includes(cgroup)).join(' or ')
  const minors = knownMinors.filter((minor) => ownImage(image).cgroups.includes(releaseOf(`1.${minor}.0`).cgroup))
  return (
    `must be ${others} with Kubernetes ${version}, found ${image}: this version gets cgroup ${cgroup}, ` +
    `and ${image} has none. Or take Kubernetes 1.${minors[0] ?? ''} or later, with runtime containerd`
  )
}

/** Why the nodes' containerd is too old, or undefined. A user's folder may have a newer one: `up` checks. */
function containerdProblem(version: string, source: string | undefined, image: OwnImageName): string | undefined {
  const oldest = releaseOf(version).containerd
  const has = (source === 'source' ? sourceContainerd(version) : undefined) ?? ownImage(image).containerd
  if (source === 'dir' || atLeast(has, oldest)) return undefined
  const instead = SOURCE_VERSIONS.filter((v) => sourceContainerd(v) !== undefined).join(', ')
  const ours = OWN_IMAGES.filter((name) => atLeast(ownImage(name).containerd, oldest))
  const newer = ours.map((name) => `image ${name} (${ownImage(name).containerd}), `)
  return [
    `needs containerd ${oldest} or newer with Kubernetes ${version}, and the nodes would have ${has}:`,
    `take ${newer.join('')}bundle source with ${instead},`,
    ...(newer.length > 0 ? [] : ['an image with a newer one,']),
    'or a complete bundle that brings it in runtime/ ({dir: PATH})',
  ].join(' ')
}

/** Whether `version` is `oldest` or newer, number by number. */
function atLeast(version: string, oldest: string): boolean {
  const [a, b] = [version, oldest].map((v) => v.split('.').map(Number)) as [number[], number[]]
  const at = b.findIndex((n, i) => (a[i] ?? 0) !== n)
  return at < 0 || (a[at] ?? 0) > (b[at] ?? 0)
}

/**
 * Calico in bundle source: one release, and no BIRD, because neither Go modules nor Debian packages have the BIRD that
 * Calico needs.
 */
function checkSourceCalico(
  version: string,
  cni: { readonly version?: string | undefined; readonly encapsulation?: string | undefined },
  bundle: string,
): Violation[] {
  const release = sourceCalico(version)
  const tell = (field: string, message: string): Violation => ({
    path: ['kubernetes', 'cni', ...(field === '' ? [] : [field])],
    message,
  })
  if (release === undefined)
    return SOURCE_VERSIONS.includes(version)
      ? [
          tell(
            '',
            `calico is not in the recipe of Kubernetes ${version} (bundle ${bundle}): take flannel, or another bundle`,
          ),
        ]
      : []
  return [
    ...(cni.version === undefined || cni.version === release
      ? []
      : [
          tell(
            'version',
            english('must be {release} with bundle {bundle}, found {version}', {
              release,
              bundle,
              version: cni.version,
            }),
          ),
        ]),
    ...(cni.encapsulation === 'ipip'
      ? [
          tell(
            'encapsulation',
            english('must be vxlanCrossSubnet or vxlan with bundle {bundle}, found ipip: it has no BIRD', { bundle }),
          ),
        ]
      : []),
  ]
}
