import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { BuiltBundle } from '../../src/bundle/manifest.js'
import { exportBundle, importBundle, openExport, verifyExport } from '../../src/bundle/archive/transfer.js'
import { listBundleFiles, readManifest, verifyBundle, writeBundleManifest } from '../../src/bundle/manifest.js'
import { makeContext } from './fixtures/world.js'

const key = 'ab'.repeat(32)
const sum = (data: Buffer): string => createHash('sha256').update(data).digest('hex')

/** A bundle in a cache of the test's own. */
async function built(t: Test) {
  const c = makeContext(t)
  const dir = await c.layers.build(key, async (out) => {
    for (const [path, text] of Object.entries({
      'bin/kubeadm': 'program',
      'cni/loopback': 'plugin',
      'images/k8s.1.17.5.tar': 'x'.repeat(70_000),
      'manifests/empty.yaml': '',
    })) {
      mkdirSync(join(out, path, '..'), { recursive: true })
      writeFileSync(join(out, path), text)
    }
    chmodSync(join(out, 'bin/kubeadm'), 0o755)
    await writeBundleManifest(out, {
      format: 1,
      source: 'upstream',
      kubernetes: '1.17.5',
      images: [],
      nodeImages: [],
      provenance: {},
      files: await listBundleFiles(out),
    })
  })
  const bundle: BuiltBundle = { dir, key, manifest: await readManifest(dir), cached: true }
  return { c, bundle, file: join(c.dir, 'out.tar') }
}

t.test('there and back: one file, the same bundle under the same key', async (t) => {
  const { c, bundle, file } = await built(t)
  mkdirSync(c.workDir, { recursive: true })
  const made = await exportBundle(bundle, file, c)
  t.match(made, { file, bytes: statSync(file).size, sha256: sum(readFileSync(file)) })
  t.match(
    execFileSync('tar', ['-tf', file], { encoding: 'utf8' }),
    /^klab-bundle\.json\nmanifest\.json\nbin\/kubeadm\n/,
  )
  t.same(readdirSync(c.dir).filter((n) => n.startsWith('out')), ['out.tar'], 'no partial file') // prettier-ignore
  await t.rejects(exportBundle(bundle, file, c), { code: 'state', message: /already exists/ })
  await t.rejects(exportBundle(bundle, '/nowhere/at/all.tar', c), { code: 'usage' })
  t.equal((await verifyExport(file)).kubernetes, '1.17.5')

  const there = makeContext(t, join(c.dir, 'there'))
  mkdirSync(there.dir)
  const got = await importBundle(file, made.sha256, there)
  t.match(got, { key, cached: false, manifest: bundle.manifest })
  t.same((await verifyBundle(got.dir)).problems, [])
  t.equal(statSync(join(got.dir, 'bin/kubeadm')).mode & 0o777, 0o755)
  t.equal(statSync(join(got.dir, 'images/k8s.1.17.5.tar')).mode & 0o111, 0)
  t.equal((await importBundle(file, undefined, there)).cached, true, 'a second import changes nothing')
  const again = join(c.dir, 'again.tar')
  await exportBundle(bundle, again, c)
  t.ok(readFileSync(again).equals(readFileSync(file)), 'the same bytes every time')
})

t.test('a folder in use as it is gets a key of its own', async (t) => {
  const { c, bundle, file } = await built(t)
  await exportBundle({ ...bundle, key: 'cd'.repeat(32) }, file, c)
  const opened = await openExport(file)
  t.not(opened.key, 'cd'.repeat(32))
  t.match(await importBundle(file, undefined, c), { cached: false, key: opened.key })
})

t.test('a link that lies where the export is written first is not followed', async (t) => {
  const { c, bundle, file } = await built(t)
  mkdirSync(c.workDir, { recursive: true })
  writeFileSync(join(c.dir, 'precious'), 'precious')
  symlinkSync(join(c.dir, 'precious'), `${file}.part`)
  const made = await exportBundle(bundle, file, c)
  t.equal(readFileSync(join(c.dir, 'precious'), 'utf8'), 'precious')
  t.equal(made.sha256, sum(readFileSync(file)))
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.match(await verifyExport(file), bundle.manifest)
})

t.test('a file that is not what it was is refused, and leaves nothing', async (t) => {
  const { c, bundle, file } = await built(t)
  await exportBundle(bundle, file, c)
  const there = makeContext(t, join(c.dir, 'there'))
  mkdirSync(there.dir)
  const refused = async (change: (data: Buffer) => Buffer, message: RegExp, sha?: string): Promise<void> => {
    const bad = join(c.dir, 'bad.tar')
    writeFileSync(bad, change(readFileSync(file)))
    await t.rejects(importBundle(bad, sha, there), { code: 'corrupt', message }, String(message))
    if (sha === undefined) await t.rejects(verifyExport(bad), { code: 'corrupt' })
  }
  await refused(
    (d) => (d.write('X', d.indexOf('xxxxx') + 3000), d),
    /images\/k8s\.1\.17\.5\.tar in it is damaged \(sha256/,
  )
  await refused((d) => d.subarray(0, 60_000), /is cut short at 60000 bytes/)
  await refused(() => Buffer.alloc(0), /is cut short/)
  await refused(() => Buffer.from('x'.repeat(4096)), /is not a tar file/)
  await refused((d) => d, /its sha256 is .*, but 0{64} was expected/, '0'.repeat(64))
  t.same(await there.layers.list(), [])
  t.notOk(existsSync(join(there.dir, 'layers', key)))
})

/** An export as a hostile hand would make it: tar's own file list, with what `change` does to the folder before. */
async function crafted(
  t: Test,
  names: readonly string[],
  change: (dir: string) => void,
  options: readonly string[] = [],
): Promise<string> {
  const { bundle, c } = await built(t)
  const dir = join(c.dir, 'crafted')
  execFileSync('cp', ['-r', bundle.dir, dir])
  writeFileSync(join(dir, 'klab-bundle.json'), JSON.stringify({ format: 1, key }))
  change(dir)
  const file = join(c.dir, 'crafted.tar')
  execFileSync('tar', [
    '-P',
    '-cf',
    file,
    '--format=pax',
    ...options,
    '-C',
    dir,
    'klab-bundle.json',
    'manifest.json',
    ...names,
  ])
  return file
}
const ALL = ['bin/kubeadm', 'cni/loopback', 'images/k8s.1.17.5.tar', 'manifests/empty.yaml']

t.test('hostile files: nothing is written outside, nothing unexpected is taken', async (t) => {
  const refuse = async (
    message: RegExp,
    names: readonly string[],
    change: (dir: string) => void = () => undefined,
    options: readonly string[] = [],
  ): Promise<void> => {
    const file = await crafted(t, names, change, options)
    const there = makeContext(t, join(file, '../there'))
    mkdirSync(there.dir)
    await t.rejects(importBundle(file, undefined, there), { code: 'corrupt', message }, String(message))
    t.same(await there.layers.list(), [])
    t.notOk(existsSync(join(there.dir, 'evil')) || existsSync(join(there.dir, 'layers/evil')))
  }
  const manifest = (
    dir: string,
    change: (m: { files: { path: string; size: number; sha256: string }[] }) => void,
  ): void => {
    const m = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as Parameters<typeof change>[0]
    change(m)
    writeFileSync(join(dir, 'manifest.json'), JSON.stringify(m))
  }
  const evil = (dir: string, path: string): void => {
    writeFileSync(join(dir, 'evil'), 'evil')
    manifest(dir, (m) => m.files.push({ path, size: 4, sha256: sum(Buffer.from('evil')) }))
  }
  await refuse(/bad file entry/, [...ALL, 'evil'], (d) => evil(d, '../evil'), ['--transform=s,^evil$,../evil,'])
  await refuse(/bad file entry/, [...ALL, 'evil'], (d) => evil(d, '/tmp/klab-evil'), [
    '--transform=s,^evil$,/tmp/klab-evil,',
  ])
  t.notOk(existsSync('/tmp/klab-evil'))
  await refuse(/\.\.\/evil in it does not belong/, [...ALL, 'evil'], (d) => writeFileSync(join(d, 'evil'), ''), [
    '--transform=s,^evil$,../evil,',
  ])
  await refuse(/etc\/evil in it does not belong/, [...ALL, 'evil'], (d) => evil(d, 'etc/evil'), [
    '--transform=s,^evil$,etc/evil,',
  ])
  await refuse(/bin\/kubeadm in it is not a plain file/, ALL, (d) => {
    rmSync(join(d, 'bin/kubeadm'))
    symlinkSync('/etc/passwd', join(d, 'bin/kubeadm'))
  })
  await refuse(/in it is not a plain file/, ['bin', ...ALL.slice(1)])
  await refuse(/bin\/kubeadm is in it twice/, [...ALL, 'bin/kubeadm'], () => undefined, ['--hard-dereference'])
  await refuse(
    /lacks cni\/loopback/,
    ALL.filter((n) => n !== 'cni/loopback'),
  )
  await refuse(/bin\/kubeadm has 6 bytes, its manifest says 7/, ALL, (d) =>
    writeFileSync(join(d, 'bin/kubeadm'), 'short!'),
  )
  await refuse(/bin\/kubeadm in it is damaged/, ALL, (d) => writeFileSync(join(d, 'bin/kubeadm'), 'proGram'))
  await refuse(/is of another format/, ALL, (d) =>
    writeFileSync(join(d, 'klab-bundle.json'), '{"format":1,"key":"../../x"}'),
  )
  await refuse(/not a bundle manifest/, ALL, (d) => writeFileSync(join(d, 'manifest.json'), '{}'))
  await refuse(/is not an exported bundle/, ALL, (d) =>
    writeFileSync(join(d, 'manifest.json'), ' '.repeat(5 * 2 ** 20)),
  )
})

t.test('absurd headers end at once', async (t) => {
  const { c, bundle, file } = await built(t)
  await exportBundle(bundle, file, c)
  const data = readFileSync(file)
  const fix = (at: number): void => {
    data.fill(0x20, at + 148, at + 156)
    const sum = data.subarray(at, at + 512).reduce((a, b) => a + b, 0)
    data.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1')
  }
  data.write('77777777777\0', 124, 'latin1')
  fix(0)
  writeFileSync(join(c.dir, 'huge.tar'), data)
  await t.rejects(importBundle(join(c.dir, 'huge.tar'), undefined, c), { code: 'corrupt', message: /is cut short/ })
  data.write('-1\0', 124, 'latin1')
  fix(0)
  writeFileSync(join(c.dir, 'minus.tar'), data)
  await t.rejects(importBundle(join(c.dir, 'minus.tar'), undefined, c), { code: 'corrupt', message: /bad size/ })
  copyFileSync(file, join(c.dir, 'short.tar'))
  truncateSync(join(c.dir, 'short.tar'), 300)
  await t.rejects(importBundle(join(c.dir, 'short.tar'), undefined, c), {
    code: 'corrupt',
    message: /is cut short at 300 bytes/,
  })
})
