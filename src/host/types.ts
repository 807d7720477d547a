/** Door 4, the host: running commands, files, clock. Types only. */
import type { Readable, Writable } from 'node:stream'

export interface Output {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
  readonly durationMs: number
}

export interface RunOptions {
  /** Written to stdin, which is then closed; without it stdin is closed at once. */
  readonly input?: string | Uint8Array
  /** Without it, the limit of the place. Infinity: none, for commands that wait for another klab. */
  readonly timeoutMs?: number
  /** What it is for, such as `reading its kubeconfig`; an error says it. */
  readonly what?: string
  readonly signal?: AbortSignal
  /** Called for each line as it comes, of stdout and stderr. Only a guest says which. */
  readonly onLine?: (line: string, from?: 'stdout' | 'stderr') => void
  /** Return the output with its exit code, and do not throw CommandError. */
  readonly allowFailure?: boolean
}

/**
 * A place that runs commands: the host, or a guest over SSH. argv, never a shell string. Throws CommandError,
 * Interrupted.
 */
export interface Exec {
  run(argv: readonly string[], options?: RunOptions): Promise<Output>
}

export interface HostRunOptions extends RunOptions {
  readonly cwd?: string
  /** Added to the (sanitised, LC_ALL=C) environment. */
  readonly env?: Readonly<Record<string, string>>
  /** An open descriptor of ours that the command gets as its descriptor 3 (for flock). */
  readonly passFd?: number
}

/** A running command with a stream at each end. */
export interface Filter {
  readonly input: Writable
  readonly output: Readable
  /** Resolves when it ended well. Throws CommandError. */
  readonly done: Promise<void>
  kill(): void
}

/** The host as a place that runs commands. */
export interface HostExec extends Exec {
  run(argv: readonly string[], options?: HostRunOptions): Promise<Output>
  /** Starts a process that outlives klab (new session, stdio to /dev/null or `log`); returns its pid. */
  spawnDetached(argv: readonly string[], options?: { log?: string; cwd?: string }): Promise<number>
  /** Starts a command for streams that are too large for `run`. Throws HostError (tool missing). */
  filter(argv: readonly string[]): Promise<Filter>
  /** Absolute path of a tool on PATH (sbin folders included), or undefined. */
  which(tool: string): Promise<string | undefined>
}

export interface Clock {
  /** ms since the epoch: for people and files. It jumps if somebody sets the host's clock. */
  now(): number
  /** Whole ms since some moment. Setting the clock does not change it. For waits and durations. */
  monotonic(): number
  /** Resolves after `ms`; rejects with Interrupted when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Who runs klab and where; read once from the process in program.ts. */
export interface HostEnv {
  readonly pid: number
  readonly uid: number
  readonly user: string
  /** Absolute; empty: not known. */
  readonly home: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}
