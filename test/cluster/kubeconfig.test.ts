import t from 'tap'
import { parse, stringify } from 'yaml'
import { hostKubeconfig, movedKubeconfig } from '../../src/cluster/kubeconfig.js'
import { CorruptError } from '../../src/errors.js'

const pem = (kind: string, body = 'QUJD'): string =>
  Buffer.from(`-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----\n`).toString('base64')
const [CERT, KEY] = [pem('CERTIFICATE'), pem('EC PRIVATE KEY')]

const admin = (change: Record<string, unknown> = {}): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'kubernetes', cluster: { 'certificate-authority-data': CERT, server: 'https://192.168.31.61:6443' } },
    ],
    users: [{ name: 'kubernetes-admin', user: { 'client-certificate-data': CERT, 'client-key-data': KEY } }],
    contexts: [{ name: 'kubernetes-admin@kubernetes', context: { cluster: 'kubernetes', user: 'kubernetes-admin' } }],
    'current-context': 'kubernetes-admin@kubernetes',
    ...change,
  })

t.test('the server moves to the forwarded port, everything is named after the lab, certificates stay', (t) => {
  t.same(parse(hostKubeconfig(admin(), 'course', ['https://127.0.0.1:22100'])), {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'course', cluster: { 'certificate-authority-data': CERT, server: 'https://127.0.0.1:22100' } }],
    users: [{ name: 'course-admin', user: { 'client-certificate-data': CERT, 'client-key-data': KEY } }],
    contexts: [{ name: 'course', context: { cluster: 'course', user: 'course-admin' } }],
    'current-context': 'course',
  })
  t.end()
})

t.test('an admin.conf that is none is called corrupt, whatever is wrong with it', (t) => {
  const bad = {
    empty: '',
    'a word': 'nothing',
    'a list': '- 1\n',
    'not YAML': 'clusters: [\n  a: {',
    'no clusters': admin({ clusters: undefined }),
    'clusters empty': admin({ clusters: [] }),
    'users null': admin({ users: null }),
    'clusters no list': admin({ clusters: 'x' }),
    'cluster empty': admin({ clusters: [{ name: 'kubernetes' }] }),
    'user empty': admin({ users: [{ name: 'x' }] }),
  }
  for (const [what, text] of Object.entries(bad))
    t.throws(() => hostKubeconfig(text, 'course', ['https://127.0.0.1:1']), CorruptError, what)
  t.end()
})

t.test('one from elsewhere: certificates and key alone, never a command that kubectl would run', (t) => {
  const text = (user: string, cluster = `certificate-authority-data: ${CERT}`): string =>
    `clusters: [{ name: x, cluster: { ${cluster}, server: "https://evil.example:6443", ` +
    'proxy-url: "http://evil.example" } }]\n' +
    `users: [{ name: x, user: { ${user} } }]\n`
  const good = `client-certificate-data: ${CERT}, client-key-data: ${KEY}`
  const own = hostKubeconfig(text(`${good}, exec: { apiVersion: v1, command: /bin/sh }`), 'lab', [
    'https://127.0.0.1:22001',
  ])
  t.match(own, 'server: https://127.0.0.1:22001')
  t.match(parse(own), { users: [{ user: { 'client-key-data': KEY } }] })
  t.notMatch(own, /exec|command|proxy|evil/)
  for (const bad of [
    text('exec: { command: id }'),
    text(good, 'insecure-skip-tls-verify: true'),
    text(`client-certificate-data: "a: b", client-key-data: ${KEY}`),
    'x',
    '',
  ])
    t.throws(() => hostKubeconfig(bad, 'lab', ['https://127.0.0.1:22001']), { code: 'corrupt' })
  t.end()
})

/** What would make kubectl on the host run a program, read or send a file, or speak to somebody else. */
const EVIL = {
  exec: { apiVersion: 'client.authentication.k8s.io/v1beta1', command: '/bin/sh', args: ['-c', 'touch /evil'] },
  'auth-provider': { name: 'gcp', config: { 'cmd-path': '/bin/evil' } },
  tokenFile: '/evil/shadow',
  token: 'evil',
  'client-certificate': '/evil/cert',
  'client-key': '/evil/key',
  as: 'evil',
}
const EVIL_CLUSTER = {
  'proxy-url': 'http://evil.example',
  'certificate-authority': '/evil/ca',
  'insecure-skip-tls-verify': true,
  'tls-server-name': 'evil',
  extensions: [{ name: 'client.authentication.k8s.io/exec', extension: 'evil' }],
}

t.test('a guest’s admin.conf: nothing but certificates and key gets into the kubeconfig of the host', (t) => {
  const text = admin({
    clusters: [
      {
        name: 'evil',
        cluster: { 'certificate-authority-data': CERT, server: 'https://evil.example', ...EVIL_CLUSTER },
      },
    ],
    users: [{ name: 'evil', user: { 'client-certificate-data': CERT, 'client-key-data': KEY, ...EVIL } }],
    preferences: { extensions: [{ name: 'evil' }] },
    extensions: [{ name: 'evil' }],
  })
  const own = hostKubeconfig(text, 'course', ['https://127.0.0.1:22100'])
  t.notMatch(own, /evil/)
  t.equal(own, hostKubeconfig(admin(), 'course', ['https://127.0.0.1:22100']), 'the same as of a good one')
  t.end()
})

t.test('certificates and keys are PEM of their kind', (t) => {
  const of = (ca: string, cert: string, key: string): string =>
    admin({
      clusters: [{ cluster: { 'certificate-authority-data': ca } }],
      users: [{ user: { 'client-certificate-data': cert, 'client-key-data': key } }],
    })
  const chain = Buffer.from(Buffer.from(CERT, 'base64').toString().repeat(2)).toString('base64')
  for (const key of ['EC PRIVATE KEY', 'RSA PRIVATE KEY', 'PRIVATE KEY'])
    t.match(parse(hostKubeconfig(of(chain, chain, pem(key)), 'course', ['https://127.0.0.1:1'])), {
      clusters: [{ cluster: { 'certificate-authority-data': chain } }],
      users: [{ user: { 'client-certificate-data': chain, 'client-key-data': pem(key) } }],
    })
  const bad: Readonly<Record<string, readonly [string, string, string]>> = {
    'no PEM': ['QUJD', CERT, KEY],
    'a key as CA': [KEY, CERT, KEY],
    'a certificate as key': [CERT, CERT, CERT],
    'two keys': [CERT, CERT, Buffer.from(Buffer.from(KEY, 'base64').toString().repeat(2)).toString('base64')],
    'words around it': [CERT, Buffer.from(`hello\n${Buffer.from(CERT, 'base64').toString()}`).toString('base64'), KEY],
    'no base64': [CERT, `${CERT.slice(0, 8)}\u001b[2J`, KEY],
    'base64 within that is none': [CERT, pem('CERTIFICATE', 'a: \u001b[2J'), KEY],
  }
  for (const [what, [ca, cert, key]] of Object.entries(bad))
    t.throws(() => hostKubeconfig(of(ca, cert, key), 'course', ['https://127.0.0.1:1']), { code: 'corrupt' }, what)
  t.end()
})

t.test('size, aliases and depth: refused at once', (t) => {
  const many = Array.from({ length: 40_000 }, (_, i) => `k${i}: 1\n`).join('')
  const bombs = {
    'many keys': admin() + many,
    'many keys within the limit': many.slice(0, 64_000) + 'x: [',
    aliases: `a: &a [x, x]\nb: &b [*a, *a]\n${admin().replace('clusters:', 'clusters: &c')}c: [*b, *c]\n`,
    deep: '['.repeat(60_000),
    'deep keys': '? '.repeat(3000),
    'deep keys in brackets': `${'{? '.repeat(3000)}a${'}'.repeat(3000)}`,
  }
  for (const [what, text] of Object.entries(bombs)) {
    const before = process.cpuUsage()
    t.throws(() => hostKubeconfig(text, 'course', ['https://127.0.0.1:1']), { code: 'corrupt' }, what)
    const ms = process.cpuUsage(before).user / 1000
    t.ok(ms < 2000, `${what}: ${Math.round(ms)} ms of CPU time`)
  }
  t.end()
})

t.test('several API servers: the first is used, all are listed where kubectl does not look; ports may move', (t) => {
  const servers = [22100, 22101, 22102].map((port) => `https://127.0.0.1:${port}`)
  const text = hostKubeconfig(admin(), 'ha', servers)
  const [{ cluster }] = (parse(text) as { clusters: [{ cluster: Record<string, unknown> }] }).clusters
  t.equal(cluster['server'], servers[0])
  t.same(cluster['extensions'], [{ name: 'klab', extension: { servers } }])
  const moved = [22100, 23101, 22102].map((port) => `https://127.0.0.1:${port}`)
  t.equal(movedKubeconfig(text, moved), hostKubeconfig(admin(), 'ha', moved))
  const one = hostKubeconfig(admin(), 'course', [servers[0]!])
  t.equal(movedKubeconfig(one, [moved[1]!]), hostKubeconfig(admin(), 'course', [moved[1]!]))
  t.end()
})
