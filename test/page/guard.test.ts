import t from 'tap'
import { cookieName, isAllowed, isToken, type PageRequest } from '../../src/page/guard.js'

const guard = { token: 'a'.repeat(43), port: 4000 }
const good: PageRequest = {
  method: 'GET',
  host: '127.0.0.1:4000',
  origin: undefined,
  cookie: `other=1; klab-4000=${guard.token}`,
  upgrade: false,
}

t.test('its own browser gets in', (t) => {
  t.equal(cookieName(guard), 'klab-4000')
  t.ok(isAllowed(good, guard))
  t.ok(isAllowed({ ...good, host: 'localhost:4000', origin: 'http://localhost:4000' }, guard))
  t.ok(isAllowed({ ...good, method: 'POST', origin: 'http://127.0.0.1:4000' }, guard))
  t.ok(isAllowed({ ...good, upgrade: true, origin: 'http://127.0.0.1:4000' }, guard))
  t.end()
})

t.test('nobody else does', (t) => {
  const refused: Readonly<Record<string, Partial<PageRequest>>> = {
    'another name for this address (DNS rebinding)': { host: 'evil.example:4000' },
    'no name': { host: undefined },
    'another port’s name': { host: '127.0.0.1:4001' },
    'no cookie': { cookie: undefined },
    'a cookie of another port': { cookie: `klab-4001=${guard.token}` },
    'a part of the token': { cookie: `klab-4000=${guard.token.slice(1)}` },
    'an empty token': { cookie: 'klab-4000=' },
    'another website': { origin: 'http://evil.example' },
    'a page of another port': { origin: 'http://127.0.0.1:9' },
    'a sandboxed frame': { origin: 'null' },
    'the other name of this machine': { origin: 'http://localhost:4000' },
    'a form of another website, which sends no Origin': { method: 'POST' },
    'a WebSocket without Origin': { upgrade: true },
    'a WebSocket of another website': { upgrade: true, origin: 'http://evil.example' },
  }
  for (const [what, caller] of Object.entries(refused)) t.notOk(isAllowed({ ...good, ...caller }, guard), what)
  t.notOk(isToken('', guard))
  t.end()
})
