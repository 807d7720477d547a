/** A lab of four machines that run, in a fake world, for the tests of the snapshot verbs. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { machineSpec } from '../../src/node/machine.js'
import { segmentOf } from '../../src/network/segment.js'
import { domainName } from '../../src/node/names.js'
import type { LockedLab, Manifest } from '../../src/snapshot/types.js'
import { save } from '../../src/snapshot/save.js'
import { cachePaths } from '../../src/state/paths.js'
import { readRecord, writeRecord } from '../../src/state/record.js'
import { chainJson, makeOverlay, readDisk, writeDisk } from '../fakes/qcow2.js'
import { fourNodes, labOf, makeRun, makeWorld, type FakeWorld } from '../fakes/world.js'

export interface Stage {
  readonly world: FakeWorld
  readonly lab: LockedLab
  readonly nodes: readonly string[]
  readonly said: string[]
  /** Every node's guest puts this word into its RAM and on its disk. */
  write(word: string): void
  /** What each node holds, such as `one/one`; `-` for one that does not run. */
  read(): Promise<readonly string[]>
  /**
   * From the n-th change of the world on klab is dead: every call fails, as none is made by a process that got SIGKILL.
   */
  killAt(n: number): void
  /** Another klab, that knows only what is on disk. Returns how many changes the first one made. */
  again(): Promise<{ lab: LockedLab; calls: number }>
}

/** What a guest says of its clock: before, after, uptime before and after it was set. */
export const CLOCK = '1767225600.0 1767225627.5 100.00 100.05\n'

export class Killed extends Error {}

/** A klab that can be killed: `step` is called at each change, and from the n-th after `killAt` on it throws. */
export function lifeline() {
  let [calls, limit] = [0, Infinity]
  return {
    step: (): void => {
      calls += 1
      if (calls > limit) throw new Killed()
    },
    killAt: (n: number): void => {
      calls = 0
      limit = n
    },
    /** Nobody is dead any more. Returns how many changes there were. */
    live: (): number => {
      limit = Infinity
      return calls
    },
  }
}

/** Calico's plugin has a token that is renewed too: test/snapshot/tokens.test.ts. */
const FLANNEL = fourNodes('kubernetes: { cni: flannel }\n')

/** Four running machines, with `zero` in RAM and on disk. */
export async function makeStage(t: Test, labfile = FLANNEL): Promise<Stage> {
  const life = lifeline()
  const create = (argv: readonly string[]): string => {
    life.step()
    makeOverlay(argv.at(-1) ?? '', argv[argv.indexOf('-b') + 1] ?? '')
    return ''
  }
  const rebase = (argv: readonly string[]): string => {
    life.step()
    const [path, base] = [argv.at(-1) ?? '', argv[argv.indexOf('-b') + 1] ?? '']
    // Only the name in its header.
    if (argv.includes('-u')) return ''
    const text = readDisk(path)
    rmSync(path)
    makeOverlay(path, base)
    writeDisk(path, text)
    return ''
  }
  const world = makeWorld(t, {
    host: {
      'qemu-img create': create,
      'qemu-img rebase': rebase,
      'qemu-img info': (argv) => chainJson(argv.at(-1) ?? ''),
    },
  })
  const run = makeRun(world, labOf(labfile), { keys: true })
  world.guests.answers.push(({ text }) => (text === 'sync' ? '' : text.includes('rtc0') ? CLOCK : undefined))
  // The node image, which is not the lab's own.
  const image = join(cachePaths(world.roots).layers, 'i'.repeat(64), 'disk.qcow2')
  mkdirSync(dirname(image), { recursive: true })
  writeFileSync(image, '{}')
  const nodes = run.lab.nodes.map((n) => n.name)
  const domain = (node: string): string => domainName(run.id, node)
  await writeRecord(run.paths.record, run.record)
  const nicsOf = await segmentOf(run).ensure()
  for (const node of run.lab.nodes) {
    mkdirSync(run.paths.node(node.name).dir, { recursive: true })
    makeOverlay(run.paths.node(node.name).disk, image)
    await world.hypervisor.ensureMachine(
      machineSpec(run, node, { boot: { kind: 'disk' }, bundleIso: undefined, nics: nicsOf(node.name) }),
    )
    await world.hypervisor.start(domain(node.name))
  }
  const said: string[] = []
  const labWith = (record: LockedLab['record']): LockedLab => ({
    world,
    paths: run.paths,
    record,
    say: (l) => said.push(l),
  })
  const stage: Stage = {
    world,
    lab: labWith(run.record),
    nodes,
    said,
    write: (word) => nodes.forEach((n) => world.hypervisor.write(domain(n), word)),
    read: () =>
      Promise.all(
        nodes.map(async (n) => {
          if ((await world.hypervisor.state(domain(n))) !== 'running') return '-'
          const { ram, disk } = world.hypervisor.read(domain(n))
          return `${ram}/${disk}`
        }),
      ),
    killAt: (n) => {
      life.killAt(n)
      world.hypervisor.onCall = life.step
    },
    again: async () => {
      const made = life.live()
      world.hypervisor.onCall = () => undefined
      const record = await readRecord(run.paths.record)
      if (!record) throw new Error('the record is gone')
      return { lab: labWith(record), calls: made }
    },
  }
  stage.write('zero')
  return stage
}

export const all = (word: string): readonly string[] => Array.from({ length: 4 }, () => `${word}/${word}`)

/** Saves under a name of one's own; ids follow the clock. */
export const saveAs = (s: Stage, name: string): Promise<Manifest> => {
  s.world.clock.time += 1000
  return save(s.lab, { name, kind: 'manual' })
}
