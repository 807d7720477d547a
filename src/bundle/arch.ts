/** The architectures that bundles are built for. */
import { arch as hostArch } from 'node:os'
import { HostError } from '../errors.js'
import { english } from '../words/say.js'

/** Debian's name of this machine's architecture. Throws HostError for one that was never tried. */
export function debianArch(node: string = hostArch()): string {
  const name = { x64: 'amd64', arm64: 'arm64' }[node]
  if (name === undefined)
    throw new HostError(english('klab builds no bundles on {arch} machines', { arch: node }), {
      hint: english('use an amd64 or arm64 machine'),
    })
  return name
}
