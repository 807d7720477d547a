/** One command over an open SSH connection. */
import { performance } from 'node:perf_hooks'
import type { Client, ClientChannel } from 'ssh2'
import { CommandError, Interrupted, type CommandFailure } from '../errors.js'
import { splitLines } from '../host/lines.js'
import { tail } from '../host/tail.js'
import type { Output, RunOptions } from '../host/types.js'
import { english } from '../words/say.js'

/** Of stdout and of stderr. More is a failure, because half an output that looks complete is worse. */
const MAX_BYTES = 16 * 1024 * 1024

/** The connection was gone before the command could start, so it is safe to begin again on a new one. */
export class NotStarted extends Error {}

export interface RemoteCommand {
  readonly node: string
  /** For messages. */
  readonly argv: readonly string[]
  /** For the guest's shell. */
  readonly line: string
}

interface End {
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  readonly why?: string
  /** Ended by us: time-out or abort. */
  readonly stopped?: boolean
}

/** sshd's MaxSessions: the connection itself is still good. */
export const NO_CHANNEL = /channel open failure/i

/** Runs the command. Throws CommandError, Interrupted (the guest gets SIGTERM, then a closed channel), NotStarted. */
export async function runCommand(client: Client, command: RemoteCommand, o: RunOptions): Promise<Output> {
  if (o.signal?.aborted) throw new Interrupted()
  const started = performance.now()
  const { onLine } = o
  const from = (stream: 'stdout' | 'stderr'): Collector => collect(onLine && ((line) => onLine(line, stream)))
  const [stdout, stderr] = [from('stdout'), from('stderr')]
  const late = o.timeoutMs === undefined ? undefined : AbortSignal.timeout(o.timeoutMs)
  const stop = AbortSignal.any([o.signal, late].filter((s) => s !== undefined))
  const end = await onChannel(client, command, stop, (channel) =>
    follow(channel, { stdout, stderr, stop, input: o.input }),
  )
  if (o.signal?.aborted && end.stopped) throw new Interrupted()
  const output = {
    stdout: stdout.end(),
    stderr: stderr.end(),
    exitCode: end.exitCode ?? 255,
    durationMs: performance.now() - started,
  }
  if (end.exitCode === 0 || (o.allowFailure && end.exitCode !== undefined)) return output
  throw failure({ ...command, what: o.what }, end, output)
}

function failure(command: RemoteCommand & Pick<CommandFailure, 'what'>, end: End, output: Output): CommandError {
  const text = [tail(output.stderr || output.stdout), end.why].filter(Boolean).join('\n')
  return new CommandError({
    where: command.node,
    what: command.what,
    argv: command.argv,
    exitCode: end.exitCode,
    signal: end.signal,
    timedOut: end.stopped ?? false,
    durationMs: output.durationMs,
    tail: text,
  })
}

/**
 * Starts the command and passes its channel to `attend` within ssh2's callback. A short command's exit status may be in
 * the same packet that opened the channel. A listener that is attached a microtask later would miss it.
 */
function onChannel(
  client: Client,
  command: RemoteCommand,
  stop: AbortSignal,
  attend: (channel: ClientChannel) => Promise<End>,
): Promise<End> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new NotStarted('the connection was lost'))
    client.once('close', gone)
    // A hung guest may never answer.
    stop.addEventListener('abort', () => resolve({ stopped: true }), { once: true })
    try {
      client.exec(command.line, (error, channel) => {
        client.removeListener('close', gone)
        if (!error) void attend(channel).then(resolve)
        else if (NO_CHANNEL.test(error.message)) resolve({ why: error.message })
        else reject(new NotStarted(error.message))
      })
    } catch (error) {
      // ssh2 throws `Not connected` when it already knows.
      client.removeListener('close', gone)
      reject(new NotStarted('not connected', { cause: error }))
    }
  })
}

function follow(
  channel: ClientChannel,
  {
    stdout,
    stderr,
    stop,
    input,
  }: {
    readonly stdout: Collector
    readonly stderr: Collector
    readonly stop: AbortSignal
    readonly input: RunOptions['input']
  },
): Promise<End> {
  return new Promise<End>((resolve) => {
    const quit = (end: End): void => {
      resolve(end)
      channel.signal('TERM')
      channel.destroy()
    }
    const take = (sink: Collector) => (data: Buffer) => {
      // We ended it; the connection did not break. So nobody should start it again.
      if (!sink.add(data))
        quit({ signal: 'SIGTERM', why: english('more than {most} bytes of output', { most: MAX_BYTES }) })
    }
    let exit: End = { why: english('the connection was lost') }
    channel.on('data', take(stdout))
    channel.stderr.on('data', take(stderr))
    channel.on('exit', (code: number | null, signal?: string) => (exit = { exitCode: code ?? undefined, signal }))
    // A guest that closes early must not crash klab with EPIPE. The exit status says what happened.
    channel.on('error', () => undefined)
    channel.on('close', () => resolve(exit))
    stop.addEventListener('abort', () => quit({ stopped: true }), { once: true })
    if (stop.aborted) quit({ stopped: true })
    else channel.end(input)
  })
}

interface Collector {
  /** False when it is too much. */
  add(data: Buffer): boolean
  end(): string
}

/** Collects a stream as bytes (a packet may cut a character in two) and calls onLine for each complete line. */
function collect(onLine: ((line: string) => void) | undefined): Collector {
  const chunks: Buffer[] = []
  const lines = onLine && splitLines(onLine)
  let bytes = 0
  return {
    add: (data) => {
      chunks.push(data)
      bytes += data.length
      lines?.add(data)
      return bytes <= MAX_BYTES
    },
    end: () => {
      lines?.end()
      return Buffer.concat(chunks).toString('utf8')
    },
  }
}
