import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readRecipe } from '../../src/base-image/recipe.js'
import { debianArch } from '../../src/bundle/arch.js'
import { planSource, sourceKey } from '../../src/bundle/source/bundle.js'
import { labToolChecks } from '../../src/doctor/tools.js'
import { parseDistro } from '../../src/host/distro.js'
import { hostState } from '../../src/lab/present.js'
import { machineSpec } from '../../src/node/machine.js'
import { domainName } from '../../src/node/names.js'
import { cards, fourNodes, labOf, makeRun, makeWorld, root } from '../fakes/world.js'

const DEBIAN = parseDistro('ID=debian')

t.test('the cache: image and bundle each, and nothing is made to find out', async (t) => {
  const world = { ...makeWorld(t, { absent: ['mmdebstrap'] }), assets: root }
  const lab = labOf(fourNodes('kubernetes: { bundle: source }\n'))
  const look = async () => (await hostState(world, { id: 'x', lab })).cached
  t.same(await look(), { image: false, bundle: false })
  await world.layers.build((await readRecipe(root, 'debian-12')).key, () => Promise.resolve())
  t.same(await look(), { image: true, bundle: false })
  const manifest = {
    format: 1,
    source: 'source',
    kubernetes: '1.23.17',
    images: [],
    nodeImages: [],
    provenance: {},
    files: [],
  }
  const spec = { version: '1.23.17', cni: [{ name: 'calico', release: '3.28.5' }] } as const
  const key = await sourceKey(root, await planSource(root, spec), spec, debianArch())
  await world.layers.build(key, (dir) => {
    mkdirSync(dir, { recursive: true })
    writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest))
    return Promise.resolve()
  })
  const cached = await look()
  t.same(cached, { image: true, bundle: true })
  const tools = await labToolChecks(world, lab, cached, DEBIAN)
  t.notOk(
    tools.some((c) => c.state === 'missing'),
    'a host without mmdebstrap is fit',
  )
  t.ok((await labToolChecks(world, lab, { image: false, bundle: true }, DEBIAN)).some((c) => c.state === 'missing'))
  t.same([...new Set(world.commands)], ['qemu-system-x86_64 -netdev help'])
})

t.test('machines: those that have their memory', async (t) => {
  const world = makeWorld(t)
  const lab = labOf(fourNodes())
  const run = makeRun(world, lab)
  const { hypervisor } = world
  for (const node of lab.nodes.slice(0, 3)) {
    await hypervisor.ensureMachine(
      machineSpec(run, node, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, node.name) }),
    )
    await hypervisor.start(domainName(run.id, node.name))
  }
  await hypervisor.pause(domainName(run.id, 'k8s-node01'))
  await hypervisor.stop(domainName(run.id, 'k8s-node02'), 0)
  t.same((await hostState(world, run)).running, ['k8s-master01', 'k8s-node01'])
  hypervisor.unreachable = true
  t.same((await hostState(world, run)).running, [])
})
