import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import t from 'tap'
import { limited, limitIn } from '../../src/bundle/archive/limit.js'
import { takeFiles } from '../../src/bundle/archive/take-files.js'

t.test('only the wanted files at the top come out, whatever else is in it', async (t) => {
  const dir = t.testdir({ in: { bridge: 'program', LICENSE: 'text', sub: { loopback: 'deep' } } })
  symlinkSync('/etc/passwd', join(dir, 'in/portmap'))
  writeFileSync(join(dir, 'outside'), 'x')
  execFileSync('tar', ['-czPf', join(dir, 'a.tgz'), '-C', join(dir, 'in'), '.', '../outside', join(dir, 'outside')])
  const found = await takeFiles(join(dir, 'a.tgz'), join(dir, 'out'), (name) => name !== 'LICENSE')
  t.same([...found], [['bridge', join(dir, 'out/bridge')]])
  t.equal(readFileSync(join(dir, 'out/bridge'), 'utf8'), 'program')
  t.notOk(existsSync(join(dir, 'out.tar')))
})

t.test('one that unpacks to far too much is stopped, and its bytes are gone', async (t) => {
  const dir = t.testdir({ 'bad.tgz': 'no gzip' })
  execFileSync('bash', ['-c', 'head -c 600000000 /dev/zero | gzip -1 > bomb.tgz'], { cwd: dir })
  await t.rejects(
    takeFiles(join(dir, 'bomb.tgz'), join(dir, 'out'), () => true),
    {
      message: /bomb\.tgz: unpacks to more than \d+ MiB/,
    },
  )
  await t.rejects(
    takeFiles(join(dir, 'bad.tgz'), join(dir, 'out'), () => true),
    { code: 'corrupt' },
  )
  t.notOk(existsSync(join(dir, 'out.tar')))
})

t.test('no more than the disk has room for', async (t) => {
  const dir = t.testdir()
  const limit = await limitIn(dir, Number.MAX_SAFE_INTEGER, 'x')
  t.match(limit.error(), { code: 'host', message: /has room for/ })
  const small = { bytes: 10, error: limit.error }
  await t.rejects(pipeline(Readable.from([Buffer.alloc(11)]), limited(small)), { code: 'host' })
  await pipeline(Readable.from([Buffer.alloc(10)]), limited(small).resume())
})
