import { appendFileSync, cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { componentKey, linkerFlags, readComponent, toolsFile } from '../../../src/bundle/source/component.js'
import { planSource, sourceKey } from '../../../src/bundle/source/bundle.js'
import { sourceRecipe, sourceVersions } from '../../../src/bundle/source/lines.js'
import { imageContents } from '../../../src/bundle/source/pack.js'
import { SOURCE_VERSIONS, nearestSource, sourceCalico, sourceContainerd } from '../../../src/versions/source.js'
import { kubeadmImages } from '../../../src/cluster/images.js'
import { makeBundle } from '../../../src/bundle/ensure.js'
import { makeContext, root } from '../fixtures/world.js'

const components = join(root, 'cloud-init/bundle/components')

t.test('every component is whole: its sums, and the version that its name and go.mod say', async (t) => {
  for (const name of readdirSync(components)) {
    const c = await readComponent(root, name)
    t.ok(name.endsWith(`-${c.version.slice(1)}`), name)
    t.match(
      c.sources['go.mod'],
      new RegExp(`^module klab\\.local/${name.replace(/-\d[\d.]*$/, '')}\n\ngo 1\\.\\d+`),
      name,
    )
    for (const path of Object.values(c.programs).filter((p) => p !== '.')) {
      const required = [...c.sources['go.mod']!.matchAll(/^\s*(?:require )?(\S+\.\S+) v/gm)].map((m) => m[1]!)
      t.ok(
        required.some((m) => path === m || path.startsWith(`${m}/`)),
        `${name}: ${path} is required`,
      )
    }
  }
})

t.test('recipes: as validate knows them, with kubeadm’s versions', async (t) => {
  t.same([...(await sourceVersions(root))].sort(), [...SOURCE_VERSIONS].sort())
  for (const version of SOURCE_VERSIONS) {
    const cni = [
      { name: 'flannel' as const },
      ...(sourceCalico(version) === undefined ? [] : [{ name: 'calico' as const, release: sourceCalico(version)! }]),
    ]
    const { recipe, components } = await planSource(root, { version, cni })
    t.equal(recipe.kubernetes, version)
    t.equal(components.get('kubernetes')!.version, `v${version}`)
    t.match(linkerFlags(components.get('kubernetes')!), `-X k8s.io/component-base/version.gitVersion=v${version} `)
    const tag = (name: string): string =>
      kubeadmImages(version)
        .all.find((ref) => ref.includes(`/${name}:`))!
        .split(':')
        .at(-1)!
    t.equal(components.get('coredns')!.version, `v${tag('coredns').replace('v', '')}`)
    const etcd = components.get('etcd')
    if (etcd) t.equal(`${etcd.version.slice(1)}-0`, tag('etcd'))
    t.equal(components.get('containerd')?.version.slice(1), sourceContainerd(version))
  }
})

t.test('every image of kubeadm and the pod networks is described, from programs that its component has', async (t) => {
  const images = await imageContents(root)
  for (const ref of [
    ...kubeadmImages('1.23.17').all,
    'klab.local/flannel:v1',
    'docker.io/calico/node:v1',
    'docker.io/calico/cni:v1',
  ])
    t.ok(images[ref.split('/').at(-1)!.split(':')[0]!], ref)
  const { components } = await planSource(root, {
    version: '1.23.17',
    cni: [{ name: 'flannel' }, { name: 'calico', release: '3.28.5' }],
  })
  for (const from of Object.values(images).flatMap((i) => Object.values(i.programs))) {
    const [role, program] = from.split('/') as [string, string]
    if (role !== 'pause') t.ok(components.get(role)?.programs[program], from)
  }
})

t.test('a version without recipe: those there are, nearest first', async (t) => {
  t.same(nearestSource('1.24.0', ['1.17.5', '1.23.17', '1.30.14', '1.37.2']), [
    '1.23.17',
    '1.30.14',
    '1.17.5',
    '1.37.2',
  ])
  await t.rejects(sourceRecipe(root, '1.99.0'), {
    code: 'usage',
    exitCode: 2,
    message: /1\.99\.0 has no recipe.*1\.23\.17/,
  })
})

t.test('a damaged recipe is named, with its file and field', async (t) => {
  const assets = t.testdir()
  cpSync(join(root, 'cloud-init'), join(assets, 'cloud-init'), { recursive: true })
  const at = (file: string): string => join(assets, 'cloud-init/bundle/components/etcd-3.5.6', file)
  const read = () => readComponent(assets, 'etcd-3.5.6')
  writeFileSync(at('component.yaml'), 'version: v3.5.6\ngo: { line: 1.19, suite: bookworm }\n')
  await t.rejects(read(), { code: 'corrupt', message: /etcd-3\.5\.6\/component\.yaml: go\.line: / })
  writeFileSync(at('component.yaml'), 'version: [')
  await t.rejects(read(), { code: 'corrupt', message: /is not YAML/ })
  rmSync(at('go.sum'))
  writeFileSync(at('component.yaml'), 'x: 1\n')
  await t.rejects(read(), { code: 'corrupt', message: /etcd-3\.5\.6 has no sums of its modules \(go\.sum\)/ })
  await t.rejects(readComponent(assets, 'etcd-9'), { code: 'corrupt', message: /etcd-9 has no component\.yaml/ })
})

t.test('a recipe without sums: named before anything is fetched or made', async (t) => {
  const assets = t.testdir({ own: {} })
  cpSync(join(root, 'cloud-init'), join(assets, 'cloud-init'), { recursive: true })
  rmSync(join(assets, 'cloud-init/bundle/components/etcd-3.5.6/go.sum'))
  const c = { ...makeContext(t, join(assets, 'own')), assets }
  const run = (argv: readonly string[]) => Promise.reject(new Error(`nothing may run: ${argv.join(' ')}`))
  const k = { version: '1.23.17', cni: 'flannel', bundle: { source: 'source' } } as const
  await t.rejects(makeBundle(k, { ...c, exec: { ...c.exec, run } }), {
    code: 'corrupt',
    message: /etcd-3\.5\.6 has no sums of its modules/,
  })
  t.same(readdirSync(join(assets, 'own')), [], 'nothing half-made')
})

t.test('a new Calico makes another bundle, but compiles no Kubernetes', async (t) => {
  const assets = t.testdir()
  cpSync(join(root, 'cloud-init'), join(assets, 'cloud-init'), { recursive: true })
  const spec = { version: '1.23.17', cni: [{ name: 'calico' as const, release: '3.28.5' }] }
  const keys = async () => {
    const plan = await planSource(assets, spec)
    const part = (role: string) => componentKey(plan.components.get(role)!, 'amd64')
    return {
      bundle: await sourceKey(assets, plan, spec, 'amd64'),
      kubernetes: part('kubernetes'),
      calico: part('calico'),
    }
  }
  const before = await keys()
  appendFileSync(join(assets, 'cloud-init/bundle/components/calico-3.28.5/go.sum'), '\n')
  const after = await keys()
  t.equal(after.kubernetes, before.kubernetes)
  t.not(after.calico, before.calico)
  t.not(after.bundle, before.bundle)
  appendFileSync(join(assets, 'cloud-init/bundle/calico-start.sh'), '\n')
  t.not((await keys()).bundle, after.bundle, 'the start script')
  t.equal((await keys()).calico, after.calico)
})

t.test('a pod network that the recipe does not have', async (t) => {
  const cni = [{ name: 'calico' as const, release: '3.25.2' }]
  await t.rejects(planSource(root, { version: '1.23.17', cni }), {
    code: 'state',
    message: /has Calico 3\.28\.5 .*not 3\.25\.2/,
  })
})

t.test('the file that names all that is compiled', async (t) => {
  const text = toolsFile(await readComponent(root, 'etcd-3.5.6'))
  t.equal(
    text,
    '// +build tools\n\npackage tools\n\nimport (\n\t_ "go.etcd.io/etcd/etcdctl/v3"\n' +
      '\t_ "go.etcd.io/etcd/server/v3"\n)\n',
  )
})
