/** Guests that answer from a script; a command nobody expected fails the test. */
import type { Test } from 'tap'
import { CommandError } from '../../src/errors.js'
import type { Guest, GuestAddress, Guests } from '../../src/guest/types.js'
import type { Output, RunOptions } from '../../src/host/types.js'

export interface GuestCall {
  readonly node: string
  /** The words of `run`, or `sudo: SCRIPT`. */
  readonly text: string
  readonly options: RunOptions
}

/** stdout, an Output's parts, an error to throw, or undefined: not this answer's business. */
export type Answer = (
  call: GuestCall,
) => string | Partial<Output> | Error | undefined | Promise<string | Partial<Output> | Error | undefined>

export interface FakeGuests extends Guests {
  readonly calls: GuestCall[]
  /** Node → path → what `put` wrote there last. */
  readonly files: Map<string, Map<string, { readonly content: string; readonly mode: number | undefined }>>
  readonly addresses: GuestAddress[]
  /** Guest connections that were closed, by node. */
  readonly closed: string[]
  /** Asked in order, the first that answers wins. */
  readonly answers: Answer[]
  /** Called at each connect; throw from it to make it fail. */
  onConnect: (address: GuestAddress) => void
  /** Called before each `put`; throw from it to make it fail. */
  onPut: (node: string) => void
}

/** A command's failure as the SSH door words it. */
export const failure = (node: string, argv: readonly string[], exitCode: number | undefined, tail = ''): CommandError =>
  new CommandError({ where: node, argv, exitCode, signal: undefined, timedOut: false, durationMs: 1, tail })

/** No answers yet. */
export function createFakeGuests(t: Test, ...answers: Answer[]): FakeGuests {
  const reply = async (call: GuestCall): Promise<Output> => {
    fake.calls.push(call)
    for (const answer of fake.answers) {
      const given = await answer(call)
      if (given === undefined) continue
      if (given instanceof Error) throw given
      const output = {
        stdout: '',
        stderr: '',
        exitCode: 0,
        durationMs: 1,
        ...(typeof given === 'string' ? { stdout: given } : given),
      }
      if (output.exitCode !== 0 && !call.options.allowFailure)
        throw failure(call.node, [call.text], output.exitCode, output.stderr)
      return output
    }
    t.fail(`unexpected on ${call.node}: ${call.text}`)
    throw new Error(`unexpected on ${call.node}: ${call.text}`)
  }
  const guest = (node: string): Guest => ({
    node,
    run: (argv, options = {}) => reply({ node, text: argv.join(' '), options }),
    sudo: (script, args = [], options = {}) => reply({ node, text: `sudo: ${[script, ...args].join(' ')}`, options }),
    put: (files) =>
      Promise.resolve().then(() => {
        fake.onPut(node)
        const disk = fake.files.get(node) ?? new Map<string, { content: string; mode: number | undefined }>()
        fake.files.set(node, disk)
        for (const f of files) disk.set(f.path, { content: f.content, mode: f.mode })
      }),
    close: () => Promise.resolve(void fake.closed.push(node)),
  })
  const fake: FakeGuests = {
    calls: [],
    files: new Map(),
    addresses: [],
    closed: [],
    answers,
    onConnect: () => undefined,
    onPut: () => undefined,
    connect: (address) =>
      Promise.resolve().then(() => {
        fake.addresses.push(address)
        fake.onConnect(address)
        return guest(address.node)
      }),
    close: () => Promise.resolve(void fake.closed.push('all')),
  }
  return fake
}
