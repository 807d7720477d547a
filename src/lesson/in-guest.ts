/** A lesson's scripts in a guest: copies them in, runs them, reads their output. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError, ProbeError } from '../errors.js'
import type { Guest } from '../guest/types.js'
import { tail } from '../host/tail.js'
import type { LessonScript } from './model.js'

/** `unreachable`: the node did not answer, or the connection broke, so the state of the step is unknown. */
export type ScriptOutcome = 'passed' | 'failed' | 'timed-out' | 'running' | 'unreachable'

export interface Ran {
  readonly outcome: ScriptOutcome
  /** The script's exit status; undefined: it did not end by itself. */
  readonly exitCode: number | undefined
  /** The last lines of its output. */
  readonly output: string
  readonly ms: number
}

export interface RunScript {
  /** `check`: returns the output; `show`: prints it line by line; `background`: waits at most `ms` for the script. */
  readonly way: 'check' | 'show' | 'background'
  readonly user: string
  /** How long it may take, ms. */
  readonly ms: number
  readonly onLine?: ((line: string) => void) | undefined
}

/** The scripts' folder in a guest. */
const PLACE = '/var/lib/klab/lesson'
/** How many lines of a script's output are shown. */
const SHOWN_LINES = 40
/** ms in addition to the script's own: sudo, the copy and the tail are slow under emulation. */
const BESIDE_MS = 60_000

const END = /^klab: (?:ended (\d+)|(timeout)|(running))$/m

/** Makes a file name from any path or command. */
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
  // Readable by the user that runs it.
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

/** The result for a script whose node did not answer. Throws errors that are not the node's. */
export function unreachable(error: unknown): Ran {
  const lost = error instanceof ProbeError || (error instanceof CommandError && error.failure.exitCode === undefined)
  if (!lost) throw error
  return { outcome: 'unreachable', exitCode: undefined, output: error.message, ms: 0 }
}
