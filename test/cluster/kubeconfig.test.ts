import t from 'tap'
import { parse, stringify } from 'yaml'
import { foreignKubeconfig, hostKubeconfig } from '../../src/cluster/kubeconfig.js'
import { CorruptError } from '../../src/errors.js'

const admin = (change: Record<string, unknown> = {}): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'kubernetes', cluster: { 'certificate-authority-data': 'Q0E=', server: 'https://192.168.31.61:6443' } }],
    users: [{ name: 'kubernetes-admin', user: { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ' } }],
    contexts: [{ name: 'kubernetes-admin@kubernetes', context: { cluster: 'kubernetes', user: 'kubernetes-admin' } }],
    'current-context': 'kubernetes-admin@kubernetes',
    ...change,
  })

t.test('the server moves to the forwarded port, everything is named after the lab, certificates stay', (t) => {
  t.same(parse(hostKubeconfig(admin(), 'course', 'https://127.0.0.1:22100')), {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'course', cluster: { 'certificate-authority-data': 'Q0E=', server: 'https://127.0.0.1:22100' } }],
    users: [{ name: 'course-admin', user: { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ' } }],
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
  for (const [what, text] of Object.entries(bad)) t.throws(() => hostKubeconfig(text, 'course', 'https://127.0.0.1:1'), CorruptError, what)
  t.end()
})

t.test('one from elsewhere: certificates and key alone, never a command that kubectl would run', (t) => {
  const data = 'QUJD'
  const text = (user: string, cluster = `certificate-authority-data: ${data}`): string =>
    `clusters: [{ name: x, cluster: { ${cluster}, server: "https://evil.example:6443", proxy-url: "http://evil.example" } }]\nusers: [{ name: x, user: { ${user} } }]\n`
  const good = `client-certificate-data: ${data}, client-key-data: ${data}`
  const own = foreignKubeconfig(text(`${good}, exec: { apiVersion: v1, command: /bin/sh }`), 'lab', 'https://127.0.0.1:22001')
  t.match(own, 'server: https://127.0.0.1:22001')
  t.match(own, /client-key-data: "?QUJD/)
  t.notMatch(own, /exec|command|proxy|evil/)
  for (const bad of [
    text('exec: { command: id }'),
    text(good, 'insecure-skip-tls-verify: true'),
    text('client-certificate-data: "a: b", client-key-data: x'),
    'x',
    '',
  ])
    t.throws(() => foreignKubeconfig(bad, 'lab', 'https://127.0.0.1:22001'), { code: 'corrupt' })
  t.end()
})
