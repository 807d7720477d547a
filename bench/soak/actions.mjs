// What the soak does to its lab in a round: a verb, which may be killed, and what that does to the truth.
import { booted, maybeBooted, NODES } from './model.mjs'

/** Snapshots that are kept; one more means that one is deleted first. */
const MOST_SNAPSHOTS = 4

// An action: `may` says whether it can be done now; `act` does it, through `c.verb`, and tells the model.

const save = {
  name: 'save',
  act: async (c) => {
    const name = `s${c.round}`
    const { killed } = await c.verb('save', ['snapshot', 'save', name, ...(c.chance(0.5) ? ['--no-live'] : [])])
    c.model.saved(name, killed)
  },
}

const restore = {
  name: 'restore',
  may: (c) => c.model.snapshots.size > 0,
  act: async (c) => {
    const name = c.pick([...c.model.snapshots.keys()])
    const undo = name === 'undo' || c.chance(0.5)
    const args = name === 'undo' ? ['undo'] : ['restore', name, ...(undo ? [] : ['--no-undo'])]
    const { killed } = await c.verb(undo ? 'restore' : 'restore --no-undo', ['snapshot', ...args])
    c.model.restored(name, { undo, killed })
  },
}

const halt = {
  name: 'halt',
  act: async (c) => {
    const { killed } = await c.verb('halt', ['halt'])
    c.model.now = killed ? c.model.now.flatMap(maybeBooted) : c.model.now.map((s) => booted(s))
    if (killed || c.chance(0.6)) return
    // Of a halted lab: its disks.
    const name = `s${c.round}`
    c.model.saved(name, (await c.verb('save halted', ['snapshot', 'save', name])).killed)
  },
}

/** As by pulling the plug. */
const pull = {
  name: 'halt --force',
  act: async (c) => {
    const { killed } = await c.verb('halt --force', ['halt', '--force'])
    c.model.now = killed ? c.model.now.flatMap(maybeBooted) : c.model.now.map((s) => booted(s))
  },
}

const crash = {
  name: 'a QEMU killed',
  act: async (c) => {
    const node = c.pick(NODES)
    c.fault(`kill -9 of ${node}'s QEMU`)
    process.kill(c.qemuOf(node), 'SIGKILL')
    c.model.now = c.model.now.map((s) => booted(s, node))
  },
}

const pause = {
  name: 'machines paused',
  act: async (c) => {
    for (const node of c.chance(0.5) ? NODES : [c.pick(NODES)]) {
      c.fault(`virsh suspend ${node}`)
      c.lab.virsh('suspend', `klab-${c.lab.record.id}-${node}`)
    }
  },
}

const drop = {
  name: 'delete',
  may: (c) => c.model.snapshots.size > 0,
  act: async (c) => {
    const name = c.pick([...c.model.snapshots.keys()])
    c.model.deleted(name, (await c.verb('delete', ['snapshot', 'delete', name])).killed)
  },
}

const flatten = {
  name: 'flatten',
  act: async (c) => void (await c.verb('flatten', ['snapshot', 'flatten'])),
}

/** Boots take minutes under emulation: what needs one comes less often. */
const ALL = [
  ...Array(5).fill(save),
  ...Array(8).fill(restore),
  ...Array(2).fill(pause),
  ...Array(2).fill(drop),
  flatten,
  halt,
  pull,
  crash,
]

/** One of them, as chance has it. */
export function chooseAction(c) {
  if (c.model.snapshots.size >= MOST_SNAPSHOTS && c.chance(0.5)) return drop
  const may = ALL.filter((a) => a.may?.(c) ?? true)
  return c.pick(c.model.snapshots.size >= MOST_SNAPSHOTS ? may.filter((a) => a !== save) : may)
}
