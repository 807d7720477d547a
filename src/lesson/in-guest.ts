/** A lesson's scripts in a guest: copied in, run, and what they said. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError, ProbeError } from '../errors.js'
import type { Guest } from '../guest/types.js'
import { tail } from '../host/tail.js'
import type { LessonScript } from './model.js'

/** `unreachable`: the node did not answer, or went away meanwhile: that says nothing of the step. */
export type ScriptOutcome = 'passed' | 'failed' | 'timed-out' | 'running' | 'unreachable'

export interface Ran {
  readonly outcome: ScriptOutcome
  /** Of the script; undefined: it did not end by itself. */
  readonly exitCode: number | undefined
  /** Its last lines. */
  readonly output: string
  readonly ms: number
}

export interface RunScript {
  /** `check`: at its end the output is there; `show`: line by line; `background`: waits for it no longer than `ms`. */
  readonly way: 'check' | 'show' | 'background'
  readonly user: string
  /** The longest that it may take, ms. */
  readonly ms: number
  readonly onLine?: ((line: string) => void) | undefined
}

/** Where scripts lie in a guest. */
const PLACE = '/var/lib/klab/lesson'
/** Lines that are shown of what a script said. */
const SHOWN_LINES = 40
/** ms beside what the script takes: sudo, the copy and the tail, all slow under emulation. */
const BESIDE_MS = 60_000

const END = /^klab: (?:ended (\d+)|(timeout)|(running))$/m

/** A file name from any path or command. */
const fileName = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[.-]+/, '')
    .slice(-60)

/**
 * Runs a script as the lesson's website does (cloud-init/lesson/run.sh). What the script does is told in the result.
 * `assets`: where cloud-init/ is. Throws CommandError when it could not be started, ProbeError, Interrupted.
 */
export async function runInGuest(guest: Guest, assets: string, script: LessonScript, o: RunScript): Promise<Ran> {
  const program = await readFile(join(assets, 'cloud-init', 'lesson', 'run.sh'), 'utf8')
  const file = `${PLACE}/${fileName(script.name) || 'script'}`
  // Readable by the user that it is run as.
  await guest.put([{ path: file, content: script.text, mode: 0o755 }])
  const seconds = Math.ceil(o.ms / 1000)
  const out = await guest.sudo(program, [o.way, o.user, String(seconds), file], {
    timeoutMs: o.ms + BESIDE_MS,
    allowFailure: true,
    what: script.name,
    ...(o.onLine && o.way === 'show' && { onLine: (line, from) => from === 'stderr' || o.onLine?.(line) }),
  })
  const ms = out.durationMs
  const end = END.exec(out.stderr)
  if (!end)
    throw new CommandError({
      where: guest.node,
      what: script.name,
      argv: ['bash', file],
      exitCode: out.exitCode,
      signal: undefined,
      timedOut: false,
      durationMs: ms,
      tail: tail(out.stderr),
    })
  const exitCode = end[1] === undefined ? undefined : Number(end[1])
  const outcome =
    end[2] !== undefined ? 'timed-out' : end[3] !== undefined ? 'running' : exitCode === 0 ? 'passed' : 'failed'
  return { outcome, exitCode, output: tail(out.stdout, SHOWN_LINES), ms }
}

/** What is known of a script whose node did not answer. Throws what is no fault of the node. */
export function unreachable(error: unknown): Ran {
  const lost = error instanceof ProbeError || (error instanceof CommandError && error.failure.exitCode === undefined)
  if (!lost) throw error
  return { outcome: 'unreachable', exitCode: undefined, output: error.message, ms: 0 }
}
