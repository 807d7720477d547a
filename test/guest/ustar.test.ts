import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ustar } from '../../src/guest/ustar.js'

t.test('real tar unpacks it: contents, modes, folders, long and foreign names', (t) => {
  const dir = t.testdir()
  const long = `/${'d'.repeat(80)}/${'e'.repeat(60)}/${'f'.repeat(90)}`
  const files = [
    { path: '/etc/klab/a.conf', content: 'a\n' },
    { path: '/usr/local/bin/run', content: '#!/bin/sh\n', mode: 0o755 },
    { path: '/root/secret', content: '密', mode: 0o600 },
    { path: '/empty', content: '' },
    { path: '/block', content: 'x'.repeat(512) },
    { path: '/big', content: 'x'.repeat(100_001) },
    { path: '/课程/笔记', content: 'y' },
    { path: long, content: 'long' },
  ]
  const out = spawnSync('tar', ['-x', '-C', dir, '-f', '-'], { input: ustar(files) })
  t.equal(out.stderr.toString(), '')
  for (const f of files) {
    t.equal(readFileSync(join(dir, f.path), 'utf8'), f.content, f.path.slice(0, 30))
    t.equal(statSync(join(dir, f.path)).mode & 0o777, f.mode ?? 0o644)
  }
  const list = spawnSync('tar', ['-tv', '-f', '-'], { input: ustar(files), encoding: 'utf8' }).stdout
  t.match(list.split('\n')[1], /^-rwxr-xr-x root\/root +10 1970-01-01 .* usr\/local\/bin\/run$/)
  t.end()
})

t.test('paths that climb, or do not fit, are refused', (t) => {
  for (const path of ['/', '', '/a/../b', '..', 'a\0', `/${'x'.repeat(101)}`, `/${'x'.repeat(160)}/y`]) {
    t.throws(() => ustar([{ path, content: '' }]), TypeError, path.slice(0, 20))
  }
  t.end()
})
