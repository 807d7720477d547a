/**
 * The parts of a bundle build as timed jobs. Each says when it is done, its output goes to a log file, and a failure
 * names that file.
 */
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CommandError } from '../errors.js'
import type { Clock, HostExec, HostRunOptions, Output } from '../host/types.js'
import { LONG_MS } from '../host/limits.js'
import { removeTree } from '../host/tree.js'
import type { Digest } from '../host/digest.js'
import type { Layers } from '../cache/types.js'
import { english } from '../words/say.js'

/** What building a bundle needs. */
export interface BuildContext {
  readonly exec: HostExec
  readonly layers: Layers
  /** Folder of klab's own files, which holds cloud-init/. */
  readonly assets: string
  /** Folder with room for 4 GiB of temporary files and the logs. The temporary files are removed at the end. */
  readonly workDir: string
  /** Downloads are kept here: files by their sum, and `images/`. */
  readonly downloadsDir: string
  readonly report: (line: string) => void
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** /etc/apt unless told. */
  readonly etcApt?: string
}

/** Does a job and reports how long it took. */
export async function timed<T>(c: BuildContext, name: string, job: () => Promise<T>): Promise<T> {
  const started = c.clock.monotonic()
  c.report(`${name}…`)
  const result = await job()
  c.report(`${name}: ${Math.round((c.clock.monotonic() - started) / 1000)} s`)
  return result
}

/**
 * Does a job in its own folder below workDir, which is removed afterwards. `key`: the key whose lock the caller holds,
 * so an existing folder was left by a killed build.
 */
export async function inWorkFolder<T>(c: BuildContext, key: Digest, job: (work: string) => Promise<T>): Promise<T> {
  const work = join(c.workDir, `bundle-${key.slice(0, 12)}`)
  await removeTree(c.exec, work)
  await mkdir(work, { recursive: true, mode: 0o700 })
  try {
    return await job(work)
  } finally {
    await removeTree(c.exec, work)
  }
}

/**
 * Runs a long command with its output in `log`. `timeout` starts it in its own process group, which ends as a whole, so
 * that an interrupted make leaves no compiler running (timeout(1)). Throws CommandError whose hint names the log,
 * Interrupted.
 */
export async function runLogged(
  c: BuildContext,
  argv: readonly string[],
  log: string,
  o: Omit<HostRunOptions, 'signal'> = {},
): Promise<Output> {
  await mkdir(dirname(log), { recursive: true })
  const file = createWriteStream(log, { flags: 'a' })
  const onLine = (line: string): void => {
    file.write(`${line}\n`)
    o.onLine?.(line)
  }
  try {
    const stop = c.signal ? { signal: c.signal } : {}
    return await c.exec.run(['timeout', '--kill-after=10', '3h', ...argv], {
      timeoutMs: LONG_MS + 60_000,
      ...o,
      ...stop,
      onLine,
    })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new CommandError({ ...error.failure, argv }, { hint: english('the whole log: {log}', { log }), cause: error })
  } finally {
    await new Promise<void>((done) => file.end(done))
  }
}
