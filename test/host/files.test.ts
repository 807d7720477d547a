import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
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
import t from 'tap'
import { CorruptError, HostError } from '../../src/errors.js'
import {
  ensureDir,
  exists,
  makeDir,
  openNew,
  readEnd,
  readJson,
  readSmall,
  readText,
  writeAtomic,
} from '../../src/host/files.js'

const mode = (path: string): number => statSync(path).mode & 0o777

t.test('writeAtomic: content, mode 0600 or as told, whatever the umask; replaces what was there', async (t) => {
  const dir = t.testdir()
  const umask = process.umask(0o077)
  t.teardown(() => process.umask(umask))
  const path = join(dir, 'f')
  await writeAtomic(path, 'one')
  t.equal(mode(path), 0o600)
  await writeAtomic(path, 'two', 0o644)
  t.equal(readFileSync(path, 'utf8'), 'two')
  t.equal(mode(path), 0o644)
  await writeAtomic(path, new Uint8Array([1, 2]))
  t.same([...readFileSync(path)], [1, 2])
  t.same(readdirSync(dir), ['f'])
})

t.test('writeAtomic: a failure leaves the old file and no temporary one', async (t) => {
  const dir = t.testdir({ f: 'old', folder: { inside: '' } })
  await t.rejects(writeAtomic(join(dir, 'f'), { not: 'text' } as unknown as string))
  t.equal(readFileSync(join(dir, 'f'), 'utf8'), 'old')
  await t.rejects(writeAtomic(join(dir, 'folder'), 'x'), { code: 'EISDIR' }, 'a folder is in the way')
  await t.rejects(writeAtomic(join(dir, 'missing/f'), 'x'), { code: 'ENOENT' })
  t.same(readdirSync(dir).sort(), ['f', 'folder'])
})

t.test('writeAtomic: replaces a link, does not write through it', async (t) => {
  const dir = t.testdir({ target: 'precious' })
  symlinkSync(join(dir, 'target'), join(dir, 'link'))
  await writeAtomic(join(dir, 'link'), 'new')
  t.equal(readFileSync(join(dir, 'target'), 'utf8'), 'precious')
  t.equal(readFileSync(join(dir, 'link'), 'utf8'), 'new')
})

t.test('writeAtomic: many writers at once, one whole file', async (t) => {
  const path = join(t.testdir(), 'f')
  const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(5000))
  await Promise.all(texts.map((text) => writeAtomic(path, text)))
  t.ok(texts.includes(readFileSync(path, 'utf8')))
})

t.test('readText and readJson: undefined for what is not there or cut short, other errors are errors', async (t) => {
  const dir = t.testdir({ good: '{"a":1}', cut: '{"a":', empty: '' })
  t.equal(await readText(join(dir, 'none')), undefined)
  t.equal(await readText(join(dir, 'empty')), '')
  t.same(await readJson(join(dir, 'good')), { a: 1 })
  for (const f of ['cut', 'empty', 'none']) t.equal(await readJson(join(dir, f)), undefined, f)
  await t.rejects(readText(dir), { code: 'EISDIR' })
})

t.test('readSmall and readJson: plain files up to a size; no device, no pipe', async (t) => {
  const dir = t.testdir({ five: '12345', big: `"${'x'.repeat(4 * 2 ** 20)}"` })
  t.same((await readSmall(join(dir, 'five'), 5))?.toString(), '12345')
  t.equal(await readSmall(join(dir, 'five'), 4), undefined)
  t.equal(await readSmall(join(dir, 'none'), 4), undefined)
  t.equal(await readJson(join(dir, 'big')), undefined)
  execFileSync('mkfifo', [join(dir, 'pipe')])
  symlinkSync('/dev/zero', join(dir, 'zero'))
  for (const name of ['pipe', 'zero']) t.equal(await readJson(join(dir, name)), undefined, name)
})

t.test('exists', async (t) => {
  const dir = t.testdir({ f: '' })
  t.equal(await exists(join(dir, 'f')), true)
  t.equal(await exists(join(dir, 'g')), false)
})

t.test('ensureDir makes it with its parents, and corrects the mode of one that is there', async (t) => {
  const dir = t.testdir()
  t.equal(await ensureDir(join(dir, 'a/b')), join(dir, 'a/b'))
  t.equal(mode(join(dir, 'a/b')), 0o700)
  chmodSync(join(dir, 'a/b'), 0o777)
  await ensureDir(join(dir, 'a/b'))
  t.equal(mode(join(dir, 'a/b')), 0o700)
  const umask = process.umask(0o077)
  t.teardown(() => process.umask(umask))
  await ensureDir(join(dir, 'c'), 0o711)
  t.equal(mode(join(dir, 'c')), 0o711)
})

t.test('ensureDir refuses a link, a file, and somebody else’s folder', async (t) => {
  const dir = t.testdir({ file: '' })
  mkdirSync(join(dir, 'target'))
  chmodSync(join(dir, 'target'), 0o755)
  symlinkSync(join(dir, 'target'), join(dir, 'link'))
  await t.rejects(ensureDir(join(dir, 'link')), HostError)
  t.equal(mode(join(dir, 'target')), 0o755, 'what it leads to is untouched')
  symlinkSync(join(dir, 'nowhere'), join(dir, 'dangling'))
  await t.rejects(ensureDir(join(dir, 'dangling')))
  t.notOk(existsSync(join(dir, 'nowhere')))
  await t.rejects(ensureDir(join(dir, 'file')))
  if (process.getuid?.() !== 0) return t.comment('somebody else’s folder: only root can make one')
  mkdirSync(join(dir, 'theirs'))
  writeFileSync(join(dir, 'theirs/f'), '')
  chownSync(join(dir, 'theirs'), 12345, 12345)
  await t.rejects(ensureDir(join(dir, 'theirs')), { constructor: HostError, message: /owner 12345/ })
})

t.test('openNew: a file of its own, whatever lay there', async (t) => {
  const dir = t.testdir({ target: 'precious', old: 'open to all' })
  chmodSync(join(dir, 'old'), 0o666)
  symlinkSync(join(dir, 'target'), join(dir, 'link'))
  for (const name of ['old', 'link', 'new']) {
    const file = await openNew(join(dir, name))
    await file.writeFile('mine')
    await file.close()
    t.equal(mode(join(dir, name)), 0o600)
    t.equal(readFileSync(join(dir, name), 'utf8'), 'mine')
  }
  t.equal(readFileSync(join(dir, 'target'), 'utf8'), 'precious')
})

const asRoot = { skip: process.getuid?.() === 0 ? false : 'needs root to give folders away' }

t.test(
  'a folder above that another user has made or can change is refused, and nothing is made in it',
  asRoot,
  async (t) => {
    const dir = t.testdir({ plain: {}, elsewhere: {} })
    const run = join(dir, 'klab-1000')
    const make = {
      'his folder': () => (mkdirSync(run, 0o777), chownSync(run, 12345, 12345)),
      'his link': () => (symlinkSync(join(dir, 'elsewhere'), run), lchownSync(run, 12345, 12345)),
      'open to all': () => (mkdirSync(run), chmodSync(run, 0o777)),
      'our link to what is open to all': () => (
        mkdirSync(join(dir, 'open')),
        chmodSync(join(dir, 'open'), 0o777),
        symlinkSync(join(dir, 'open'), run)
      ),
    }
    for (const [what, prepare] of Object.entries(make)) {
      prepare()
      for (const how of [ensureDir, makeDir])
        await t.rejects(
          how(join(run, 'klab/01234567')),
          { constructor: HostError, message: /others could change/ },
          what,
        )
      t.same(readdirSync(run), [], what)
      rmSync(run, { recursive: true })
    }
    mkdirSync(run, 0o1777)
    chmodSync(run, 0o1777)
    t.equal(await ensureDir(join(run, 'klab')), join(run, 'klab'), 'as in /tmp, nobody can replace what is not his')
  },
)

t.test('readEnd: the last bytes of a plain file, however long; nothing else is opened', async (t) => {
  const dir = t.testdir({ short: 'abc', empty: '' })
  t.equal(await readEnd(join(dir, 'short'), 2), 'bc')
  t.equal(await readEnd(join(dir, 'short'), 9), 'abc')
  t.equal(await readEnd(join(dir, 'empty'), 9), '')
  t.equal(await readEnd(join(dir, 'none'), 9), undefined)
  writeFileSync(join(dir, 'long'), 'x')
  truncateSync(join(dir, 'long'), 2 ** 40)
  t.equal((await readEnd(join(dir, 'long'), 100))!.length, 100)
  execFileSync('mkfifo', [join(dir, 'pipe')])
  for (const path of [join(dir, 'pipe'), '/dev/zero', dir]) await t.rejects(readEnd(path, 9), CorruptError, path)
})
