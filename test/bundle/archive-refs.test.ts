import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { archiveRefs } from '../../src/bundle/archive/archive-refs.js'
import { readDockerArchive } from '../../src/bundle/archive/docker-archive-read.js'
import { CorruptError } from '../../src/errors.js'
import { exec } from './fixtures/world.js'

/** A tar of these files, made by tar itself. */
async function pack(t: Test, files: Record<string, string>, ...flags: string[]): Promise<string> {
  const dir = t.testdir({ in: {} })
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(dir, 'in', name, '..'), { recursive: true })
    writeFileSync(join(dir, 'in', name), content)
  }
  await exec.run(['tar', 'cf', join(dir, 'a.tar'), ...flags, '-C', join(dir, 'in'), '.'])
  return join(dir, 'a.tar')
}

const manifest = JSON.stringify([
  { Config: 'c.json', RepoTags: ['calico/node:v3.14.2', 'x:1'], Layers: [] },
  { Config: 'd.json', RepoTags: null, Layers: [] },
])

t.test('references, wherever the manifest stands and whoever wrote the tar', async (t) => {
  const files = {
    'manifest.json': manifest,
    'c.json': '{}',
    'd.json': '{}',
    'zz/layer.tar': 'x'.repeat(100_001),
    'aa/layer.tar': '',
    [`${'long'.repeat(20)}/${'long'.repeat(20)}/x`]: 'y',
  }
  for (const format of ['gnu', 'pax', 'ustar'])
    t.same(await archiveRefs(await pack(t, files, `--format=${format}`)), ['calico/node:v3.14.2', 'x:1'], format)
})

t.test(
  'a layer that is a link to another’s, as docker before 25 writes it; one that leads nowhere, or out',
  async (t) => {
    const one = (layer: string): string => JSON.stringify([{ Config: 'c.json', RepoTags: ['x:1'], Layers: [layer] }])
    const linked = async (target: string): Promise<string> => {
      const dir = t.testdir({
        in: { 'c.json': '{}', 'manifest.json': one('b/layer.tar'), a: { 'layer.tar': 'layer' }, b: {} },
      })
      symlinkSync(target, join(dir, 'in/b/layer.tar'))
      await exec.run(['tar', 'cf', join(dir, 'a.tar'), '-C', join(dir, 'in'), '.'])
      return join(dir, 'a.tar')
    }
    const [image] = await readDockerArchive(await linked('../a/layer.tar'))
    t.equal(await text(image!.layers[0]!()), 'layer')
    for (const target of ['/etc/passwd', '../../../../etc/passwd', '../gone/layer.tar', 'layer.tar'])
      await t.rejects(
        archiveRefs(await linked(target)),
        { constructor: CorruptError, message: /lacks b\/layer\.tar/ },
        target,
      )
  },
)

t.test('what is no image archive', async (t) => {
  await t.rejects(archiveRefs(await pack(t, { 'x.json': '[]' })), {
    constructor: CorruptError,
    message: /has no manifest\.json/,
  })
  await t.rejects(archiveRefs(await pack(t, { 'manifest.json': 'x' })), {
    constructor: CorruptError,
    message: /is not JSON/,
  })
  await t.rejects(archiveRefs(await pack(t, { 'manifest.json': '{}' })), CorruptError)
  const dir = t.testdir({ empty: '', text: 'no tar, but longer than a header: '.repeat(40) })
  for (const name of ['empty', 'text']) await t.rejects(archiveRefs(join(dir, name)), CorruptError, name)
  const gz = await pack(t, { 'manifest.json': manifest }, '-z')
  await t.rejects(archiveRefs(gz), CorruptError, 'compressed')
})

t.test('many entries of one configuration: it is read once; their number and its size have an end', async (t) => {
  const entries = (count: number, more = {}): string =>
    JSON.stringify(
      Array.from({ length: count }, (_, i) => ({ Config: 'c.json', RepoTags: [`x:${i}`], Layers: [], ...more })),
    )
  const same = await readDockerArchive(await pack(t, { 'manifest.json': entries(500), 'c.json': 'x'.repeat(2 ** 20) }))
  t.equal(same.length, 500)
  for (const [what, files, message] of [
    ['images', { 'manifest.json': entries(501), 'c.json': '{}' }, /names 501 images; 500 at most/],
    ['bytes', { 'manifest.json': entries(1), 'c.json': 'x'.repeat(2 ** 20 + 1) }, /c\.json has 1048577 bytes/],
    [
      'layers',
      { 'manifest.json': entries(3, { Layers: Array(7000).fill('l') }), 'c.json': '{}', l: '' },
      /more than 20000 layers/,
    ],
  ] as const)
    await t.rejects(archiveRefs(await pack(t, files)), { constructor: CorruptError, message }, what)
})
