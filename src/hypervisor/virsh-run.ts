/** One call of virsh, with a time limit. Tells "libvirt cannot be reached" from "libvirt said no". */
import { CommandError, HostError } from '../errors.js'
import { tail } from '../host/tail.js'
import type { HostExec, Output } from '../host/types.js'
import { english } from '../words/say.js'

/** ms. libvirt may probe QEMU's capabilities for 8 s at its first call (field notes). */
const LIMIT = 30_000
/** ms, for commands that start or end QEMU on a busy slow host. */
export const LONG = 120_000

export type Virsh = (
  args: readonly string[],
  options?: { timeoutMs?: number; allowFailure?: boolean },
) => Promise<Output>

/** root → qemu:///system, others → qemu:///session, which needs no rights at all. */
export const defaultUri = (uid: number): string => (uid === 0 ? 'qemu:///system' : 'qemu:///session')

/**
 * How to reach libvirt again. Decided by virsh's own message (LC_ALL=C) and by the installed daemons. Debian and Ubuntu
 * have only libvirtd; Fedora has a daemon for each driver (libvirt.org/daemons.html).
 */
async function hint(exec: HostExec, uri: string, words: string): Promise<string> {
  if (/Permission denied|authentication (failed|unavailable)|access denied/i.test(words))
    return 'join the group libvirt (sudo usermod -aG libvirt "$USER", then log in again), or use qemu:///session'
  const session = uri.endsWith('/session')
  const split = (await exec.which('virtqemud')) !== undefined
  if (!split && (await exec.which('libvirtd')) === undefined) {
    const { hostDistro, installCommand } = await import('../host/distro.js')
    return installCommand(
      await hostDistro(),
      session ? ['libvirt-daemon', 'libvirt-daemon-driver-qemu'] : ['libvirt-daemon-system'],
    )
  }
  if (session) return 'see what it says: virsh -c qemu:///session list'
  return split
    ? 'start libvirt: sudo systemctl start virtqemud.socket virtlogd.socket'
    : 'start libvirt: sudo systemctl start libvirtd (without systemd: sudo virtlogd -d; sudo libvirtd -d)'
}

/** A virsh for this URI. Throws HostError (unreachable, silent or missing), CommandError, Interrupted. */
export function createVirsh(exec: HostExec, uri: string): Virsh {
  return async (args, { timeoutMs = LIMIT, allowFailure = false } = {}) => {
    const argv = ['virsh', '-q', '-c', uri, ...args]
    const output = await exec.run(argv, { timeoutMs, allowFailure: true }).catch((error: unknown) => {
      if (!(error instanceof CommandError && error.failure.timedOut)) throw error
      throw new HostError(
        english('libvirt ({uri}) did not answer `virsh {verb}` within {seconds} s', {
          uri,
          verb: args[0] ?? '',
          seconds: timeoutMs / 1000,
        }),
        {
          hint: english('see whether libvirtd hangs: virsh -c {uri} list; then restart it (running machines go on)', {
            uri,
          }),
          cause: error,
        },
      )
    })
    if (output.exitCode === 0) return output
    const { exitCode, durationMs } = output
    const words = tail(output.stderr || output.stdout)
    if (words.includes('failed to connect to the hypervisor'))
      throw new HostError(english('libvirt cannot be reached at {uri}: {words}', { uri, words }), {
        hint: await hint(exec, uri, words),
      })
    if (allowFailure) return output
    throw new CommandError({
      where: 'host',
      argv,
      exitCode,
      signal: undefined,
      timedOut: false,
      durationMs,
      tail: words,
    })
  }
}
