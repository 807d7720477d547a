import { request } from 'node:http'
import { Duplex, PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { StateError } from '../../src/errors.js'
import type { PageActions } from '../../src/page/actions.js'
import { servePage } from '../../src/page/server.js'
import type { PageState } from '../../src/page/types.js'

const STATE = { title: 'Pods', step: 1, html: '<p>do</p>' } as unknown as PageState

/** A page whose actions are written down. */
async function start(t: Test, actions: Partial<PageActions> = {}) {
  const files = t.testdir({ 'index.html': '<title>klab</title>', 'app.js': '1', 'app.css': '', 'xterm.css': '' })
  const done: string[] = []
  const listeners = new Set<(line: string) => void>()
  const server = await servePage(
    {
      state: () => Promise.resolve(STATE),
      act: (action, step) => {
        done.push(`${action} ${step ?? '-'}`)
        return Promise.resolve({ ok: true, message: 'done', output: '' })
      },
      image: (path) =>
        Promise.resolve(path === 'a/b.png' ? { bytes: Buffer.from('png'), type: 'image/png' } : undefined),
      terminal: () => Promise.reject(new Error('no terminal')),
      lines: (listener) => {
        listeners.add(listener)
        return { stop: () => void listeners.delete(listener) }
      },
      ...actions,
    },
    { files, port: 0 },
  )
  t.teardown(() => server.close())
  const { port, origin } = new URL(server.url)
  const ask = (path: string, o: { method?: string; headers?: Readonly<Record<string, string>> } = {}) =>
    new Promise<{ status: number; headers: Readonly<Record<string, unknown>>; text: string }>((resolve, reject) => {
      const r = request(
        { host: '127.0.0.1', port, path, method: o.method ?? 'GET', headers: o.headers ?? {} },
        (res) => {
          let text = ''
          res.setEncoding('utf8').on('data', (d: string) => (text += d))
          res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }))
        },
      )
      r.on('error', reject)
      r.end()
    })
  const first = await ask(server.url.slice(origin.length))
  const cookie = String((first.headers['set-cookie'] as string[])[0])
  return { server, done, listeners, ask, first, origin, own: { cookie: cookie.split(';')[0]!, origin }, cookie }
}

t.test('the printed address gives a cookie, and is left at once; nothing else is told to strangers', async (t) => {
  const s = await start(t)
  t.match(s.first, { status: 303, headers: { location: '/' } })
  t.match(s.cookie, /^klab-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)
  for (const path of ['/', '/?token=x', '/api/state', '/app.js', '/img/a/b.png', '/nowhere'])
    t.match(await s.ask(path), { status: 403, text: /^Open this page with the address that klab printed\.$/m })
  const host = new URL(s.server.url)
  t.equal((await s.ask(`/${host.search}`, { headers: { host: 'evil.example' } })).status, 403, 'DNS rebinding')
  t.match(await s.ask('/', { headers: s.own }), { status: 200, text: '<title>klab</title>' })
  const { headers } = await s.ask('/api/state', { headers: s.own })
  t.match(headers, {
    'content-security-policy': /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
})

t.test('state, actions, pictures, what klab says', async (t) => {
  const s = await start(t)
  t.same(JSON.parse((await s.ask('/api/state', { headers: s.own })).text), STATE)
  t.equal((await s.ask('/api/act/check', { headers: s.own })).status, 404, 'no GET changes anything')
  t.match(await s.ask('/api/act/check', { method: 'POST', headers: { cookie: s.own.cookie } }), { status: 403 })
  t.match(await s.ask('/api/act/check', { method: 'POST', headers: s.own }), { status: 200, text: /"ok":true/ })
  await s.ask('/api/act/catch-up?step=3', { method: 'POST', headers: s.own })
  t.equal((await s.ask('/api/act/destroy', { method: 'POST', headers: s.own })).status, 404)
  t.same(s.done, ['check -', 'catch-up 3'])
  t.match(await s.ask('/img/a%2Fb.png', { headers: s.own }), {
    status: 200,
    headers: { 'content-type': 'image/png' },
    text: 'png',
  })
  t.equal((await s.ask('/img/..%2F..%2Fetc%2Fpasswd', { headers: s.own })).status, 404)
  const { port } = new URL(s.server.url)
  const lines = await new Promise<string>((resolve) => {
    const r = request({ host: '127.0.0.1', port, path: '/api/lines', headers: s.own }, (res) => {
      let text = ''
      res.setEncoding('utf8').on('data', (d: string) => {
        text += d
        if (text === ': here\n\n') s.listeners.forEach((tell) => tell('saving "x"'))
        if (!text.includes('data:')) return
        resolve(text)
        r.destroy()
      })
    })
    r.end()
  })
  t.equal(lines, ': here\n\ndata: "saving \\"x\\""\n\n')
})

t.test('what klab refuses is told with its hint; a bug as a bug', async (t) => {
  const errors = [new StateError('no lesson is open', { hint: 'klab lesson list' }), new TypeError('x is undefined')]
  const s = await start(t, { state: () => Promise.reject(errors.shift()!) })
  const ask = () => s.ask('/api/state', { headers: s.own })
  t.match(await ask(), { status: 409, text: '{"message":"no lesson is open","hint":"klab lesson list"}' })
  t.match(await ask(), { status: 500, text: /a bug in klab: TypeError: x is undefined/ })
})

t.test('a terminal that cannot be opened: the reason, cut to what a WebSocket may say', async (t) => {
  const words = '节点没有运行'.repeat(30)
  const s = await start(t, { terminal: () => Promise.reject(new StateError(words)) })
  const ws = new WebSocket(`ws://${new URL(s.server.url).host}/terminal?node=a`, { headers: s.own })
  const said = await new Promise<string>((resolve) => ws.once('close', (_code, text) => resolve(text.toString())))
  t.ok(said.length > 30 && words.startsWith(said), said)
  t.equal((await s.ask('/', { headers: s.own })).status, 200, 'and the page goes on')
})

t.test('terminals: bytes both ways, sizes, the end; only for the page', async (t) => {
  const shell = { in: new PassThrough(), out: new PassThrough() }
  const sizes: string[] = []
  const nodes: string[] = []
  const s = await start(t, {
    terminal: (node) => {
      nodes.push(node)
      if (node === 'gone') return Promise.reject(new StateError('gone: no such node'))
      const both = Duplex.from({ writable: shell.in, readable: shell.out })
      return Promise.resolve({ stream: both, resize: ({ columns, rows }) => void sizes.push(`${columns}x${rows}`) })
    },
  })
  const { host } = new URL(s.server.url)
  const open = (node: string, headers: Readonly<Record<string, string>>) =>
    new WebSocket(`ws://${host}/terminal?node=${node}`, { headers })
  const ended = (ws: WebSocket) =>
    new Promise<string>((resolve) => {
      ws.on('error', (e) => resolve(e.message))
      ws.on('close', (code, reason) => resolve(`${code} ${reason.toString()}`))
    })
  t.match(await ended(open('a', {})), /403/)
  t.match(await ended(open('a', { cookie: s.own.cookie, origin: 'http://evil.example' })), /403/)
  t.match(await ended(open('a', { cookie: s.own.cookie })), /403/, 'no Origin')
  t.same(nodes, [], 'no shell was opened')
  t.match(await ended(open('gone', s.own)), '1011 gone: no such node')
  const ws = open('a', s.own)
  await new Promise((resolve) => ws.once('open', resolve))
  const end = ended(ws)
  ws.send('{"columns":100,"rows":30}')
  ws.send('not a size')
  ws.send('{"columns":1e9,"rows":-4}')
  const arrived = new Promise<string>((resolve) => shell.in.once('data', (d: Buffer) => resolve(d.toString())))
  ws.send(Buffer.from('ls\r'))
  const typed = await arrived
  t.equal(typed, 'ls\r')
  t.match(sizes.slice(-2), ['100x30', '1000x1'])
  const seen = new Promise<string>((resolve) => ws.once('message', (d: Buffer) => resolve(d.toString())))
  shell.out.write('file')
  t.equal(await seen, 'file')
  shell.out.end()
  shell.in.end()
  t.match(await end, /^1000 the shell has ended/)
})
