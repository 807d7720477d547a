import t from 'tap'
import { HostError } from '../../src/errors.js'
import { roots } from '../../src/state/paths.js'

const of = (env: Record<string, string>, o: { uid?: number; home?: string } = {}) =>
  roots({ pid: 1, uid: o.uid ?? 1000, user: 'u', home: o.home ?? '/home/u', cwd: '/cwd', env })

t.test('root’s folders, a user’s, and those that are named', (t) => {
  t.match(of({}, { uid: 0 }), { state: '/var/lib/klab', cache: '/var/cache/klab', run: '/run/klab', dirMode: 0o711 })
  t.match(of({}), { state: '/home/u/.local/state/klab', cache: '/home/u/.cache/klab', run: '/tmp/klab-1000/klab' })
  t.match(of({ XDG_STATE_HOME: '/x', XDG_CACHE_HOME: '/y', XDG_RUNTIME_DIR: '/run/user/1000' }), {
    state: '/x/klab',
    cache: '/y/klab',
    run: '/run/user/1000/klab',
  })
  t.match(of({ KLAB_STATE_DIR: '/a', KLAB_CACHE_DIR: '/b', KLAB_RUN_DIR: '/c' }, { home: '' }), {
    state: '/a',
    cache: '/b',
    run: '/c',
  })
  t.end()
})

t.test('nothing follows the working folder', (t) => {
  t.match(of({ XDG_STATE_HOME: 'x', XDG_CACHE_HOME: './y', XDG_RUNTIME_DIR: 'z' }), {
    state: '/home/u/.local/state/klab',
    cache: '/home/u/.cache/klab',
    run: '/tmp/klab-1000/klab',
  })
  for (const name of ['KLAB_STATE_DIR', 'KLAB_CACHE_DIR', 'KLAB_RUN_DIR'])
    t.throws(() => of({ [name]: 'rel' }), {
      message: `${name}=rel: must be an absolute path`,
      hint: `${name}=$PWD/rel`,
    })
  t.throws(() => of({}, { home: '' }), { constructor: HostError, message: /no home folder/, hint: /HOME/ })
  t.match(of({ KLAB_STATE_DIR: '/s', XDG_CACHE_HOME: '/y' }, { home: '' }), { cache: '/y/klab' })
  t.end()
})

t.test('a state folder that ssh_config cannot name', (t) => {
  for (const dir of ['/a"b', '/a${HOME}', '/a\\b', '/a\nb'])
    t.throws(() => of({ KLAB_STATE_DIR: dir }), { constructor: HostError, message: /ssh cannot read/ }, dir)
  for (const dir of ['/a b', '/a%h', '/a$b', '/größe', "/a'b"]) t.equal(of({ KLAB_STATE_DIR: dir }).state, dir)
  t.end()
})
