import t from 'tap'
import { redact } from '../../src/report/redact.js'

t.test('what looks like a secret goes, in whatever it stands', (t) => {
  const cases: Record<string, string> = {
    'kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --x': 'kubeadm join 10.0.0.1:6443 --token <secret> --x',
    'a -----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY----- b': 'a <secret> b',
    'cut -----BEGIN PRIVATE KEY-----\nMIIE': 'cut <secret>',
    '    client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJ': '    client-key-data: <secret>',
    'Authorization: Bearer abc.def-ghi': 'Authorization: Bearer <secret>',
    'got eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln from': 'got <secret> from',
    'pull https://me:hunter22@mirror.example/v2': 'pull https://<secret>@mirror.example/v2',
    '"password": "hunter22",': '"password": <secret>,',
    'MY_SECRET=hunter22 run': 'MY_SECRET=<secret> run',
    '--certificate-key 0123456789abcdef': '--certificate-key <secret>',
    'root:$6$salt$0123456789abcdefghij:1': 'root:<secret>:1',
    [`x ${'QUJD'.repeat(30)} y`]: 'x <secret> y',
  }
  for (const [text, clean] of Object.entries(cases)) t.equal(redact(text), clean)
  t.equal(redact('the word is KNOWN-WORD here', ['KNOWN-WORD', 'is']), 'the word is <secret> here')
  t.end()
})

t.test('what is no secret stays', (t) => {
  for (const text of [
    'one token for all; the token dies with the phase',
    'image k8s.gcr.io/kube-apiserver:v1.20.2, 192.168.31.61:6443',
    `sha256:${'a'.repeat(64)}`,
    '/var/lib/klab/labs/course-0123abcd/nodes/k8s-node01/disk.qcow2',
  ])
    t.equal(redact(text), text)
  t.end()
})

t.test('it takes no longer than the text is long', (t) => {
  for (const part of ['-----BEGIN A-----', 'token=', '"secret":"', 'eyJaaaaaaaa.', 'https://', 'a-data:', '--token '])
    redact(part.repeat(100_000))
  t.pass('came to its end')
  t.end()
})
