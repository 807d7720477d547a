/** A guest's clock through qemu-guest-agent: two small messages. An SSH login takes seconds of an emulated CPU. */
import { StateError } from '../errors.js'
import type { Hypervisor, Machine } from './types.js'
import type { Virsh } from './virsh-run.js'
import { english } from '../words/say.js'

/** Seconds that the agent may take for one answer. An agent that runs answers at once, even a busy one. */
const ANSWER_S = 5

export function clockMethods({
  virsh,
  find,
}: {
  readonly virsh: Virsh
  readonly find: (name: string) => Promise<Machine | undefined>
}): Pick<Hypervisor, 'guestTime' | 'setGuestTime'> {
  const ask = async (name: string, command: object, allowFailure: boolean) => {
    const machine = await find(name)
    if (!machine) throw new StateError(english('there is no machine {name}', { name }), { hint: 'klab up' })
    return virsh(['qemu-agent-command', machine.uuid, JSON.stringify(command), '--timeout', String(ANSWER_S)], {
      allowFailure,
    })
  }
  return {
    guestTime: async (name) => {
      const { stdout, exitCode } = await ask(name, { execute: 'guest-get-time' }, true)
      // Nanoseconds, more digits than a number holds. With more than twenty it is no time, whatever the guest says.
      const ns = exitCode === 0 ? /"return":\s*(\d{1,20})(?!\d)/.exec(stdout)?.[1] : undefined
      return ns === undefined ? undefined : Number(ns.slice(0, -6))
    },
    setGuestTime: async (name, ms) => {
      await ask(name, { execute: 'guest-set-time', arguments: { time: ms * 1_000_000 } }, false)
    },
  }
}
