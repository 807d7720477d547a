/** Where klab keeps its files: never where nobody said, never by the working directory. */
import t from 'tap'
import { HostError, UsageError } from '../../src/errors.js'
import type { HostEnv } from '../../src/host/types.js'
import { roots } from '../../src/state/paths.js'

const host = (env: Record<string, string>, home = '/home/ada', uid = 1000): HostEnv => ({
  pid: 1,
  uid,
  user: 'ada',
  home,
  cwd: '/somewhere',
  env,
})

t.test('the usual places', (t) => {
  t.match(roots(host({})), {
    state: '/home/ada/.local/state/klab',
    cache: '/home/ada/.cache/klab',
    run: '/tmp/klab-1000/klab',
  })
  t.match(roots(host({}, '', 0)), { state: '/var/lib/klab', cache: '/var/cache/klab', run: '/run/klab' })
  t.match(roots(host({ XDG_STATE_HOME: '/x', XDG_RUNTIME_DIR: '/run/user/1000' })), {
    state: '/x/klab',
    run: '/run/user/1000/klab',
  })
  t.end()
})

t.test('a relative path of XDG counts as not set', (t) => {
  const relative = { XDG_STATE_HOME: 'x', XDG_CACHE_HOME: './y', XDG_RUNTIME_DIR: 'z' }
  t.same(roots(host(relative)), roots(host({})))
  t.end()
})

t.test('no home, or one that follows the working directory', (t) => {
  for (const home of ['', 'relative']) t.throws(() => roots(host({}, home)), HostError, JSON.stringify(home))
  t.match(roots(host({ KLAB_STATE_DIR: '/s', KLAB_CACHE_DIR: '/c' }, '')), { state: '/s', cache: '/c' })
  t.end()
})

t.test('klab’s own variables are absolute', (t) => {
  for (const name of ['KLAB_STATE_DIR', 'KLAB_CACHE_DIR', 'KLAB_RUN_DIR'])
    t.throws(() => roots(host({ [name]: 'x' })), { constructor: UsageError, message: new RegExp(name) })
  t.end()
})

t.test('a state folder that ssh_config cannot name', (t) => {
  for (const dir of ['/a"b', '/a${HOME}', '/a\\b', '/a\nb'])
    t.throws(() => roots(host({ KLAB_STATE_DIR: dir })), UsageError, JSON.stringify(dir))
  t.ok(roots(host({ KLAB_STATE_DIR: '/with blanks, 100 % and $HOME' })))
  t.end()
})
