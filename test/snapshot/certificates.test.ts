import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { certificateEnd, endedCertificates } from '../../src/snapshot/certificates.js'
import { kubeconfigOf } from '../../src/snapshot/manifest.js'
import { makeStage, saveAs } from './stage.js'

t.test('a cluster whose certificates have ended is told of, with what mends it', async (t) => {
  const dir = t.testdir()
  const [key, cert] = [join(dir, 'key'), join(dir, 'cert')]
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-keyout', key, '-out', cert, '-days', '365', '-subj', '/CN=admin'],
    {
      stdio: 'ignore',
    },
  )
  const kubeconfig = `users:\n  - user:\n      client-certificate-data: ${readFileSync(cert).toString('base64')}\n`
  const end = certificateEnd(kubeconfig) ?? NaN
  t.ok(Math.abs(end - Date.now() - 365 * 86_400_000) < 120_000)
  t.equal(certificateEnd('users: []'), undefined)
  t.equal(certificateEnd('client-certificate-data: QUJD'), undefined, 'no certificate at all')

  const s = await makeStage(t)
  const a = await saveAs(s, 'a')
  t.equal(await endedCertificates(s.lab.paths, a, end + 1), undefined, 'no cluster')
  writeFileSync(kubeconfigOf(s.lab.paths, a.id), kubeconfig)
  t.equal(await endedCertificates(s.lab.paths, a, end - 1), undefined)
  t.match(await endedCertificates(s.lab.paths, a, end + 1), /^a: the cluster’s certificates ended on \d{4}-\d\d-\d\d, .*docs\/faults\.md/)
})
