/** A machine from power-on to the end of its cloud-init. */
import { CommandError, ProbeError, StateError, type KlabError } from '../errors.js'
import { tail } from '../host/tail.js'
import type { Guest, GuestAddress } from '../guest/types.js'
import type { World } from '../world.js'
import { english, type Text } from '../words/say.js'

const MINUTE = 60_000

/**
 * Waits for cloud-init's result.json in the folder `$1` and prints it; exit status 75 after a minute without it. One
 * loop in the guest instead of many round trips: each of those costs the emulated CPU a process and a packet. On
 * stderr, the stage that cloud-init is at (status.json), each time another one begins. Words of the shell alone, no
 * processes.
 */
export const WAIT_FOR_RESULT = `
n=0 before=
until [ -e "$1/result.json" ]; do
  n=$((n + 1)); [ $n -lt 60 ] || exit 75
  if [ -r "$1/status.json" ]; then
    while read -r word stage; do
      [ "$word" = '"stage":' ] || continue
      case $stage in "$before" | null*) ;; *) before=$stage; echo "$stage" >&2 ;; esac
    done <"$1/status.json"
  fi
  sleep 1
done
cat "$1/result.json"`

/** What a stage does (https://cloudinit.readthedocs.io/en/latest/explanation/boot.html). */
const STAGES = {
  'init-local': 'cloud-init: network settings (init-local)',
  init: 'cloud-init: disks, users, keys (init)',
  'modules-config': 'cloud-init: settings (modules-config)',
  'modules-final': 'cloud-init: packages and scripts (modules-final)',
} as const satisfies Readonly<Record<string, Text>>

/** Takes a line of WAIT_FOR_RESULT's stderr: the stage in words, or undefined. */
function stageLine(text: string): string | undefined {
  const stage = text.replace(/[^a-z-]/g, '')
  return Object.hasOwn(STAGES, stage) ? english(STAGES[stage as keyof typeof STAGES]) : undefined
}

/** Starts a machine. Throws CommandError. */
export const startMachine = (world: World, name: string): Promise<void> => world.hypervisor.start(name)

export interface WaitForBoot {
  /** What to do when cloud-init reports errors. */
  readonly hint?: string
  /** Told which stage cloud-init is at. */
  readonly line?: (text: string) => void
}

/**
 * Connects and waits until cloud-init has finished ("SSH answers" is not "ready": cloud-init restarts sshd late and
 * resets connections made before). Throws ProbeError; StateError if cloud-init itself reports errors.
 */
export async function waitForBoot(
  world: World,
  address: GuestAddress,
  withinMs: number,
  { hint = `klab logs ${address.node}`, line }: WaitForBoot = {},
): Promise<Guest> {
  const deadline = world.clock.monotonic() + withinMs
  let last: KlabError | undefined
  while (world.clock.monotonic() < deadline) {
    const guest = await world.guests.connect(address, {
      withinMs: deadline - world.clock.monotonic(),
      signal: world.signal,
    })
    try {
      const out = await guest.run(['sh', '-c', WAIT_FOR_RESULT, 'sh', '/run/cloud-init'], {
        timeoutMs: 3 * MINUTE,
        signal: world.signal,
        allowFailure: true,
        onLine: (text, from) => {
          const told = from === 'stderr' ? stageLine(text) : undefined
          if (told !== undefined) line?.(told)
        },
      })
      if (out.exitCode === 75) continue
      const errors = cloudInitErrors(out.stdout)
      if (errors) {
        throw new StateError(
          english('{node}: cloud-init ended with errors: {errors}', { node: address.node, errors }),
          { hint },
        )
      }
      return guest
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      last = error
      await world.clock.sleep(1000, world.signal)
    }
  }
  throw new ProbeError(
    english('{node}: cloud-init', { node: address.node }),
    withinMs,
    last?.message ?? 'still running',
    {
      hint: `klab logs ${address.node}`,
      cause: last,
    },
  )
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
