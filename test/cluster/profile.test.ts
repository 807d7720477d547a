import t from 'tap'
import { profileFor } from '../../src/cluster/profile.js'

t.test('KVM changes nothing that kubeadm does by itself', (t) => {
  const p = profileFor('kvm', 1)
  t.equal(p.name, 'normal')
  for (const part of [p.etcdArgs, p.apiServerArgs, p.controllerManagerArgs, p.schedulerArgs, p.kubelet, p.patches])
    t.same(part, {})
  t.equal(p.patience, 1)
  t.equal(p.apiServerTimeoutS, 240)
  t.end()
})

t.test('TCG: patience everywhere; leader election goes only with a single control plane', (t) => {
  const one = profileFor('tcg', 1)
  t.equal(one.name, 'slow-host')
  t.match(one.why, /TCG/)
  for (const args of [one.controllerManagerArgs, one.schedulerArgs]) t.equal(args['leader-elect'], 'false')
  const three = profileFor('tcg', 3)
  for (const args of [three.controllerManagerArgs, three.schedulerArgs]) t.notOk('leader-elect' in args)
  t.ok(one.patience > 1)
  t.ok(one.apiServerTimeoutS > 240)
  t.end()
})

t.test(
  'etcd’s election time-out is ten heartbeats (its tuning guide) and a node’s lease outlives two status updates',
  (t) => {
    const { etcdArgs, kubelet, controllerManagerArgs } = profileFor('tcg', 1)
    t.equal(Number(etcdArgs['election-timeout']), 10 * Number(etcdArgs['heartbeat-interval']))
    const seconds = (text: unknown): number =>
      /^(?:(\d+)m)?(\d+)s$/
        .exec(String(text))!
        .slice(1)
        .reduce((s, n) => s * 60 + Number((n as string | undefined) ?? 0), 0)
    t.ok(
      seconds(controllerManagerArgs['node-monitor-grace-period']) >= 2 * seconds(kubelet['nodeStatusUpdateFrequency']),
    )
    t.ok(Number(kubelet['nodeLeaseDurationSeconds']) >= 2 * seconds(kubelet['nodeStatusUpdateFrequency']))
    t.end()
  },
)

t.test('patches change only probes that kubeadm of that minor writes: kubelet starts no pod with a bare one', (t) => {
  const probes = (minor: number) =>
    Object.fromEntries(
      Object.entries(profileFor('tcg', 1, minor).patches).map(([target, patch]) => {
        const [container] = (patch as { spec: { containers: object[] } }).spec.containers
        return [target, Object.keys(container ?? {}).filter((k) => k.endsWith('Probe'))]
      }),
    )
  // kubeadm 1.18.20 and 1.19.16: app/phases/controlplane/manifests.go, app/phases/etcd/local.go.
  for (const minor of [17, 18])
    for (const [target, has] of Object.entries(probes(minor))) t.same(has, ['livenessProbe'], `1.${minor} ${target}`)
  for (const minor of [19, 23, 37])
    t.same(probes(minor), {
      etcd: ['livenessProbe', 'startupProbe'],
      'kube-apiserver': ['livenessProbe', 'startupProbe', 'readinessProbe'],
      'kube-controller-manager': ['livenessProbe', 'startupProbe'],
      'kube-scheduler': ['livenessProbe', 'startupProbe'],
    })
  t.end()
})

t.test('the keys of an emulated cluster are ECDSA where kubeadm can make them, else its own', (t) => {
  for (const [accel, minor, wanted] of [
    ['tcg', 18, undefined],
    ['tcg', 19, 'ECDSA-P256'],
    ['tcg', 37, 'ECDSA-P256'],
    ['kvm', 23, undefined],
  ] as const) {
    const { signing, why } = profileFor(accel, 1, minor)
    t.equal(signing, wanted, `${accel} 1.${minor}`)
    t.equal(/ECDSA/.test(why), wanted !== undefined, why)
  }
  t.end()
})
