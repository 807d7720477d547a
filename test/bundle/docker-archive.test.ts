import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  archiveFiles,
  imageConfig,
  writeArchive,
  type ArchiveEntry,
  type Image,
} from '../../src/bundle/archive/docker-archive.js'
import { packDir } from '../../src/bundle/archive/tar.js'
import { exec } from './fixtures/world.js'

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')

t.test('the configuration: diff ids in order, a history line a layer, entry point', (t) => {
  const layer = (n: string) => ({ file: `/${n}`, digest: n.repeat(64), origin: `made ${n}` })
  const image: Image = { ref: 'x/y:1', arch: 'amd64', entrypoint: ['/bin/y'], layers: [layer('a'), layer('b')] }
  const config = JSON.parse(imageConfig(image)) as Record<string, unknown>
  t.match(config, {
    architecture: 'amd64',
    os: 'linux',
    config: { Entrypoint: ['/bin/y'], Env: [/^PATH=.*\/usr\/local\/bin/] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`] },
    history: [{ created_by: 'made a' }, { created_by: 'made b' }],
  })
  const files = archiveFiles([image])
  const [name] = [...files.keys()]
  t.equal(name, `${sha256(imageConfig(image))}.json`, 'named by its digest, which is the image’s id')
  t.end()
})

t.test('the same content makes the same tar, whatever times, modes and order the files have', async (t) => {
  const dir = t.testdir({ one: { b: 'B', a: 'A', sub: { c: 'C' } }, two: {} })
  mkdirSync(join(dir, 'two/sub'))
  for (const [path, text] of [
    ['sub/c', 'C'],
    ['a', 'A'],
    ['b', 'B'],
  ] as const)
    writeFileSync(join(dir, 'two', path), text)
  utimesSync(join(dir, 'two/a'), 1000, 1000)
  chmodSync(join(dir, 'two/b'), 0o600)
  chmodSync(join(dir, 'one/b'), 0o664)
  chmodSync(join(dir, 'one/sub'), 0o700)
  await packDir(exec, join(dir, 'one'), join(dir, '1.tar'))
  await packDir(exec, join(dir, 'two'), join(dir, '2.tar'))
  t.ok(readFileSync(join(dir, '1.tar')).equals(readFileSync(join(dir, '2.tar'))))
  const names = (await exec.run(['tar', 'tvf', join(dir, '1.tar')])).stdout
  t.match(names, /-rw-r--r-- 0\/0 .* 2021-01-1\d .* b\n/)
  t.notMatch(names, './')
})

t.test('an archive: every layer once, its digest true, manifest and tags readable', async (t) => {
  const dir = t.testdir({ work: {}, base: { etc: { passwd: 'root' } }, app: { bin: { app: 'APP' } } })
  const layer = async (name: string) => {
    const file = join(dir, `work/${name}.tar`)
    await packDir(exec, join(dir, name), file)
    return { file, digest: sha256(readFileSync(file)), origin: name }
  }
  const base = await layer('base')
  const app = await layer('app')
  const image = (ref: string, ...layers: (typeof base)[]): Image => ({
    ref,
    arch: 'amd64',
    entrypoint: ['/bin/app'],
    layers,
  })
  await writeArchive(exec, [image('r/one:1', base, app), image('r/two:2', base)], {
    out: join(dir, 'out.tar'),
    work: join(dir, 'work'),
  })
  t.same(readdirSync(join(dir, 'work')).sort(), ['app.tar', 'base.tar'], 'no staging folder stays')

  mkdirSync(join(dir, 'x'))
  await exec.run(['tar', 'xf', join(dir, 'out.tar'), '-C', join(dir, 'x')])
  const list = (await exec.run(['tar', 'tf', join(dir, 'out.tar')])).stdout.split('\n')
  t.equal(list.filter((n) => n.endsWith('/layer.tar')).length, 2, 'the shared layer is there once')
  t.ok(list.includes('manifest.json'))
  const manifest = JSON.parse(readFileSync(join(dir, 'x/manifest.json'), 'utf8')) as ArchiveEntry[]
  t.same(
    manifest.map((m) => m.RepoTags),
    [['r/one:1'], ['r/two:2']],
  )
  for (const entry of manifest) {
    const text = readFileSync(join(dir, 'x', entry.Config))
    t.equal(entry.Config, `${sha256(text)}.json`)
    const { rootfs } = JSON.parse(text.toString()) as { rootfs: { diff_ids: string[] } }
    t.same(
      entry.Layers.map((l) => `sha256:${sha256(readFileSync(join(dir, 'x', l)))}`),
      rootfs.diff_ids,
    )
  }
})
