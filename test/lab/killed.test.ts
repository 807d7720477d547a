/**
 * klab killed (in the fake world) at every change that up, halt and destroy make, and what a reboot of the host leaves.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { destroy } from '../../src/lab/destroy.js'
import { halt } from '../../src/lab/halt.js'
import { nodeImageKey } from '../../src/node-image/bake.js'
import { domainName } from '../../src/node/names.js'
import { planUp } from '../../src/plan/up.js'
import { executePlan } from '../../src/plan/runner.js'
import type { LabRun } from '../../src/world.js'
import { writeRecord } from '../../src/state/record.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'
import { Killed, lifeline, makeStage } from '../snapshot/stage.js'

const LABFILE = fourNodes('kubernetes: false\n')

const TWO = LABFILE.replace(/^.*k8s-node0[23].*\n/gm, '')

/** `up` of two machines without a cluster, up to their definition; `killAt` as in snapshot/stage.ts. */
async function upStage(t: Test) {
  const { step, killAt, live } = lifeline()
  const create = (argv: readonly string[]): string => {
    step()
    writeFileSync(argv.at(-2) ?? '', 'qcow2')
    // Written, and nobody there any more to see that it was.
    step()
    return ''
  }
  const world = makeWorld(t, { host: { 'qemu-img create': create } })
  world.hypervisor.onCall = step
  const seeds = {
    seed: (path: string, files: Readonly<Record<string, string>>) => {
      step()
      return world.iso.seed(path, files).then(step)
    },
  }
  const l2 = {
    ...world.l2,
    ensure: (dir: string) =>
      Promise.resolve()
        .then(step)
        .then(() => world.l2.ensure(dir)),
  }
  const run = makeRun({ ...world, iso: seeds, l2 }, labOf(TWO), { until: 'machines', keys: true })
  for (const dir of [run.paths.dir, world.roots.run, run.paths.run, world.roots.cache])
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  await world.layers.build(await nodeImageKey(run), (dir) =>
    Promise.resolve(writeFileSync(join(dir, 'disk.qcow2'), 'image')),
  )
  const go = async (): Promise<LabRun> => {
    await writeRecord(run.paths.record, run.record)
    await executePlan(planUp(run), { report: () => undefined, clock: world.clock, signal: world.signal })
    return run
  }
  return {
    world,
    run,
    go,
    killAt,
    live,
  }
}

t.test('up, killed at every change: again it makes what is missing, with the keys and ports of before', async (t) => {
  for (let n = 0, whole = false; !whole; n++) {
    const s = await upStage(t)
    s.killAt(n)
    whole = await s.go().then(
      () => true,
      () => false,
    )
    s.live()
    const keys = () => (existsSync(s.run.paths.key) ? readFileSync(s.run.paths.key, 'utf8') : undefined)
    const before = keys()
    await s.go()
    if (before !== undefined) t.equal(keys(), before, `killed at ${n}: the lab’s key stays`)
    const machines = await s.world.hypervisor.owned(s.run.id)
    t.equal(machines.length, 2, `killed at ${n}`)
    for (const { name } of s.run.lab.nodes) {
      const files = s.run.paths.node(name)
      t.ok(existsSync(files.disk) && s.world.seeds.has(files.seed), `killed at ${n}: ${name} has disk and seed`)
      const left = readdirSync(dirname(files.disk)).filter((f) => /\.(tmp|part)$/.test(f))
      t.same(left, [], 'nothing half-made')
    }
    if (whole) t.ok(n > 8, `${n} moments`)
  }
})

t.test('halt, killed at every change: again it ends what still runs', async (t) => {
  for (let n = 0, whole = false; !whole; n++) {
    const s = await makeStage(t, LABFILE)
    s.killAt(n)
    const quiet = { force: false, report: () => undefined }
    whole = await halt(s.world, s.lab, quiet).then(
      () => true,
      () => false,
    )
    const { lab } = await s.again()
    t.match(await halt(s.world, lab, quiet), { state: 'stopped' }, `killed at ${n}`)
    if (whole) t.equal(n, 4)
  }
})

t.test('destroy, killed at every change: again it takes all that is left, and nothing else', async (t) => {
  for (let n = 0, whole = false; !whole; n++) {
    const s = await makeStage(t, LABFILE)
    s.world.hypervisor.addForeign('somebody-elses')
    const { id, name } = s.lab.record
    s.killAt(n)
    // Four machines, then the switch.
    const remove = (dir: string) => (n <= 4 ? Promise.reject(new Killed()) : s.world.l2.remove(dir))
    const l2 = { ...s.world.l2, remove }
    const target = { id, name, paths: s.lab.paths }
    whole = await destroy({ ...s.world, l2 }, target, () => undefined).then(
      () => true,
      () => false,
    )
    // It may have got as far as the record.
    await s.again().catch(() => undefined)
    await destroy(s.world, target, () => undefined)
    t.same(
      (await s.world.hypervisor.list()).map((m) => m.name),
      ['somebody-elses'],
      `killed at ${n}`,
    )
    t.notOk(existsSync(s.lab.paths.dir), `killed at ${n}: no file is left`)
    t.ok(s.world.l2Calls.includes(`remove ${s.lab.paths.run}`))
    if (whole) t.equal(n, 5)
  }
})

t.test(
  'a reboot of the host: machines off, run folder gone; up makes the switch anew and touches no disk',
  async (t) => {
    const s = await upStage(t)
    await s.go()
    const domains = s.run.lab.nodes.map((n) => domainName(s.run.id, n.name))
    for (const d of domains) await s.world.hypervisor.start(d)
    const disk = s.run.paths.node('k8s-node01').disk
    writeFileSync(disk, 'work')
    for (const d of domains) s.world.hypervisor.kill(d)
    rmSync(s.world.roots.run, { recursive: true })
    s.world.l2Calls.length = 0
    await s.go()
    t.match(s.world.l2Calls, [`ensure ${s.run.paths.run}`])
    t.equal(readFileSync(disk, 'utf8'), 'work')
    t.same(
      (await s.world.hypervisor.owned(s.run.id)).map((m) => m.state),
      domains.map(() => 'crashed'),
    )
  },
)
