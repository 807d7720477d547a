/** The kernel's command line, which depends on image and Kubernetes; all versions share the image itself. */
import t from 'tap'
import { createArtifacts } from '../../src/node-image/artifacts.js'
import { fourNodes, labOf, makeWorld } from '../fakes/world.js'

const V1 = /(?: |^)systemd\.unified_cgroup_hierarchy=0 cgroup_disable=net_cls,/

t.test('cgroups: v1 for versions up to 1.24 and for plain machines, where the image can boot with it', async (t) => {
  const world = makeWorld(t)
  // As if every image were in the cache.
  const layers = { ...world.layers, build: (key: string) => Promise.resolve(`/layers/${key}`) }
  const base = (more: string) =>
    createArtifacts({ ...world, layers }, labOf(fourNodes(more)), 'ready').base(() => undefined)
  const k = (version: string) => `kubernetes: { version: ${version}, runtime: containerd, bundle: { dir: b } }\n`
  const keys = new Set<string>()
  for (const [more, v1] of [
    ['', true],
    ['kubernetes: false\n', true],
    [k('1.24.17'), true],
    [k('1.25.16'), false],
    [`image: debian-13\n${k('1.25.16')}`, false],
    ['image: debian-13\nkubernetes: false\n', false],
  ] as const) {
    const { boot, key } = await base(more)
    if (boot.kind !== 'direct') throw new Error(boot.kind)
    t.equal(V1.test(boot.cmdline), v1, more)
    keys.add(key)
  }
  t.equal(keys.size, 2, 'one for each of klab’s images')
})
