/** cloud-init/phases/member.sh and endpoint.sh: a control plane beside the first. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { scriptStage } from './script-stage.js'

const PODS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']

/** A node that has not joined; `kubeadm join` writes the static pods and ends with this status. */
function stage(t: Test, status = 0) {
  const s = scriptStage(t, 'member.sh')
  const k = join(s.dir, 'etc/kubernetes')
  rmSync(join(k, 'kubelet.conf'))
  for (const name of ['ip', 'install', 'stat', 'sleep']) s.program(name, '')
  s.program('systemctl', '')
  s.program('kubectl', `[[ $* != *readyz* ]] || { [ ! -e "${s.dir}/starting" ] && echo -n ok; }`)
  const joins = (code: number): void =>
    s.program(
      'kubeadm',
      `case "$1 $2" in
'join --config') mkdir -p "${k}/manifests"
  for f in ${PODS.join(' ')}; do echo x >"${k}/manifests/$f.yaml"; done
  echo x >"${k}/admin.conf"; echo x >"${k}/kubelet.conf"; exit ${code} ;;
'reset -f') rm -rf "${k}/manifests" "${k}/admin.conf" ;;
esac`,
    )
  joins(status)
  const begun = join(s.dir, 'var/lib/klab/member-begun')
  return { ...s, k, begun, joins, run: (more = {}) => s.run({ KLAB_VERSION: '1.23.17', ...more }) }
}

t.test('joins with its file; the file and the mark of the beginning are gone afterwards', (t) => {
  const s = stage(t)
  const files = ['kubeadm-member.yaml', 'kubeadm-init.yaml'].map((f) => join(s.dir, 'etc/klab', f))
  for (const f of files) writeFileSync(f, 'secret')
  const said = s.run({ KLAB_INIT_FLAGS: '--experimental-patches /p' })
  t.match(said, /^kubeadm join --config \S+kubeadm-member\.yaml --experimental-patches \/p$/m)
  t.notMatch(said, /kubeadm reset|mark-control-plane/)
  for (const f of [...files, s.begun]) t.notOk(existsSync(f), f)
  t.notMatch(s.run(), /kubeadm/, 'one that has joined is left alone')
  t.end()
})

t.test('kubeadm gave up waiting for etcd: the member starts all the same, and the rest is done', (t) => {
  const s = stage(t, 1)
  const said = s.run()
  t.match(said, /kubeadm join --config[^]*readyz[^]*kubeadm init phase mark-control-plane/)
  t.notMatch(said, /kubeadm reset|update-status/)
  t.notOk(existsSync(s.begun))
  const old = stage(t, 1)
  t.match(old.run({ KLAB_VERSION: '1.20.2' }), /control-plane-join update-status[^]*mark-control-plane/)
  t.end()
})

t.test('a member of etcd is never reset because its join was cut short; one that was not yet a member is', (t) => {
  const s = stage(t, 1)
  writeFileSync(join(s.dir, 'starting'), '')
  t.throws(() => s.run(), 'its API server does not get ready')
  t.ok(existsSync(s.begun))
  rmSync(join(s.dir, 'starting'))
  const said = s.run()
  t.notMatch(said, /kubeadm (?:reset|join --config)/)
  t.match(said, /mark-control-plane/)
  const early = stage(t)
  writeFileSync(early.begun, '')
  t.match(early.run(), /kubeadm reset -f[^]*kubeadm join --config/)
  t.end()
})

/** An etcd whose newest member, node n, starts late and has no vote until it is promoted. `away`: a node that is off */
function withLearner(s: ReturnType<typeof stage>, away = ''): void {
  s.program(
    'kubectl',
    `case "$*" in
*readyz*) [ ! -e "${s.dir}/promoted" ] || echo -n ok ;;
*'get pods'*) printf 'pod/etcd-n\\npod/etcd-m1\\npod/etcd-m2\\n' ;;
*'exec ${away || 'nobody'} '*) exit 1 ;;
*'member promote 5b1f'*) touch "${s.dir}/promoted" ;;
*'member list'*) echo '9af2, started, m1, https://10.0.0.1:2380, https://10.0.0.1:2379, false'
  learner=true state='started, n'
  [ ! -e "${s.dir}/promoted" ] || learner=false
  [ -e "${s.dir}/listed" ] || state='unstarted, '
  touch "${s.dir}/listed"
  echo "5b1f, $state, https://10.0.0.2:2380, , $learner" ;;
esac`,
  )
}

t.test(
  'from 1.29 on: a member without a vote answers no API server, so it is promoted first, by another member',
  (t) => {
    const s = stage(t, 1)
    withLearner(s, 'pod/etcd-m1')
    const said = s.run({ KLAB_VERSION: '1.30.14' })
    t.match(said, /exec pod\/etcd-m1 .*member list[^]*exec pod\/etcd-m2 .*member promote 5b1f$[^]*readyz/m)
    t.match(said, /mark-control-plane/)
    t.notMatch(said, /exec pod\/etcd-n /, 'its own member cannot do it')
    t.notOk(existsSync(s.begun))
    // The same, if klab and the guest's join were killed, and `up` begins again.
    const killed = stage(t, 1)
    killed.program('kubectl', 'exit 1')
    t.throws(() => killed.run({ KLAB_VERSION: '1.30.14' }))
    withLearner(killed)
    t.match(killed.run({ KLAB_VERSION: '1.30.14' }), /member promote 5b1f$[^]*readyz[^]*mark-control-plane/m)
    // One that has its vote, and a kubeadm that gives it at once.
    const voter = stage(t, 1)
    withLearner(voter)
    writeFileSync(join(voter.dir, 'promoted'), '')
    t.notMatch(voter.run({ KLAB_VERSION: '1.30.14' }), /member promote/)
    const old = stage(t, 1)
    t.notMatch(old.run({ KLAB_VERSION: '1.28.15' }), /etcdctl/)
    t.end()
  },
)

t.test('a join that failed before that fails, and is begun again', (t) => {
  const s = stage(t)
  s.program('kubeadm', '[ "$1" != join ]')
  t.throws(() => s.run())
  s.joins(0)
  t.match(s.run(), /kubeadm reset -f[^]*kubeadm join --config/)
  t.end()
})

t.test('lost: everything is joined again; some certificates: they are made again', (t) => {
  const s = stage(t)
  s.run()
  t.match(s.run({ KLAB_REJOIN: 'true' }), /kubeadm reset -f[^]*kubeadm join --config/)
  const said = s.run({ KLAB_REPAIR: 'true' })
  t.match(said, /kubeadm init phase certs all[^]*kubeadm init phase kubeconfig all[^]*systemctl restart kubelet/)
  t.notMatch(said, /kubeadm (?:reset|join)/)
  t.end()
})

t.test('endpoint.sh: checked, put in place, restarted only if something changed', (t) => {
  const s = scriptStage(t, 'endpoint.sh')
  mkdirSync(join(s.dir, 'target'))
  writeFileSync(
    join(s.dir, 'usr/lib/klab/family.sh'),
    `install_packages() { echo "packages $*" >>"${s.dir}/log"; }
config_before() { cat "$1" 2>/dev/null || true; }
config_read() { :; }
`,
  )
  s.program('haproxy', '')
  s.program('systemctl', '')
  s.moveToo(/\/etc\/(haproxy|keepalived|systemd)/g)
  for (const f of ['haproxy.cfg', 'keepalived.conf']) writeFileSync(join(s.dir, 'etc/klab', f), 'one\n')
  const first = s.run()
  t.match(first, /^packages haproxy keepalived\nsystemctl daemon-reload\nhaproxy -c -f \S+\/haproxy\.cfg$/m)
  for (const unit of ['haproxy', 'keepalived'])
    t.match(first, new RegExp(`systemctl enable ${unit}.service\nsystemctl restart ${unit}.service`))
  t.notMatch(s.run(), /systemctl restart/)
  writeFileSync(join(s.dir, 'etc/klab/keepalived.conf'), 'two\n')
  const changed = s.run()
  t.match(changed, 'restart keepalived.service')
  t.notMatch(changed, 'restart haproxy')
  s.program('systemctl', '[ "$1" != -q ]')
  t.match(s.run(), /restart haproxy[^]*restart keepalived/, 'those that do not run')
  s.program('haproxy', 'exit 1')
  t.throws(() => s.run(), 'a configuration that this haproxy does not take')
  t.end()
})
