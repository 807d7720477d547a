/** A guest whose kernel hangs at its start is switched off and on again; one that boots, however slowly, is not. */
import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import t, { type Test } from 'tap'
import { ProbeError } from '../../src/errors.js'
import { machineSpec } from '../../src/node/machine.js'
import { domainName } from '../../src/node/names.js'
import { withHungBootRestarted } from '../../src/node/stuck-boot.js'
import { cards, fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const MINUTE = 60_000
const SPENT_NS = 181e9

/** A lab's first machine, running under emulation (unless `patience` is 1) with an empty console. */
async function booting(t: Test, { patience = 4, image = '' } = {}) {
  const world = makeWorld(t)
  const made = makeRun(world, labOf(`${fourNodes()}${image}`), { keys: true })
  const run = { ...made, profile: { ...made.profile, patience } }
  const node = run.lab.nodes[0]!
  const name = domainName(run.id, node.name)
  const { console: consoleLog } = run.paths.node(node.name)
  mkdirSync(dirname(consoleLog), { recursive: true })
  await world.hypervisor.ensureMachine(
    machineSpec(run, node, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, node.name) }),
  )
  await world.hypervisor.start(name)
  const { calls } = world.hypervisor
  calls.length = 0
  const lines: string[] = []
  const start = (): Promise<void> => world.hypervisor.start(name)
  /** Waits until `told` lines have been told, and for 5 min more on the fake clock. */
  const wait = (told = 0) =>
    withHungBootRestarted(run, { name, consoleLog, start, line: (l) => lines.push(l) }, async () => {
      while (lines.length < told) await world.clock.sleep(1000)
      for (const end = world.clock.monotonic() + 5 * MINUTE; world.clock.monotonic() < end;) {
        await world.clock.sleep(5000)
        // For what asks the disk.
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      return 'booted'
    })
  const switched = (): readonly string[] => calls.filter((c) => /^(?:start|stop)/.test(c)).map((c) => c.split(' ')[0]!)
  return { world, name, consoleLog, lines, wait, switched }
}

t.test('much CPU time and an empty console: off and on again, twice at most', async (t) => {
  const { world, name, lines, wait, switched } = await booting(t)
  world.hypervisor.cpuNs.set(name, SPENT_NS)
  t.equal(await wait(2), 'booted')
  t.same(switched(), ['stop', 'start', 'stop', 'start'])
  t.match(lines, ['its kernel hangs, a fault of QEMU’s emulation; switched off and on again'])
})

t.test('a slow boot is left alone, however long it takes', async (t) => {
  const { world, name, wait, switched } = await booting(t)
  world.hypervisor.cpuNs.set(name, SPENT_NS - 2e9)
  await wait()
  t.same(switched(), [])
})

t.test('as is a machine that has written on its console', async (t) => {
  const written = await booting(t)
  written.world.hypervisor.cpuNs.set(written.name, SPENT_NS)
  appendFileSync(written.consoleLog, '[   19.29] cloud-init')
  await written.wait()
  t.same(written.switched(), [])
})

t.test('as are a machine with KVM, and another image', async (t) => {
  const image = 'image: { path: a.qcow2 }\n'
  for (const kind of [{ patience: 1 }, { image }]) {
    const { world, name, wait, switched } = await booting(t, kind)
    world.hypervisor.cpuNs.set(name, SPENT_NS)
    await wait()
    t.same(switched(), [])
  }
})

t.test('the wait’s own error comes through; a failed restart is told, and does not end the wait', async (t) => {
  const { world, name, lines, wait } = await booting(t)
  world.hypervisor.cpuNs.set(name, SPENT_NS)
  world.hypervisor.stop = () => Promise.reject(new ProbeError('stopping', 1, 'libvirt is busy'))
  t.equal(await wait(1), 'booted')
  t.match(lines.at(-1), 'libvirt is busy')
})
