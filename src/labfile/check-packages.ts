/**
 * Rules for where the nodes' packages come from: repositories need the internet, ELRepo needs a guest of its family.
 * Pure.
 */
import { isShared, mayBeSource } from './build.js'
import type { Violation } from './violation.js'
import type { Draft } from './draft.js'
import { english } from '../words/say.js'

const WAY_OUT = english('set network.internet: true')

/** All findings about packages, docker's version and the kernel. */
export function checkPackages({ kubernetes, image, network, nodes, os }: Draft): Violation[] {
  const findings: Violation[] = []
  const tell = (path: Violation['path'], message: string) => findings.push({ path, message })
  const offline = network?.internet === false

  if (os?.kernel === 'lt' && image?.kind === 'builtin')
    tell(
      ['os', 'kernel'],
      english('must be stock with image {name}, found lt: that is ELRepo’s kernel for CentOS, Rocky and Alma', {
        name: image.name ?? '',
      }),
    )
  else if (os?.kernel === 'lt' && offline)
    tell(
      ['os', 'kernel'],
      english('must be stock without internet, found lt: it comes from ELRepo; or {wayOut}', { wayOut: WAY_OUT }),
    )

  if (!kubernetes) return findings
  const { dockerVersion, runtime, bundle, packages } = kubernetes
  if (offline && nodes && isShared(nodes) && image?.kind !== 'builtin' && bundle?.source !== 'dir')
    tell(
      ['image'],
      `must be one of klab’s own for several control planes without internet (haproxy, keepalived); or ${WAY_OUT}`,
    )
  const docker = ['kubernetes', 'dockerVersion']
  if (dockerVersion !== undefined && runtime === 'containerd')
    tell(docker, english('has no meaning with runtime containerd: take it out, or make the runtime docker'))
  // The user's own bundle may contain the packages.
  else if (dockerVersion !== undefined && offline && mayBeSource(bundle?.source))
    tell(
      docker,
      english('comes from docker’s repository, and the nodes have no internet: take it out, or {wayOut}', {
        wayOut: WAY_OUT,
      }),
    )
  if (packages === 'repository' && offline)
    tell(
      ['kubernetes', 'packages'],
      english('must be bundle without internet, found repository; or {wayOut}', { wayOut: WAY_OUT }),
    )
  return findings
}
