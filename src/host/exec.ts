/** Runs commands on the host. Only this file starts processes. */
import { access, constants, open } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { spawn } from 'node:child_process'
import { CommandError, HostError, Interrupted } from '../errors.js'
import { createFilter } from './filter.js'
import { createGuardian } from './guardian.js'
import { LIMIT_MS } from './limits.js'
import { splitLines } from './lines.js'
import { tail } from './tail.js'
import type { Filter, HostEnv, HostExec, HostRunOptions, Output } from './types.js'
import { english } from '../words/say.js'

/** On Debian an ordinary user's default PATH has no sbin, but mkfs and similar tools are there. */
const SBIN = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** ms between asking a command to end and killing it. Who presses Ctrl-C waits for at most two seconds. */
const GRACE_MS = { timeout: 5000, abort: 1500 }

/** Signals a command's whole group. A build tool's compilers would otherwise go on and keep its output open. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // It is gone.
  }
}

/**
 * Ends a command's group when its time is over or the signal aborts. `why` says which it was, `stop` ends the watch.
 * `cut` closes its output: what it started in a session of its own is in no group of ours, and may keep that open.
 */
function watchEnd(
  pid: number | undefined,
  o: { readonly signal: AbortSignal | undefined; readonly timeoutMs: number; readonly cut: () => void },
): { why: () => 'timeout' | 'abort' | undefined; stop: () => void } {
  let why: 'timeout' | 'abort' | undefined
  let killer: NodeJS.Timeout | undefined
  const end = (reason: 'timeout' | 'abort') => (): void => {
    why ??= reason
    signalGroup(pid, 'SIGTERM')
    killer ??= setTimeout(() => {
      signalGroup(pid, 'SIGKILL')
      o.cut()
    }, GRACE_MS[reason])
  }
  const [onTime, onAbort] = [end('timeout'), end('abort')]
  const timer = Number.isFinite(o.timeoutMs) ? setTimeout(onTime, o.timeoutMs) : undefined
  o.signal?.addEventListener('abort', onAbort, { once: true })
  const stop = (): void => {
    clearTimeout(timer)
    clearTimeout(killer)
    o.signal?.removeEventListener('abort', onAbort)
  }
  return { why: () => why, stop }
}

/** A HostExec for this process's environment. Throws CommandError, HostError (tool missing), Interrupted. */
export function createExec(host: HostEnv, { limitMs = LIMIT_MS } = {}): HostExec {
  const path = [...new Set([...(host.env['PATH'] ?? '/usr/bin:/bin').split(delimiter).filter(Boolean), ...SBIN])]
  const guardian = createGuardian()
  const base = { ...host.env, PATH: path.join(delimiter), LC_ALL: 'C' }

  const which = async (tool: string): Promise<string | undefined> => {
    for (const dir of isAbsolute(tool) ? [''] : path) {
      const file = dir ? join(dir, tool) : tool
      if (
        await access(file, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return file
    }
    return undefined
  }

  const run = async (argv: readonly string[], o: HostRunOptions = {}): Promise<Output> => {
    const [tool, ...args] = argv
    if (tool === undefined) throw new TypeError('empty argv')
    // Not loaded before it is needed: a verb that only prints does without. Loaded before the signal is checked,
    // because it may abort during the load.
    const { execa } = await import('execa')
    if (o.signal?.aborted) throw new Interrupted()
    const started = performance.now()
    const stdin = o.input === undefined ? 'ignore' : 'pipe'
    const start = (mark: Readonly<Record<string, string>>) =>
      execa(tool, args, {
        cwd: o.cwd ?? host.cwd,
        env: { ...base, ...o.env, ...mark },
        extendEnv: false,
        reject: false,
        // A Ctrl-C on the terminal reaches the whole foreground group. klab itself decides what to end, so children get
        // their own group.
        detached: true,
        stripFinalNewline: false,
        all: o.onLine !== undefined,
        maxBuffer: 64 * 1024 * 1024,
        ...(o.input === undefined ? {} : { input: o.input }),
        // execa's types know no number after stderr. At run time it passes the descriptor on, as spawn does.
        ...(o.passFd === undefined ? { stdin } : ({ stdio: [stdin, 'pipe', 'pipe', o.passFd] } as object)),
      })
    const { child, unguard } = guardian.guard(start)
    const lines = async (onLine: (line: string) => void): Promise<void> => {
      const split = splitLines(onLine)
      for await (const chunk of child.iterable({ from: 'all', binary: true })) split.add(chunk)
      split.end()
    }
    const cut = (): void => [child.stdout, child.stderr].forEach((stream) => void stream.destroy())
    const watch = watchEnd(child.pid, { signal: o.signal, timeoutMs: o.timeoutMs ?? limitMs, cut })
    // Wait until the last line has been passed on.
    const [r] = await Promise.all([child, o.onLine && lines(o.onLine).catch(() => undefined)]).finally(() => {
      watch.stop()
      unguard()
    })
    const durationMs = performance.now() - started
    const timedOut = watch.why() === 'timeout'
    if (watch.why() === 'abort') throw new Interrupted()
    if (r.code === 'ENOENT')
      throw new HostError(english('{tool}: command not found', { tool }), { hint: 'klab doctor', cause: r })
    const output = { stdout: r.stdout, stderr: r.stderr, exitCode: r.exitCode ?? 255, durationMs }
    if (timedOut || (r.failed && !(o.allowFailure && r.exitCode !== undefined))) {
      const text = output.stderr || output.stdout || (r.shortMessage ?? '')
      throw new CommandError(
        {
          where: 'host',
          what: o.what,
          argv,
          exitCode: r.exitCode,
          signal: r.signal,
          timedOut,
          durationMs,
          tail: tail(text),
        },
        { cause: r },
      )
    }
    return output
  }

  const spawnDetached = async (argv: readonly string[], o: { log?: string; cwd?: string } = {}): Promise<number> => {
    const [tool, ...args] = argv
    if (tool === undefined) throw new TypeError('empty argv')
    const file = await which(tool)
    if (file === undefined) throw new HostError(english('{tool}: command not found', { tool }), { hint: 'klab doctor' })
    const log = o.log === undefined ? undefined : await open(o.log, 'a', 0o600)
    try {
      const child = spawn(file, args, {
        detached: true,
        cwd: o.cwd ?? '/',
        env: base,
        stdio: ['ignore', log?.fd ?? 'ignore', log?.fd ?? 'ignore'],
      })
      await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
      child.unref()
      return child.pid ?? -1
    } finally {
      await log?.close()
    }
  }

  const filter = async (argv: readonly string[]): Promise<Filter> => {
    const [tool = ''] = argv
    const file = await which(tool)
    if (file === undefined) throw new HostError(english('{tool}: command not found', { tool }), { hint: 'klab doctor' })
    return createFilter(file, argv, { env: base, guardian })
  }

  return { run, which, spawnDetached, filter }
}
