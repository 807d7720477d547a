/** Guests that answer from a script; a command nobody expected fails the test. */
import type { Duplex } from 'node:stream'
import type { Test } from 'tap'
import { CommandError } from '../../src/errors.js'
import type { Guest, GuestAddress, Guests, Terminal } from '../../src/guest/types.js'
import type { Filter, Output, RunOptions } from '../../src/host/types.js'

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
  /** Runs what the guests are told for real, in folders of the test; without it `answers` answer. */
  shell: GuestShell | undefined
  /** Called at each connect; throw from it to make it fail. */
  onConnect: (address: GuestAddress) => void
  /** What a forwarded connection leads to. */
  onForward: (node: string, host: string, port: number) => Promise<Duplex>
  /** What a terminal is connected to. */
  onTerminal: (node: string, argv: readonly string[]) => Promise<Terminal>
  /** Called before each `put`; throw from it to make it fail. */
  onPut: (node: string) => void
}

/** Guests whose commands run on this host, each in a home folder of its own. */
export interface GuestShell {
  run(node: string, argv: readonly string[], options: RunOptions): Promise<Output>
  filter(node: string, argv: readonly string[]): Promise<Filter>
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
    run: (argv, options = {}) =>
      fake.shell
        ? (fake.calls.push({ node, text: argv.join(' '), options }), fake.shell.run(node, argv, options))
        : reply({ node, text: argv.join(' '), options }),
    sudo: (script, args = [], options = {}) => reply({ node, text: `sudo: ${[script, ...args].join(' ')}`, options }),
    forward: (host, port) => {
      fake.calls.push({ node, text: `forward ${host}:${port}`, options: {} })
      return fake.onForward(node, host, port)
    },
    terminal: (argv, size) => {
      fake.calls.push({ node, text: `terminal ${size.columns}x${size.rows}: ${argv.join(' ')}`, options: {} })
      return fake.onTerminal(node, argv)
    },
    filter: (argv) => {
      if (!fake.shell) {
        t.fail(`unexpected on ${node}: ${argv.join(' ')}`)
        throw new Error(`unexpected on ${node}`)
      }
      fake.calls.push({ node, text: argv.join(' '), options: {} })
      return fake.shell.filter(node, argv)
    },
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
    shell: undefined,
    onForward: (node) => {
      t.fail(`unexpected on ${node}: forward`)
      return Promise.reject(new Error(`unexpected on ${node}`))
    },
    onTerminal: (node) => Promise.reject(new Error(`unexpected on ${node}: a terminal`)),
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
