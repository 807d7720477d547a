import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { importArchives } from '../../src/bundle/archive/import-archives.js'
import { readDockerArchive } from '../../src/bundle/archive/docker-archive-read.js'
import { archive } from './fixtures/images.js'
import { makeContext } from './fixtures/world.js'

const none = { arch: 'amd64', has: () => false }

t.test('each image of an archive gets a layer of its own, with the same id as before', async (t) => {
  const c = makeContext(t)
  const file = await archive(c.dir, join(c.dir, 'a.tar'), ['nginx:1.25', 'busybox:1'])
  const made = await importArchives([file], none, c)
  t.same(
    made.map((m) => m.refs),
    [['nginx:1.25'], ['busybox:1']],
  )
  const before = await readDockerArchive(file)
  for (const [i, m] of made.entries()) {
    const [image] = await readDockerArchive(m.file)
    t.equal(image?.config, before[i]?.config)
    t.equal(createHash('sha256').update(readFileSync(m.file)).digest('hex'), m.sha256)
    t.same(readdirSync(dirname(m.file)).sort(), ['about.json', 'images.tar'])
  }
  const again = await importArchives([file], none, c)
  t.same(again, made)
  t.equal((await c.layers.list()).length, 2)
  t.same(readdirSync(c.workDir), [], 'no work folder stays')
})

t.test('what the bundle has is left out', async (t) => {
  const c = makeContext(t)
  const file = await archive(c.dir, join(c.dir, 'a.tar'), ['k8s.gcr.io/pause:3.6', 'busybox:1'])
  const made = await importArchives([file], { ...none, has: (ref) => ref.includes('pause') }, c)
  t.same(made.flatMap((m) => m.refs), ['busybox:1']) // prettier-ignore
  t.match(c.lines, ['not used: k8s.gcr.io/pause:3.6: the lab’s bundle has it'])
})

t.test('an archive that is compressed, damaged, of another machine, or has no names is refused', async (t) => {
  const c = makeContext(t)
  const file = await archive(c.dir, join(c.dir, 'a.tar'), ['x/y:1'])
  const hand = (path: string) => importArchives([path], none, c)
  execFileSync('gzip', ['-k', file])
  await t.rejects(hand(`${file}.gz`), { code: 'corrupt', message: /is compressed \(gzip\)/, hint: /gunzip/ })
  const other = await archive(c.dir, join(c.dir, 'arm.tar'), ['x/y:1'], 'arm64')
  await t.rejects(hand(other), { code: 'corrupt', message: /is for linux\/arm64, not linux\/amd64/ })
  // A byte of a layer, in the middle of a file that is none of the small ones.
  const bytes = readFileSync(file)
  const at = bytes.indexOf('amd64-x_y_1')
  bytes.write('X', at)
  writeFileSync(join(c.dir, 'bad.tar'), bytes)
  await t.rejects(hand(join(c.dir, 'bad.tar')), { code: 'corrupt', message: /has the sum|has \d+ layers/ })
  const nameless = readFileSync(file).toString('latin1').replace('["x/y:1"]', '[       ]')
  writeFileSync(join(c.dir, 'nameless.tar'), Buffer.from(nameless, 'latin1'))
  await t.rejects(hand(join(c.dir, 'nameless.tar')), { code: 'corrupt', message: /has no image with a name/ })
  writeFileSync(join(c.dir, 'text.tar'), 'no archive')
  await t.rejects(hand(join(c.dir, 'text.tar')), { code: 'corrupt' })
  t.ok(statSync(file).size > 0)
  t.equal((await c.layers.list()).length, 0, 'nothing of them is kept')
})
