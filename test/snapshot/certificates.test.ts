import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { CorruptError } from '../../src/errors.js'
import { certificateEnd, certificatesEnded, renewCertificates } from '../../src/snapshot/certificates.js'
import { makeStage } from './stage.js'

/** A kubeconfig, as far as it is looked at; its certificate ends in a year. */
function kubeconfigOf(t: Test): string {
  const dir = t.testdir()
  const [key, cert] = [join(dir, 'key'), join(dir, 'cert')]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ed25519',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '365',
      '-subj',
      '/CN=admin',
    ],
    { stdio: 'ignore' },
  )
  return `users:\n  - user:\n      client-certificate-data: ${readFileSync(cert).toString('base64')}\n`
}

t.test('when a cluster’s certificates end', async (t) => {
  const kubeconfig = kubeconfigOf(t)
  const end = certificateEnd(kubeconfig) ?? NaN
  t.ok(Math.abs(end - Date.now() - 365 * 86_400_000) < 120_000)
  t.equal(certificateEnd('users: []'), undefined)
  t.equal(certificateEnd('client-certificate-data: QUJD'), undefined, 'no certificate at all')

  const { paths } = (await makeStage(t)).lab
  t.notOk(await certificatesEnded(paths, end + 1), 'no cluster')
  mkdirSync(dirname(paths.kubeconfig), { recursive: true })
  writeFileSync(paths.kubeconfig, kubeconfig)
  t.notOk(await certificatesEnded(paths, end - 1))
  t.ok(await certificatesEnded(paths, end))
})

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const pem = (kind: string): string => base64(`-----BEGIN ${kind}-----\nQUJD\n-----END ${kind}-----\n`)
const CERT = pem('CERTIFICATE')
const ADMIN = `clusters: [{ cluster: { server: https://192.168.31.61:6443, certificate-authority-data: ${CERT} } }]
users:
  - user: { exec: { command: /bin/sh }, client-certificate-data: ${CERT}, client-key-data: ${pem('PRIVATE KEY')} }
`

t.test('renewed: each kubelet gets its own certificate, the host the kubeconfig', async (t) => {
  const s = await makeStage(t)
  mkdirSync(dirname(s.lab.paths.kubeconfig), { recursive: true })
  const said: string[] = []
  const made = [...s.nodes.map((n) => `${n} ${base64(`of ${n}`)}`), `admin.conf ${base64(ADMIN)}`]
  const answer = (lines: readonly string[]): void =>
    void s.world.guests.answers.unshift(({ node, text }) => {
      if (!text.startsWith('sudo: ')) return undefined
      const does = /systemctl restart kubelet/.test(text) ? 'restarts' : text
      said.push(`${node} ${/kubeadm certs renew all/.test(text) ? 'renews' : does}`)
      return /kubeadm certs/.test(text) ? lines.join('\n') : ''
    })
  answer(made)
  await renewCertificates(s.lab, 1000)
  t.equal(said[0], `${s.nodes[0]!} renews`)
  t.same(said.slice(1).sort(), s.nodes.map((n) => `${n} restarts`).sort())
  t.match(readFileSync(s.lab.paths.kubeconfig, 'utf8'), /server: https:\/\/127\.0\.0\.1:\d+/)
  t.notMatch(readFileSync(s.lab.paths.kubeconfig, 'utf8'), /exec|192\.168/, 'certificates and key alone')
  answer(made.slice(1))
  const before = readFileSync(s.lab.paths.kubeconfig, 'utf8')
  await t.rejects(renewCertificates(s.lab, 1000), CorruptError)
  t.equal(readFileSync(s.lab.paths.kubeconfig, 'utf8'), before)
})

t.test('several control planes: each renews its own, and the first makes the kubelets’', async (t) => {
  const s = await makeStage(t)
  const { lab } = s.lab.record
  const nodes = lab.nodes.map((n, i) => ({ ...n, role: i < 3 ? ('control-plane' as const) : ('worker' as const) }))
  s.lab.record = { ...s.lab.record, lab: { ...lab, nodes } }
  mkdirSync(dirname(s.lab.paths.kubeconfig), { recursive: true })
  const renewed: string[] = []
  const made = [...s.nodes.map((n) => `${n} ${base64(`of ${n}`)}`), `admin.conf ${base64(ADMIN)}`].join('\n')
  s.world.guests.answers.unshift(({ node, text }) => {
    if (!text.startsWith('sudo: ')) return undefined
    if (!text.includes('kubeadm certs')) return ''
    renewed.push(node)
    return node === s.nodes[0] ? made : `admin.conf ${base64('of another')}`
  })
  await renewCertificates(s.lab, 1000)
  t.same([...renewed].sort(), s.nodes.slice(0, 3))
  t.equal(renewed.at(-1), s.nodes[0], 'the first last: etcd must be well again')
})
