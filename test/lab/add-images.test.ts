import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { kubeadmImages } from '../../src/cluster/images.js'
import { createExec } from '../../src/host/exec.js'
import type { HostExec } from '../../src/host/types.js'
import { openLab } from '../../src/index.js'
import { createMarks } from '../../src/node/baked-phase.js'
import { domainName } from '../../src/node/names.js'
import { imagesSteps } from '../../src/phases/images.js'
import { keepCached, listCached } from '../../src/sealed/cached.js'
import { save } from '../../src/snapshot/save.js'
import { listExtraImages } from '../../src/state/extra-images.js'
import { writeRecord } from '../../src/state/record.js'
import { fakeDebian } from '../bundle/fixtures/debian.js'
import { archive } from '../bundle/fixtures/images.js'
import { fakeDoors } from '../fakes/doors.js'
import { makeRun } from '../fakes/world.js'
import { makeStage } from '../snapshot/stage.js'

/** A lab that is up; its guests have marks, and take archives from standard input. */
async function open(t: Test, host?: HostExec) {
  const s = await makeStage(t)
  const { world: stageWorld } = s
  const world = { ...stageWorld, host: host ?? createExec(stageWorld.env) }
  const record = { ...s.lab.record, completedUntil: 'ready' }
  await writeRecord(s.lab.paths.record, record)
  const marks = new Map(s.nodes.map((n) => [n, new Map<string, string>()]))
  const loaded: string[] = []
  world.guests.answers.unshift(({ node, text }) => {
    if (text.includes('grep -H')) return [...(marks.get(node) ?? [])].map(([name, sum]) => `${name}:${sum}\n`).join('')
    const [, gone] = /rm -f -- .* (images-\w+)$/.exec(text) ?? []
    if (gone !== undefined) marks.get(node)?.delete(gone)
    return gone === undefined ? undefined : ''
  })
  let breaks: string | undefined
  const connect = world.guests.connect.bind(world.guests)
  world.guests.connect = async (address, o) => {
    const guest = await connect(address, o)
    return {
      ...guest,
      filter: (argv) => {
        const [runtime = '', sum = ''] = argv.slice(-2)
        const [input, output] = [new PassThrough(), new PassThrough()]
        const done = buffer(input).then((bytes) => {
          if (breaks === address.node) throw new Error('the connection is gone')
          const refs = /"RepoTags":\["([^"]+)"/.exec(bytes.toString('latin1'))?.[1] ?? '?'
          loaded.push(`${address.node} ${runtime} ${refs}`)
          marks.get(address.node)?.set(`images-${sum.slice(0, 12)}`, sum)
          output.end()
        })
        return Promise.resolve({ input, output, done, kill: () => undefined })
      },
    }
  }
  const lab = await openLab({ doors: fakeDoors(world) })
  const file = await archive(world.dir, join(world.dir, 'own.tar'), ['own/web:1'])
  const lose = (node?: string): void => void (breaks = node)
  return { ...s, stageWorld, world, record, paths: s.lab.paths, lab, file, loaded, marks, lose }
}

t.test('all nodes get it, once; a node that came later gets it from the phase images', async (t) => {
  const s = await open(t)
  t.same(await s.lab.bundles.addImages([s.file]), { lab: 'course', refs: ['own/web:1'], added: ['own/web:1'] })
  t.same(
    [...s.loaded].sort(),
    s.nodes.map((n) => `${n} docker own/web:1`),
  )
  t.same((await s.lab.bundles.addImages([s.file])).added, [])
  t.equal(s.loaded.length, 4, 'the marks say that it is there')
  const [script] = [...(s.world.guests.files.get('k8s-node01') ?? [])]
  t.match(script, ['/usr/lib/klab/load-images.sh', { mode: 0o755 }])

  const run = { ...makeRun(s.world, s.record.lab), record: s.record, paths: s.paths }
  const step = () => imagesSteps(run, createMarks(run)).find((x) => x.id === 'images/k8s-node02')!
  const context = { line: () => undefined, signal: s.world.signal }
  const recipe = await run.artifacts.recipe()
  const baked = recipe.phases.find((p) => p.phase === 'images')!
  s.marks.get('k8s-node02')!.set('images', baked.digest)
  t.equal(await step().done?.(context), true)
  for (const name of [...s.marks.get('k8s-node02')!.keys()])
    if (name !== 'images') s.marks.get('k8s-node02')!.delete(name)
  t.equal(await step().done?.(context), false, 'a restore to the time before')
  await step().run(context)
  t.same(s.loaded.slice(4), ['k8s-node02 docker own/web:1'])
  t.equal(await step().done?.(context), true)

  // What the cache does not have any more stops no up.
  const [extra] = await listExtraImages(s.paths, s.record)
  s.marks.get('k8s-node02')!.delete(`images-${extra!.sha256.slice(0, 12)}`)
  rmSync(extra!.file)
  t.equal(await step().done?.(context), true)
})

t.test('the list outlives the lab’s folder; the cache keeps what a lab has; a sealed lab takes it along', async (t) => {
  const s = await open(t)
  await s.lab.bundles.addImages([s.file])
  const entry = (await s.lab.cache.list()).find((e) => e.kind === 'added image')
  t.match(entry, { goes: null, labs: [s.record.id] })
  t.notOk(s.paths.images.startsWith(s.paths.dir))

  for (const n of s.nodes) {
    writeFileSync(s.paths.node(n).seed, 'seed')
    writeFileSync(`${s.paths.node(n).hostKey}.pub`, 'ssh-ed25519 AAAA x\n')
  }
  writeFileSync(s.record.labfile, 'name: course\n')
  const locked = { world: s.stageWorld, paths: s.paths, record: s.record, say: () => undefined }
  await keepCached(locked, await save(locked, { name: 'sealed', kind: 'auto' }), 'k'.repeat(64))
  const [found] = await listCached(s.world)
  t.match(found?.image.extra, [{ refs: ['own/web:1'], file: entry?.path }])
  rmSync(s.paths.images)
  t.match(await listExtraImages(s.paths, { image: found!.image }), [{ refs: ['own/web:1'] }])
  await t.resolves(s.lab.bundles.addImages([s.file]))
  t.equal((await listExtraImages(s.paths, { image: found!.image })).length, 1, 'not twice')
})

t.test('klab dies, or a node goes away: the same again goes on', async (t) => {
  const s = await open(t)
  s.lose('k8s-node01')
  await t.rejects(s.lab.bundles.addImages([s.file]), { message: /connection is gone/ })
  t.match(await listExtraImages(s.paths, s.record), [{ refs: ['own/web:1'] }])
  s.lose()
  await s.lab.bundles.addImages([s.file])
  t.same(
    [...s.loaded].sort(),
    s.nodes.map((n) => `${n} docker own/web:1`),
  )
})

t.test('a newer image of the same name takes the place of the older', async (t) => {
  const s = await open(t)
  await s.lab.bundles.addImages([s.file])
  const again = await archive(s.world.dir, join(s.world.dir, 'two.tar'), ['own/web:1', 'own/db:1'])
  await s.lab.bundles.addImages([again])
  const listed = await listExtraImages(s.paths, s.record)
  t.same(listed.map((h) => h.refs), [['own/web:1'], ['own/db:1']]) // prettier-ignore
})

t.test('refused: no file, a lab that is off, one without a cluster, an image of the bundle', async (t) => {
  const s = await open(t)
  await t.rejects(s.lab.bundles.addImages([]), { code: 'usage' })
  await t.rejects(s.lab.bundles.addImages(['gone.tar']), { code: 'usage', message: /no such file/ })
  const pause = await archive(s.world.dir, join(s.world.dir, 'p.tar'), [
    kubeadmImages('1.23.17').node.find((ref) => ref.includes('pause'))!,
  ])
  t.same((await s.lab.bundles.addImages([pause])).added, [])
  t.notOk(existsSync(s.paths.images))
  for (const n of s.nodes) await s.world.hypervisor.stop(domainName(s.record.id, n), 0)
  await t.rejects(s.lab.bundles.addImages([s.file]), { code: 'state', hint: /klab up/ })
  await writeRecord(s.paths.record, { ...s.record, lab: { ...s.record.lab, kubernetes: undefined } })
  await t.rejects(s.lab.bundles.addImages([s.file]), { code: 'state', message: /no container runtime/ })
  t.notOk(readdirSync(s.world.dir).includes('images'))
})

// Its mirror is the one that this machine’s apt has.
const skip = existsSync('/etc/debian_version') ? false : 'needs Debian'
t.test('klab’s own images: made once, loaded as others are', { skip }, async (t) => {
  const asked: string[] = []
  const s = await open(t, fakeDebian(asked))
  const names = ['klab.local/busybox:1', 'klab.local/echo:1', 'klab.local/nginx:1']
  t.same((await s.lab.bundles.addImages([s.file], { own: true })).added, [...names, 'own/web:1'])
  t.equal(s.loaded.length, 4 * s.nodes.length)
  const before = asked.length
  t.same((await s.lab.bundles.addImages([], { own: true })).added, [])
  t.equal(asked.length, before)
})
