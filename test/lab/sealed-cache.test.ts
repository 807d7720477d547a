import t from 'tap'
import { StateError } from '../../src/errors.js'
import { findSealed, sealKey, takeSealed } from '../../src/lab/sealed-cache.js'
import type { OpenLab } from '../../src/lab/open.js'
import type { LabRun } from '../../src/world.js'
import { listCached } from '../../src/sealed/cached.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

t.test('the key: the same for the same, another one for whatever a Ready lab follows from', async (t) => {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(fourNodes()))
  const key = await sealKey(run)
  t.equal(await sealKey(makeRun(world, labOf(fourNodes()))), key)
  const recipe = await run.artifacts.recipe()
  const scripts = { files: new Map([...recipe.scripts.files, ['workers.sh', 'changed']]) }
  const others: Record<string, LabRun> = {
    'another Labfile': makeRun(world, labOf(fourNodes('network: { internet: true }\n'))),
    'another accelerator': makeRun(world, labOf(fourNodes()), { accel: 'kvm' }),
    'another script of a phase that is not baked': {
      ...run,
      artifacts: { ...run.artifacts, recipe: () => Promise.resolve({ ...recipe, scripts }) },
    },
    'another base image': {
      ...run,
      artifacts: {
        ...run.artifacts,
        base: async (line) => ({ ...(await run.artifacts.base(line)), key: 'd'.repeat(64) }),
      },
    },
  }
  for (const [what, other] of Object.entries(others)) t.not(await sealKey(other), key, what)
  world.hypervisor.able = { ...world.hypervisor.able, qemu: '8.0.0' }
  t.not(await sealKey(run), key, 'another QEMU')
})

t.test('an empty cache: nothing is built to find that out', async (t) => {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(fourNodes()))
  const open: OpenLab = {
    id: run.id,
    lab: run.lab,
    paths: run.paths,
    labfile: '/lab/Labfile',
    labfileSha256: '0',
    record: undefined,
  }
  t.strictSame(await listCached(world), [])
  t.equal(await findSealed(world, open, 'tcg'), undefined)
  t.strictSame(world.commands, [])
})

t.test('a lab with machines is never replaced', async (t) => {
  const { makeStage } = await import('../snapshot/stage.js')
  const { sealLab } = await import('../../src/lab/sealed-cache.js')
  const stage = await makeStage(t)
  const { lab, world } = stage
  const open: OpenLab = {
    id: lab.record.id,
    lab: lab.record.lab,
    paths: lab.paths,
    labfile: lab.record.labfile,
    labfileSha256: '0',
    record: lab.record,
  }
  const none = { key: 'k', dir: '/none' } as unknown as Parameters<typeof takeSealed>[2]
  t.equal(await takeSealed(world, open, none, 'tcg'), undefined)
  const run = makeRun(world, lab.record.lab)
  await t.rejects(
    sealLab(lab, open, () => sealKey(run)),
    StateError,
    'and one that is not Ready is not sealed',
  )
  t.strictSame(await listCached(world), [])
  t.strictSame(
    await stage.read(),
    Array.from({ length: 4 }, () => 'zero/zero'),
    'it runs on',
  )
})
