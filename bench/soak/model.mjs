// What the guests of the soak must hold, as klab's own promises say. A state says it of each node: { node: { disk, ram
// } }, the last word written to its disk and to its RAM; `ram` is null after a boot. Where klab was killed, more than
// one state is right.

const nodes = ['a', 'b']
const both = (make) => Object.fromEntries(nodes.map((n) => [n, make(n)]))

export const NODES = nodes
export const written = (word) => both(() => ({ disk: word, ram: word }))
/** After both were booted, or `only` one of them. */
export const booted = (state, only) =>
  both((n) => (only === undefined || only === n ? { ...state[n], ram: null } : state[n]))
/** A halt that was killed may have reached one node, both or none. */
export const maybeBooted = (state) => [state, ...nodes.map((n) => booted(state, n)), booted(state)]

export const describe = (state) =>
  nodes.map((n) => `${n}: disk ${state[n].disk}, ram ${state[n].ram ?? 'none'}`).join('; ')
export const same = (x, y) => nodes.every((n) => x[n].disk === y[n].disk && x[n].ram === y[n].ram)

/** The truth of a lab: what may be in the guests now, and what a restore of each snapshot may bring. */
export class Model {
  /** The states of which one must be found. */
  now = [written('none')]
  /** Name → the states that a restore may bring, and whether it must be there. */
  snapshots = new Map()

  wrote(word) {
    this.now = [written(word)]
  }

  saved(name, killed) {
    this.snapshots.set(name, { states: this.now, sure: !killed })
  }

  deleted(name, killed) {
    if (killed) this.snapshots.get(name).sure = false
    else this.snapshots.delete(name)
  }

  /** `undo`: the state of before is kept under that name. */
  restored(name, { undo, killed }) {
    const { states } = this.snapshots.get(name)
    const before = this.now
    const old = this.snapshots.get('undo')
    if (undo && killed)
      this.snapshots.set('undo', { states: [...before, ...(old?.states ?? [])], sure: old?.sure ?? false })
    else if (undo) this.snapshots.set('undo', { states: before, sure: true })
    this.now = killed ? [...before, ...states] : states
  }

  /** Compares with the names that klab lists. Returns what is wrong. */
  listed(names) {
    const problems = names.filter((n) => !this.snapshots.has(n)).map((n) => `snapshot ${n} came from nowhere`)
    for (const [name, { states, sure }] of [...this.snapshots]) {
      if (names.includes(name)) this.snapshots.set(name, { states, sure: true })
      else {
        this.snapshots.delete(name)
        if (sure) problems.push(`snapshot ${name} is lost`)
      }
    }
    return problems
  }

  /** Compares with what the guests hold; that is the truth from now on. Returns what is wrong. */
  found(state) {
    const right = this.now.some((s) => same(s, state))
    const wanted = this.now.map(describe).join('\n  or: ')
    this.now = [state]
    return right ? [] : [`the guests hold: ${describe(state)}\n  must be: ${wanted}`]
  }
}
