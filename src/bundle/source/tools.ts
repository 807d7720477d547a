/** Host tools that building from source calls. */
import { HostError } from '../../errors.js'
import type { HostExec } from '../../host/types.js'
import { english } from '../../words/say.js'

/** Tool → the Debian package it is in. */
export const SOURCE_TOOLS: readonly { readonly tool: string; readonly package: string }[] = [
  { tool: 'apt-get', package: 'apt' },
  { tool: 'dpkg-deb', package: 'dpkg' },
  { tool: 'gcc', package: 'build-essential' },
  { tool: 'tar', package: 'tar' },
  { tool: 'xorriso', package: 'xorriso' },
  { tool: 'xz', package: 'xz-utils' },
]

/** Throws HostError that names every missing tool. */
export async function requireSourceTools(exec: HostExec): Promise<void> {
  const found = await Promise.all(SOURCE_TOOLS.map(async (t) => ({ ...t, at: await exec.which(t.tool) })))
  const lost = found.filter((t) => t.at === undefined)
  if (lost.length === 0) return
  const packages = [...new Set(lost.map((t) => t.package))].join(' ')
  throw new HostError(
    english('building Kubernetes from source needs {tools}', { tools: lost.map((t) => t.tool).join(', ') }),
    {
      hint: lost.some((t) => t.tool === 'apt-get')
        ? english('klab builds on Debian and Ubuntu; elsewhere take another kubernetes.bundle: upstream or {dir: PATH}')
        : `sudo apt-get install ${packages}`,
    },
  )
}
