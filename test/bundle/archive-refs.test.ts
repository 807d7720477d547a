import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { archiveRefs } from '../../src/bundle/archive-refs.js'
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
    'zz/layer.tar': 'x'.repeat(100_001),
    'aa/layer.tar': '',
    [`${'long'.repeat(20)}/${'long'.repeat(20)}/x`]: 'y',
  }
  for (const format of ['gnu', 'pax', 'ustar'])
    t.same(await archiveRefs(await pack(t, files, `--format=${format}`)), ['calico/node:v3.14.2', 'x:1'], format)
})

t.test('what is no image archive', async (t) => {
  await t.rejects(archiveRefs(await pack(t, { 'x.json': '[]' })), { constructor: CorruptError, message: /has no manifest\.json/ })
  await t.rejects(archiveRefs(await pack(t, { 'manifest.json': 'x' })), { constructor: CorruptError, message: /is not JSON/ })
  await t.rejects(archiveRefs(await pack(t, { 'manifest.json': '{}' })), CorruptError)
  const dir = t.testdir({ empty: '', text: 'no tar, but longer than a header: '.repeat(40) })
  for (const name of ['empty', 'text']) await t.rejects(archiveRefs(join(dir, name)), CorruptError, name)
  const gz = await pack(t, { 'manifest.json': manifest }, '-z')
  await t.rejects(archiveRefs(gz), CorruptError, 'compressed')
})
