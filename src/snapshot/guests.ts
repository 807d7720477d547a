/** What is done inside the guests around a snapshot: clocks. */
import { CorruptError } from '../errors.js'
import { connectWithin } from '../node/connections.js'
import { tail } from '../host/tail.js'
import { nodesOf } from './machines.js'
import type { LockedLab } from './types.js'
import { english } from '../words/say.js'

/**
 * Sets the clock by the emulated RTC, which always shows the host's time (reliability notes, fact 6), at the start of a
 * second. A time sent over SSH would be late by as much as a busy guest is slow: seconds. It uses the sent time only if
 * there is no RTC, or if somebody in the guest has set it. Never sets the clock back: programs expect it to go forward
 * (fault 42). Prints the clock before and after, and how long setting it took, in seconds. Only bash, because every
 * process costs an emulated CPU.
 */
const STEP = `
before=$EPOCHREALTIME now=$1 rtc=/sys/class/rtc/rtc0/since_epoch
[ -r $rtc ] || modprobe -q rtc-cmos || true
if [ -r $rtc ]; then
  read -r was <$rtc
  until read -r now <$rtc && [ "$now" != "$was" ]; do :; done
  off=$((now - $1))
  [ "\${off#-}" -lt 300 ] || now=$1
fi
read -r from _ </proc/uptime
[ "$now" -le "\${before%.*}" ] || date -u -s "@$now" >/dev/null
read -r to _ </proc/uptime
echo "$before $EPOCHREALTIME $from $to"`

export interface Clocks {
  /** Seconds that the guests' clocks were behind, for the guest that was behind most. */
  readonly steppedS: number
  /** How far apart the guests' clocks can be afterwards, seconds. */
  readonly spreadS: number
  /** Nodes that could not be reached. */
  readonly missed: readonly string[]
}

interface Step {
  /** Seconds that the guest's clock was set forward. */
  readonly stepped: number
  /** Seconds that it may differ from the host's now. */
  readonly late: number
}

/** By the agent; undefined if no agent answers. A clock that is ahead is not changed (see STEP). */
async function byAgent(lab: LockedLab, domain: string): Promise<Partial<Step> | undefined> {
  const { hypervisor, clock } = lab.world
  const before = await hypervisor.guestTime(domain)
  const asked = clock.now()
  if (before === undefined) return undefined
  const stepped = Math.max(0, asked - before) / 1000
  try {
    if (before < asked) await hypervisor.setGuestTime(domain, clock.now())
    const sent = clock.now()
    const after = await hypervisor.guestTime(domain)
    // The answer was given somewhere between the question and now.
    return after === undefined ? { stepped } : { stepped, late: Math.max(0, sent - after, after - clock.now()) / 1000 }
  } catch {
    return { stepped }
  }
}

async function bySsh(lab: LockedLab, node: string, withinMs: number): Promise<Step> {
  const guest = await connectWithin(lab, node, withinMs)
  const { stdout } = await guest.sudo(STEP, [String(Math.round(lab.world.clock.now() / 1000))], {
    timeoutMs: withinMs,
    what: 'setting its clock',
  })
  const [before = NaN, after = NaN, from = NaN, to = NaN] = stdout.trim().split(' ').map(Number)
  // One guest's wrong answer must not count for all of them.
  if (![before, after, from, to].every(Number.isFinite))
    throw new CorruptError(
      english('{node}: what it says of its clock cannot be read: {text}', { node, text: tail(stdout, 1) }),
    )
  return { stepped: after - before, late: to - from }
}

/**
 * The agent of a busy guest may set the clock and then not answer in time. Then SSH checks, and finds little or nothing
 * left to set.
 */
async function stepOne(
  lab: LockedLab,
  { node, domain }: { node: string; domain: string },
  withinMs: number,
): Promise<Step> {
  const { stepped = 0, late } = (await byAgent(lab, domain).catch(() => undefined)) ?? {}
  if (late !== undefined) return { stepped, late }
  const rest = await bySsh(lab, node, withinMs)
  return { ...rest, stepped: Math.max(stepped, rest.stepped) }
}

/**
 * Sets all guests' clocks to the host's, all at once: by their agents, which is fastest, or over SSH. Restored guests
 * have the time of their snapshot (reliability notes, 3.4).
 */
export async function stepClocks(lab: LockedLab, withinMs: number): Promise<Clocks> {
  const nodes = nodesOf(lab)
  const ends = await Promise.allSettled(nodes.map((n) => stepOne(lab, n, withinMs)))
  const done = ends.flatMap((e) => (e.status === 'fulfilled' ? [e.value] : []))
  return {
    steppedS: Math.max(0, ...done.map((d) => d.stepped)),
    spreadS: Math.max(0, ...done.map((d) => d.late)),
    missed: nodes.filter((_, i) => ends[i]?.status === 'rejected').map((n) => n.node),
  }
}
