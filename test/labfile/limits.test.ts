/** How much of a hostile file is looked at, by counts: times differ from machine to machine. */
import { execFileSync } from 'node:child_process'
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ownManifest } from '../../src/bundle/expected.js'
import { LabfileError } from '../../src/errors.js'
import { manifestDocuments } from '../../src/cluster/manifest-docs.js'
import { manifestImages } from '../../src/cluster/images.js'
import { patchCalico } from '../../src/cluster/calico-manifest.js'
import { parseLabfile } from '../../src/labfile/load.js'
import { readSource } from '../../src/labfile/source.js'

const issuesOf = (text: string): LabfileError => {
  try {
    parseLabfile(text, '/Labfile')
  } catch (error) {
    if (error instanceof LabfileError) return error
    throw error
  }
  throw new Error('was taken')
}

t.test('a Labfile: the same key again and again, and unknown ones, stop at a number', (t) => {
  t.equal(readSource(`name: a\n${'x: 1\n'.repeat(3000)}`).issues.length, 2999)
  const unknown = issuesOf(`name: a\n${Array.from({ length: 3000 }, (_, i) => `k${i}: 1\n`).join('')}`)
  t.equal(unknown.issues.length, 51)
  t.match(unknown.issues[0], { line: 2, column: 1, field: 'k0' })
  t.match(issuesOf(`name: a\n${'x: 1\n'.repeat(50_000)}`).issues, [{ message: 'has more than 40000 parts' }])
  t.end()
})

t.test('a huge Labfile, an alias bomb, depth, keys without number: 128 MiB of heap are enough to refuse them', (t) => {
  const bomb = ['a0: &a0 x', ...Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)]
  const texts = {
    bomb: bomb.join('\n'),
    depth: `name: ${'[{a: '.repeat(25_000)}`,
    keys: Array.from({ length: 30_000 }, (_, i) => `k${i}: 1\n`).join(''),
    same: 'x: 1\n'.repeat(50_000),
    proto: '__proto__: { name: a }\nconstructor: { prototype: { nodes: 1 } }\n',
  }
  const dir = t.testdir({ ...texts, huge: '' })
  // Sparse: it takes no room.
  truncateSync(join(dir, 'huge'), 100 * 2 ** 20)
  const names = [...Object.keys(texts), 'huge']
  writeFileSync(
    join(dir, 'read.ts'),
    `import { loadLabfile } from ${JSON.stringify(join(process.cwd(), 'src/labfile/load.ts'))}
for (const name of ${JSON.stringify(names)})
  await loadLabfile(${JSON.stringify(dir)} + '/' + name, name).then(
    () => console.log(name, 'taken'),
    (e) => console.log(name, e.constructor.name, e.message.length < 20_000, 'name' in {} ? 'polluted' : 'clean'),
  )`,
  )
  const said = execFileSync(
    process.execPath,
    ['--max-old-space-size=128', `--import=${join(process.cwd(), '.ci/typescript.mjs')}`, join(dir, 'read.ts')],
    { encoding: 'utf8', env: { PATH: process.env['PATH'] } },
  )
  t.same(
    said.trim().split('\n'),
    names.map((name) => `${name} LabfileError true clean`),
  )
  t.end()
})

t.test('places are right at the first and the last line, and in the middle of one', (t) => {
  const source = readSource('name: a\nos:\n  user: b\n\nkubernetes: false')
  t.same(source.place(['name']), { line: 1, column: 7 })
  t.same(source.place(['os', 'user']), { line: 3, column: 9 })
  t.same(source.place(['kubernetes']), { line: 5, column: 13 })
  t.end()
})

t.test('a manifest: keys given twice are not looked for, and its parts, bytes and depth have an end', (t) => {
  const many = `kind: x\n${'a: 1\n'.repeat(20_000)}`
  t.equal(manifestDocuments(many)?.[0]?.errors.length, 0)
  for (const far of ['- a\n'.repeat(200_000), 'a'.repeat(8 * 2 ** 20 + 1), '['.repeat(101)]) {
    t.equal(manifestDocuments(far), undefined)
    t.same(manifestImages(far), [])
    t.throws(() => patchCalico(far, {} as never), { code: 'corrupt', message: /too large for a calico\.yaml/ })
  }
  t.end()
})

t.test('a manifest that is a pipe or a device is not waited for', async (t) => {
  const dir = t.testdir({ 'ok.yaml': 'kind: x' })
  execFileSync('mkfifo', [join(dir, 'pipe')])
  symlinkSync('/dev/zero', join(dir, 'zero'))
  t.equal(await ownManifest(join(dir, 'ok.yaml')), 'kind: x')
  for (const name of ['pipe', 'zero', 'none'])
    await t.rejects(ownManifest(join(dir, name)), { code: 'usage', message: /cannot be read/ }, name)
})
