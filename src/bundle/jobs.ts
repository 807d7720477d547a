/**
 * The parts of a bundle build as timed jobs: each says when it is done, its output goes to a log file, a failure names
 * that file.
 */
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CommandError, Interrupted } from '../errors.js'
import type { Clock, HostExec, HostRunOptions, Output } from '../host/types.js'
import { LONG_MS } from '../host/limits.js'
import { removeTree } from '../host/tree.js'
import type { Digest } from '../host/digest.js'
import type { Layers } from '../cache/types.js'

/** What building a bundle needs. */
export interface BuildContext {
  readonly exec: HostExec
  readonly layers: Layers
  /** Folder of klab's own files, which holds cloud-init/. */
  readonly assets: string
  /** Room for 4 GiB of temporary files and the logs; the former go away at the end. */
  readonly workDir: string
  /** What came over the network stays here: files by their sum, and `images/`. */
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
 * Does a job in a folder of its own below workDir, gone afterwards. `key`: whose lock the caller holds, so that what is
 * there was left by a build that was killed.
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

/** The context with a signal that also aborts when `stop` does. */
function withSignal(c: BuildContext, stop: AbortSignal): BuildContext {
  return { ...c, signal: c.signal ? AbortSignal.any([c.signal, stop]) : stop }
}

/** Runs jobs side by side; when one fails the others are stopped and awaited, and its error is thrown. */
export async function sideBySide(
  c: BuildContext,
  jobs: readonly ((c: BuildContext) => Promise<void>)[],
): Promise<void> {
  const stop = new AbortController()
  const inner = withSignal(c, stop.signal)
  const failures: unknown[] = []
  await Promise.all(
    jobs.map((job) =>
      job(inner).catch((error: unknown) => {
        failures.push(error)
        stop.abort()
      }),
    ),
  )
  // The first failure is the cause; the others were most likely interrupted by it.
  const first = failures.find((f) => !(f instanceof Interrupted)) ?? failures[0]
  if (first instanceof Error) throw first
}

/**
 * Runs a long command with its output in `log`. `timeout` leads it: a process group of its own that ends as a whole, so
 * that an interrupted make leaves no compiler behind (timeout(1)). Throws CommandError whose hint names the log,
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
    throw new CommandError({ ...error.failure, argv }, { hint: `the whole log: ${log}`, cause: error })
  } finally {
    await new Promise<void>((done) => file.end(done))
  }
}
