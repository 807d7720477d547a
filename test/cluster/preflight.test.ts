import t from 'tap'
import { preflightErrors, preflightHint } from '../../src/cluster/preflight.js'

t.test('the lines of failed checks alone, without colours', (t) => {
  const output = [
    '[preflight] Running pre-flight checks',
    '\t[WARNING IsDockerSystemdCheck]: detected "cgroupfs"',
    'error execution phase preflight: [preflight] Some fatal errors occurred:',
    '\x1b[31m\t[ERROR Swap]: running with swap on is not supported\x1b[0m',
    '\t[ERROR FileContent--proc-sys-net-bridge-bridge-nf-call-iptables]: contents are not set to 1',
    '[preflight] If you know what you are doing, you can make a check non-fatal with `--ignore-preflight-errors=...`',
  ].join('\n')
  t.same(preflightErrors(output), [
    { name: 'Swap', message: 'running with swap on is not supported' },
    { name: 'FileContent--proc-sys-net-bridge-bridge-nf-call-iptables', message: 'contents are not set to 1' },
  ])
  t.same(preflightErrors('[WARNING Swap]: on\nall is well'), [])
  t.end()
})

t.test('what helps', (t) => {
  const hint = (...names: string[]) => preflightHint(names.map((name) => ({ name, message: '' })))
  t.match(hint('Swap'), 'klab provision --only system')
  t.match(hint('Unheard', 'FileAvailable--etc-kubernetes-manifests-etcd.yaml'), 'kubeadm reset')
  t.match(hint('SystemVerification'), 'docs/versions.md')
  t.match(hint('Unheard', 'Other'), 'kubernetes.ignorePreflightErrors: [Unheard, Other]')
  t.end()
})
