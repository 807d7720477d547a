import {
  chmodSync,
  chownSync,
  cpSync,
  lchownSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { folderMark } from '../../src/host/files.js'
import { LabfileError, StateError, UsageError } from '../../src/errors.js'
import { findLab, readLab, recordedLab } from '../../src/lab/open.js'
import { labId } from '../../src/state/paths.js'
import { writeRecord } from '../../src/state/record.js'
import { fourNodes, makeRun, makeWorld } from '../fakes/world.js'

/** A folder with a Labfile, and `record()` that makes it a lab that was up. */
function stage(t: Test, text = fourNodes()) {
  const world = makeWorld(t, { files: { Labfile: text } })
  const labfile = join(world.dir, 'Labfile')
  const record = async () => {
    const open = await readLab(world.env, undefined)
    const run = makeRun(world, open.lab)
    await writeRecord(open.paths.record, { ...run.record, id: open.id, labfile: open.labfile })
    return open
  }
  return { world, env: world.env, labfile, record }
}

t.test('never up: the id follows from name, path and user', async (t) => {
  const { env, labfile } = stage(t)
  const open = await readLab(env, undefined)
  t.equal(open.id, labId('course', labfile, env.uid))
  t.equal(open.record, undefined)
  t.match(open.labfileSha256, /^[0-9a-f]{64}$/)
  await t.rejects(recordedLab(env, undefined), StateError)
})

t.test('a changed name keeps the id while there is a record', async (t) => {
  const { env, labfile, record } = stage(t)
  const { id } = await record()
  writeFileSync(labfile, fourNodes().replace('name: course', 'name: renamed'))
  const open = await readLab(env, undefined)
  t.equal(open.id, id)
  t.equal(open.lab.name, 'renamed')
  t.equal(open.record?.name, 'course')
})

t.test('a record outlives its Labfile: named by the file, or by its folder, or from within the folder', async (t) => {
  const { world, env, labfile, record } = stage(t)
  const { id } = await record()
  rmSync(labfile)
  t.equal((await findLab(env, labfile)).record?.id, id)
  t.equal((await findLab(env, 'Labfile')).record?.id, id)
  t.equal((await findLab(env, world.dir)).record?.id, id)
  t.equal((await findLab(env, undefined)).record?.id, id)
  t.equal((await recordedLab(env, labfile)).record.id, id)
  await t.rejects(readLab(env, labfile), UsageError, 'there is nothing to load')
})

t.test('a broken Labfile does not hide the record from verbs that need only that', async (t) => {
  const { env, labfile, record } = stage(t)
  const { id } = await record()
  writeFileSync(labfile, 'name: [')
  t.equal((await recordedLab(env, undefined)).record.id, id)
  await t.rejects(readLab(env, undefined), LabfileError)
})

t.test('found upwards and through a link: the same lab', async (t) => {
  const { world, env, record } = stage(t)
  const { id } = await record()
  mkdirSync(join(world.dir, 'a/b'), { recursive: true })
  t.equal((await findLab({ ...env, cwd: join(world.dir, 'a/b') }, undefined)).record?.id, id)
  symlinkSync(world.dir, join(world.dir, 'a/link'))
  t.equal((await findLab(env, 'a/link')).record?.id, id)
  t.equal((await findLab(env, 'a/link/Labfile')).record?.id, id)
})

t.test('a Labfile linked into two folders is two labs', async (t) => {
  const { world, env, labfile, record } = stage(t)
  const { id } = await record()
  for (const [name, link] of [
    ['soft', symlinkSync],
    ['hard', linkSync],
  ] as const) {
    mkdirSync(join(world.dir, name))
    link(labfile, join(world.dir, name, 'Labfile'))
    const other = await readLab(env, name)
    t.equal(other.labfile, join(world.dir, name, 'Labfile'))
    t.equal(other.record, undefined, name)
    t.not(other.id, id, name)
    await t.rejects(recordedLab(env, name), { message: /is not up$/ })
  }
})

t.test('paths in a linked Labfile are taken from where the file lies', async (t) => {
  const { world, env, labfile } = stage(t, 'name: course\nimage: { path: disk.qcow2 }\n')
  mkdirSync(join(world.dir, 'soft'))
  symlinkSync(labfile, join(world.dir, 'soft/Labfile'))
  t.match((await readLab(env, 'soft')).lab.image, { path: join(world.dir, 'disk.qcow2') })
})

t.test('a lab whose folder was renamed is the same lab; a copy is another', async (t) => {
  const { world, env } = stage(t)
  const old = join(world.dir, 'old')
  mkdirSync(old)
  writeFileSync(join(old, 'Labfile'), fourNodes())
  const open = await readLab(env, 'old')
  const run = makeRun(world, open.lab)
  const folder = await folderMark(old)
  const made = { ...run.record, id: open.id, labfile: open.labfile, labfileSha256: open.labfileSha256, folder }
  await writeRecord(open.paths.record, made)
  cpSync(old, join(world.dir, 'copy'), { recursive: true })
  t.equal((await findLab(env, 'copy')).record, undefined)
  await t.rejects(recordedLab(env, 'copy'), { message: /is not up$/ }, 'the first one is where it was')
  renameSync(old, join(world.dir, 'new'))
  t.match(await findLab(env, 'new'), { labfile: join(world.dir, 'new/Labfile'), record: { id: open.id } })
  t.match(await readLab(env, 'new'), { id: open.id, record: { labfile: join(world.dir, 'new/Labfile') } })
  t.equal((await findLab(env, 'copy')).record, undefined)
  await t.rejects(recordedLab(env, 'copy'), {
    message: new RegExp(`not up; lab course of ${old}/Labfile, which is gone`),
  })
})

t.test('another Labfile is another lab; no Labfile at all is a usage error', async (t) => {
  const { world, env, record } = stage(t)
  await record()
  mkdirSync(join(world.dir, 'other'))
  writeFileSync(join(world.dir, 'other/Labfile'), fourNodes())
  t.equal((await findLab(env, 'other')).record, undefined)
  await t.rejects(findLab(env, 'nowhere'), UsageError)
})

const asRoot = { skip: process.getuid?.() === 0 ? false : 'needs root to give files away' }
const BOB = 54_321

t.test('a Labfile that another user owns or can write is not believed', asRoot, async (t) => {
  const { world, labfile } = stage(t)
  const clean: typeof world.env.env = { ...world.env.env, SUDO_UID: undefined }
  const env = { ...world.env, uid: 0, env: clean }
  const below = join(world.dir, 'a/b')
  mkdirSync(below, { recursive: true })
  const open = (more: Partial<typeof env> = {}, named?: string) => readLab({ ...env, cwd: below, ...more }, named)
  t.equal((await open()).labfile, labfile, 'one’s own')
  t.equal((await open({ uid: 1000 })).labfile, labfile, 'root’s, for everybody')

  chownSync(labfile, BOB, BOB)
  await t.rejects(
    open(),
    { code: 'unsafe', exitCode: 2, message: new RegExp(`^${labfile}: belongs to .*${BOB}`) },
    'found above',
  )
  await t.rejects(open({}, labfile), { code: 'unsafe' }, 'named')
  await t.rejects(open({ uid: 1000 }), { code: 'unsafe' }, 'for others too')
  t.equal((await open({ uid: BOB })).labfile, labfile, 'his own')
  const sudo = { ...clean, SUDO_UID: String(BOB) }
  t.equal((await open({ env: sudo })).labfile, labfile, 'root by his sudo')
  await t.rejects(open({ uid: 1000, env: sudo }), { code: 'unsafe' }, 'SUDO_UID counts for root alone')
  t.equal((await open({ env: { ...clean, KLAB_SAFE_DIRECTORY: world.dir } })).labfile, labfile, 'allowed')
  await t.rejects(open(), { code: 'unsafe', hint: new RegExp(`KLAB_SAFE_DIRECTORY=${world.dir}`) })

  chownSync(labfile, 0, 0)
  chownSync(world.dir, BOB, BOB)
  await t.rejects(open(), { code: 'unsafe', message: new RegExp(`^${world.dir}: belongs to`) }, 'his folder')
  chownSync(world.dir, 0, 0)
  for (const [path, mode] of [
    [labfile, 0o666],
    [world.dir, 0o777],
  ] as const) {
    chmodSync(path, mode)
    await t.rejects(open(), {
      code: 'unsafe',
      message: new RegExp(`^${path}: .*every user`),
      hint: new RegExp(`chmod o-w ${path}`),
    })
    chmodSync(path, mode === 0o777 ? 0o755 : 0o644)
  }
  chmodSync(world.dir, 0o1777)
  t.equal((await open()).labfile, labfile, 'sticky, as /tmp')
  chmodSync(world.dir, 0o755)

  // A link of his in a folder of ours: what it leads to may be anything.
  renameSync(labfile, join(world.dir, 'real'))
  symlinkSync('real', labfile)
  t.equal((await open()).labfile, labfile)
  lchownSync(labfile, BOB, BOB)
  await t.rejects(open(), { code: 'unsafe', message: new RegExp(`^${labfile}: belongs to`) })
})

t.test('verbs that need only the record go on when the Labfile is not believed any more', asRoot, async (t) => {
  const { env, labfile, record } = stage(t)
  const { id } = await record()
  chmodSync(labfile, 0o666)
  t.equal((await recordedLab(env, undefined)).record.id, id)
  await t.rejects(readLab(env, undefined), { code: 'unsafe' })
})
