/** `klab exec` on several nodes: one command on each, all at once. */
import { Interrupted, KlabError, messageOf, UsageError } from '../errors.js'
import type { Guest } from '../guest/types.js'
import { connectWithin } from '../node/connections.js'
import { domainName } from '../node/names.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { requireRunning } from './machine-words.js'
import { recordedLab } from './open.js'
import { CONNECT_MS, requireNode } from './reach.js'

/** The exit status of ssh(1) if it cannot reach the host. */
const UNREACHED = 255
/** ms: the longest time that a timer can wait, 24 days. The user's command has no limit but Ctrl-C. */
const NO_LIMIT_MS = 2 ** 31 - 1

export interface ExecAllOptions {
  /** For each command's stdin. */
  readonly input?: string | undefined
  readonly timeoutMs?: number | undefined
  /** Called for each line of output as it comes. */
  readonly onLine?: ((node: string, line: string, from: 'stdout' | 'stderr') => void) | undefined
}

export interface NodeOutput {
  readonly node: string
  /** null: the command did not run to its end. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
  /** Why it did not; null: it did. */
  readonly error: string | null
}

export interface ExecReport {
  /** The highest exit status; 255 counts for a node where the command did not run to its end. */
  readonly exitCode: number
  readonly nodes: readonly NodeOutput[]
}

/**
 * Runs a command on these nodes (undefined: all), as the lab's user. The words are passed unchanged, without a shell.
 * The report names nodes that are off or cannot be reached; the others run. Throws UsageError, StateError, HostError,
 * Interrupted.
 */
export async function execOnAll(
  c: LabContext,
  nodes: readonly string[] | undefined,
  argv: readonly string[],
  o: ExecAllOptions = {},
): Promise<ExecReport> {
  if (argv.length === 0) throw new UsageError(english('exec: name a command'), { hint: 'klab exec --all -- uptime' })
  const { record, paths } = await recordedLab(c.doors.env, c.file)
  const wanted = [...new Set(nodes ?? record.lab.nodes.map((n) => n.name))]
  for (const node of wanted) requireNode('exec', record, node)
  const world = await c.doors.world(record.lab)
  const states = new Map((await world.hypervisor.list()).map((m) => [m.name, m.state]))
  const reach = async (node: string): Promise<Guest> => {
    requireRunning(node, states.get(domainName(record.id, node)) ?? 'absent')
    return connectWithin({ world, paths, record }, node, CONNECT_MS)
  }
  const runOn = async (node: string): Promise<NodeOutput> => {
    const started = world.clock.monotonic()
    try {
      const { onLine } = o
      const out = await (
        await reach(node)
      ).run(argv, {
        timeoutMs: o.timeoutMs ?? NO_LIMIT_MS,
        signal: world.signal,
        allowFailure: true,
        ...(o.input === undefined ? {} : { input: o.input }),
        ...(onLine && { onLine: (line, from = 'stdout') => onLine(node, line, from) }),
      })
      const { exitCode, stdout, stderr } = out
      return { node, exitCode, stdout, stderr, ms: world.clock.monotonic() - started, error: null }
    } catch (error) {
      if (!(error instanceof KlabError) || error instanceof Interrupted) throw error
      const ms = world.clock.monotonic() - started
      return { node, exitCode: null, stdout: '', stderr: '', ms, error: messageOf(error) }
    }
  }
  try {
    const done = await Promise.all(wanted.map(runOn))
    return { exitCode: Math.max(0, ...done.map((d) => d.exitCode ?? UNREACHED)), nodes: done }
  } finally {
    await world.guests.close()
  }
}
