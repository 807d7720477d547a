/** A command that a stream runs through, such as zstd. */
import { spawn } from 'node:child_process'
import { CommandError, HostError } from '../errors.js'
import { tail } from './tail.js'
import type { Guardian } from './guardian.js'
import type { Filter } from './types.js'
import { english } from '../words/say.js'

const TAIL = 4000

/**
 * Starts `file` with a pipe at each end; `done` throws CommandError if it fails. `kill` ends it without an error: its
 * reader has seen enough.
 */
export function createFilter(
  file: string,
  argv: readonly string[],
  { env, guardian }: { readonly env: NodeJS.ProcessEnv; readonly guardian: Guardian },
): Filter {
  const started = performance.now()
  const { child, unguard } = guardian.guard((mark) =>
    spawn(file, argv.slice(1), { env: { ...env, ...mark }, stdio: ['pipe', 'pipe', 'pipe'], detached: true }),
  )
  let said = ''
  let killed = false
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-TAIL)
  })
  // Its exit status reports it. A write after its end must not become an unhandled event.
  child.stdin.on('error', () => undefined)
  const done = new Promise<void>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(
        new HostError(english('{path}: {message}', { path: file, message: cause.message }), {
          hint: 'klab doctor',
          cause,
        }),
      ),
    )
    child.once('close', (code, signal) => {
      unguard()
      if (code === 0 || killed) return resolve()
      const durationMs = performance.now() - started
      reject(
        new CommandError({
          where: 'host',
          argv,
          exitCode: code ?? undefined,
          signal: signal ?? undefined,
          timedOut: false,
          durationMs,
          tail: tail(said),
        }),
      )
    })
  })
  // The caller who awaits it gets the error. Perhaps nobody awaits it, if something else has failed first.
  done.catch(() => undefined)
  return {
    input: child.stdin,
    output: child.stdout,
    done,
    kill: () => {
      killed = true
      child.kill('SIGKILL')
      child.stdout.destroy()
    },
  }
}
