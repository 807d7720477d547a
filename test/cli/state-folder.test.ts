import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { main, makeKlab, type Klab } from './klab.js'

t.test('a state folder that is none: a sentence, exit 3, also for destroy -f', async (t) => {
  const klab = makeKlab(t)
  const file = join(klab.dir, 'file')
  writeFileSync(file, '')
  klab.env['KLAB_STATE_DIR'] = file
  t.match(await klab.run('destroy', '-f'), { code: 3, stderr: /^error: \S+\/file: .*\n/m })
  t.notMatch((await klab.run('destroy', '-f')).stderr, /bug in klab/)
  klab.env['KLAB_STATE_DIR'] = 'here'
  t.match(await klab.run('status'), { code: 3, stderr: /KLAB_STATE_DIR=here: must be an absolute path/ })
  t.notOk(existsSync(join(klab.dir, 'work/here')))
})

/** Runs klab with a state folder that is mounted like this; it is `$S`, and what was in it is in `$OLD`. */
function mounted(klab: Klab, mount: string, ...argv: readonly string[]) {
  const state = klab.env['KLAB_STATE_DIR']!
  const line = `set -e; cp -a "$S" "$OLD"; ${mount}; exec "$NODE" "$MAIN" "$@"`
  return spawnSync('unshare', ['--mount', 'sh', '-c', line, 'klab', ...argv], {
    cwd: join(klab.dir, 'work'),
    env: { ...klab.env, S: state, OLD: `${state}.${argv.join('.')}`, NODE: process.execPath, MAIN: main },
    encoding: 'utf8',
  })
}
const READ_ONLY = 'mount --bind "$S" "$S"; mount -o remount,bind,ro "$S"'
const FULL =
  'mount -t tmpfs -o size=128k,mode=700 tmpfs "$S"; cp -a "$OLD/." "$S"; cat /dev/zero >"$S/fill" 2>/dev/null || true'
/** Only root may mount. */
const root = { skip: process.getuid?.() !== 0 && 'needs root' }

t.test('a read-only state folder: what looks works, what changes says why, exit 3', root, (t) => {
  const klab = makeKlab(t)
  klab.record()
  t.match(mounted(klab, READ_ONLY, 'status'), { status: 0, stdout: /course/ })
  for (const verb of [['up'], ['halt'], ['destroy', '-f'], ['snapshot', 'save', 'a']]) {
    const { status, stderr } = mounted(klab, READ_ONLY, ...verb)
    t.equal(status, 3, verb.join(' '))
    t.match(stderr, /read-only/, verb.join(' '))
    t.notMatch(stderr, /bug in klab/)
  }
  t.end()
})

t.test('a full state folder: status and halt work, and destroy makes room', root, (t) => {
  const klab = makeKlab(t)
  klab.record()
  for (const verb of [['status'], ['halt'], ['destroy', '-f']])
    t.match(mounted(klab, FULL, ...verb), { status: 0 }, verb.join(' '))
  t.end()
})
