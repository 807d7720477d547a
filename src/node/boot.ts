/** A machine from power-on to the end of its cloud-init. */
import { CommandError, ProbeError, StateError, type KlabError } from '../errors.js'
import { tail } from '../host/tail.js'
import type { Guest, GuestAddress } from '../guest/types.js'
import type { World } from '../world.js'

const MINUTE = 60_000

/** Starts a machine. Throws CommandError. */
export const startMachine = (world: World, name: string): Promise<void> => world.hypervisor.start(name)

/**
 * Connects and waits until cloud-init has finished ("SSH answers" is not "ready": cloud-init restarts sshd late and
 * resets connections made before). Throws ProbeError; StateError if cloud-init itself reports errors.
 */
export async function waitForBoot(
  world: World,
  address: GuestAddress,
  withinMs: number,
  hint = `klab logs ${address.node}`,
): Promise<Guest> {
  const deadline = world.clock.monotonic() + withinMs
  let last: KlabError | undefined
  while (world.clock.monotonic() < deadline) {
    const guest = await world.guests.connect(address, {
      withinMs: deadline - world.clock.monotonic(),
      signal: world.signal,
    })
    try {
      // One loop in the guest instead of many round trips: each of those costs the emulated CPU a process and a packet.
      const out = await guest.run(
        [
          'sh',
          '-c',
          'n=0; until [ -e /run/cloud-init/result.json ]; do n=$((n+1)); [ $n -lt 60 ] || exit 75; sleep 1; done; ' +
            'cat /run/cloud-init/result.json',
        ],
        { timeoutMs: 3 * MINUTE, signal: world.signal, allowFailure: true },
      )
      if (out.exitCode === 75) continue
      const errors = cloudInitErrors(out.stdout)
      if (errors) {
        throw new StateError(`${address.node}: cloud-init ended with errors: ${errors}`, { hint })
      }
      return guest
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      last = error
      await world.clock.sleep(1000, world.signal)
    }
  }
  throw new ProbeError(`${address.node}: cloud-init`, withinMs, last?.message ?? 'still running', {
    hint: `klab logs ${address.node}`,
    cause: last,
  })
}

/** The last errors in cloud-init's result.json, one on each line; empty if there are none. */
export function cloudInitErrors(json: string): string {
  try {
    const errors = (JSON.parse(json) as { v1?: { errors?: unknown } | null } | null)?.v1?.errors
    if (Array.isArray(errors))
      return tail(errors.map((e) => (typeof e === 'string' ? e : JSON.stringify(e))).join('\n'))
  } catch {
    // Reported below.
  }
  return `result.json cannot be read: ${json.slice(0, 200)}`
}
