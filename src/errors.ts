/** Every failure klab expects. Anything that is not a KlabError is a bug and is reported as one. */
import { english } from './words/say.js'

/** What was thrown, in words. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : JSON.stringify(error))

export interface KlabErrorOptions {
  /** What to type or change next; shown on a line of its own. */
  hint?: string | undefined
  cause?: unknown
}

/** An expected failure: one message for people, a stable `code` for scripts, and the exit status of the process. */
export abstract class KlabError extends Error {
  abstract readonly code: string
  readonly exitCode: number = 1
  readonly hint: string | undefined

  constructor(message: string, options: KlabErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.hint = options.hint
  }

  toJSON(): Record<string, unknown> {
    return { code: this.code, message: this.message, hint: this.hint }
  }
}

/** Something that was asked for does not fit what is there (exit 1): a missing lab, a node that is not running… */
export class StateError extends KlabError {
  readonly code = 'state'
}

/** One field of a Labfile that differs. */
export interface Change {
  /** In the model's own field names: `nodes[1].memoryMiB`. A list that grew or shrank is one change. */
  readonly path: string
  /** As in the model; undefined: the field was not there, or is not there now. */
  readonly before: unknown
  readonly after: unknown
}

/** The Labfile is not what the lab was brought up with (exit 1). */
export class DriftError extends StateError {
  constructor(
    message: string,
    readonly changes: readonly Change[],
    options: KlabErrorOptions = {},
  ) {
    super(message, options)
  }
  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), changes: this.changes }
  }
}

/** Wrong flags or arguments (exit 2). */
export class UsageError extends KlabError {
  readonly code = 'usage'
  override readonly exitCode = 2
}

export interface LabfileIssue {
  /** Dotted path of the field, such as `nodes[1].memory`; empty for the file as a whole. */
  readonly field: string
  readonly message: string
  /** 1-based. */
  readonly line: number
  /** 1-based. */
  readonly column: number
}

/** All problems of a Labfile at once, each as `FILE:LINE:COL: field: what is wrong` (exit 2). */
export class LabfileError extends KlabError {
  readonly code = 'labfile'
  override readonly exitCode = 2
  constructor(
    readonly path: string,
    readonly issues: readonly LabfileIssue[],
    options: KlabErrorOptions = {},
  ) {
    super(
      issues
        .map(({ line, column, field, message }) =>
          english('{place} {message}', { place: `${path}:${line}:${column}:${field ? ` ${field}:` : ''}`, message }),
        )
        .join('\n'),
      options,
    )
  }
  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), path: this.path, issues: this.issues }
  }
}

export interface LessonIssue {
  readonly file: string
  /** 1-based; undefined: the file as a whole. */
  readonly line?: number | undefined
  readonly column?: number | undefined
  readonly message: string
}

/** All problems of a lesson's files at once, each as `FILE:LINE:COL: what is wrong` (exit 2). */
export class LessonError extends KlabError {
  readonly code = 'lesson'
  override readonly exitCode = 2
  constructor(
    readonly issues: readonly LessonIssue[],
    options: KlabErrorOptions = {},
  ) {
    super(issues.map(issueText).join('\n'), {
      hint: english('klab lesson lint DIR shows all that is wrong'),
      ...options,
    })
  }
  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), issues: this.issues }
  }
}

/** `FILE:LINE:COL: what is wrong`. */
export const issueText = ({ file, line, column, message }: LessonIssue): string =>
  english('{place} {message}', { place: `${file}:${line === undefined ? '' : `${line}:${column ?? 1}:`}`, message })

/** The host lacks something klab needs (exit 3); the hint is the command that fixes it. */
export class HostError extends KlabError {
  readonly code = 'host'
  override readonly exitCode = 3
}

/** Another klab works on the same lab or cache entry (exit 4). */
export class LockedError extends KlabError {
  readonly code = 'locked'
  override readonly exitCode = 4
}

export interface CommandFailure {
  /** `host`, or the node the command ran on. */
  readonly where: string
  /** What it was for, in words, where that is told. */
  readonly what?: string | undefined
  readonly argv: readonly string[]
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly timedOut: boolean
  readonly durationMs: number
  /** The last lines of stderr (or stdout where stderr is empty). */
  readonly tail: string
}

/** A command on the host or in a guest failed; carries argv, exit status, duration and the tail of its output. */
export class CommandError extends KlabError {
  readonly code = 'command'
  constructor(
    readonly failure: CommandFailure,
    options: KlabErrorOptions = {},
  ) {
    const f = failure
    const full = f.where === 'host' && /No space left on device|Disk quota exceeded/.test(f.tail)
    const how = f.timedOut
      ? english('timed out after {seconds} s', { seconds: Math.round(f.durationMs / 1000) })
      : f.signal !== undefined
        ? english('was ended by {signal}', { signal: f.signal })
        : english('failed with exit status {status}', { status: f.exitCode ?? '?' })
    const what = f.what === undefined ? '' : `${f.what}: `
    const where = `${f.where}: ${what}\`${f.argv.join(' ')}\``
    super(`${english('{place} {message}', { place: where, message: how })}${f.tail ? `\n${f.tail}` : ''}`, {
      ...options,
      hint: options.hint ?? (full ? english('free space on this host: df -h') : undefined),
    })
  }
  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), ...this.failure }
  }
}

/** Something awaited did not come: says what, for how long, and what was seen last. */
export class ProbeError extends KlabError {
  readonly code = 'probe'
  constructor(
    readonly probe: string,
    readonly waitedMs: number,
    readonly lastSeen: string,
    options: KlabErrorOptions = {},
  ) {
    super(
      english('{probe}: gave up after {seconds} s; last seen: {lastSeen}', {
        ...{ probe, seconds: Math.round(waitedMs / 1000), lastSeen: lastSeen || english('nothing') },
      }),
      options,
    )
  }
}

/** A step of a plan failed: names the phase and the step, keeps the cause. */
export class StepError extends KlabError {
  readonly code = 'step'
  constructor(
    readonly phase: string,
    readonly step: string,
    cause: unknown,
    options: KlabErrorOptions = {},
  ) {
    super(`${step}: ${messageOf(cause)}`, {
      hint: cause instanceof KlabError ? cause.hint : undefined,
      ...options,
      cause,
    })
  }
  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), phase: this.phase, step: this.step }
  }
}

/** A file klab relies on is not what its checksum or format says (exit 1). */
export class CorruptError extends KlabError {
  readonly code = 'corrupt'
}

/** What decides which programs run here could have been written by another user (exit 2). */
export class UnsafeError extends KlabError {
  readonly code = 'unsafe'
  override readonly exitCode = 2
}

/** The user pressed Ctrl-C, or klab got SIGTERM (exit 130). */
export class Interrupted extends KlabError {
  readonly code = 'interrupted'
  override readonly exitCode = 130
  constructor() {
    super(english('interrupted; run the same command again to go on'))
  }
}
