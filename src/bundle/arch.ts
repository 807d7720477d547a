/** The architectures that bundles are built for. */
import { arch as hostArch } from 'node:os'
import { HostError } from '../errors.js'

/** Debian's name of this machine's architecture. Throws HostError for one that was never tried. */
export function debianArch(node: string = hostArch()): string {
  const name = { x64: 'amd64', arm64: 'arm64' }[node]
  if (name === undefined)
    throw new HostError(`klab builds no bundles on ${node} machines`, { hint: 'use an amd64 or arm64 machine' })
  return name
}
