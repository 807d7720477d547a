import t from 'tap'
import { formatReport } from '../../src/cli/check.js'
import type { CheckReport } from '../../src/course/types.js'
import { report, plus } from '../course/machines.js'
import { fourNodes } from '../fakes/world.js'
import { makeKlab } from './klab.js'

t.jobs = 2

t.test('the report as text: aligned, what is wrong below its section, told once for all nodes that share it', (t) => {
  const swap = plus('swap /swapfile file 1 0 -2')
  const text = formatReport(report('2.2', { 1: swap, 2: swap, 3: () => undefined }), false)
  t.match(text, /^SECTION {3}STATE +WHAT\n/)
  t.match(
    text,
    /^2\.2\.7 +wrong +swap off\n {3}k8s-node01, k8s-node02: \/proc\/swaps: \/swapfile file 1 0 -2\n2\.2\.8 /m,
  )
  t.match(text, /^2\.2\.8 +not known +hosts\n/m)
  t.match(text, /^k8s-node03 cannot be reached: gave up after 60 s$/m)
  t.match(text, /; not: 2\.2\.1, .*2\.2\.7/)
  t.equal(
    new Set(
      text
        .split('\n')
        .filter((l) => /^2\./.test(l))
        .map((l) => l.indexOf(l.split(/ {2,}/)[2]!)),
    ).size,
    1,
    'columns',
  )
  t.end()
})

t.test('a section that was asked for shows all of its lines', (t) => {
  const text = formatReport(report('2.2.7'), true)
  t.match(text, /\n {3}k8s-master01, k8s-node01, k8s-node02, k8s-node03: \/proc\/swaps is empty/)
  t.match(text, /: \/proc\/swaps is empty.* \(done\)\n\n1 done, 0 do not apply\n$/)
  t.end()
})

t.test('no node can be reached: every section is not known, exit 1; as JSON too', async (t) => {
  const klab = makeKlab(t)
  t.match(await klab.run('check'), { code: 1, stdout: '', stderr: /this lab is not up[^]*try: klab up/ })
  klab.record({}, [5, 5, 5, 5])
  const text = await klab.run('check', '2.2')
  t.match(text, {
    code: 1,
    stderr: /check\/k8s-node03: failed/,
    stdout: /^2\.2\.1 +not known [^]*k8s-master01 cannot be reached: the machine is shut-off, not running/m,
  })
  const { code, stdout } = await klab.run('check', '2.2', 'k8s-node01', '--json')
  t.equal(code, 1)
  const json = JSON.parse(stdout) as CheckReport
  t.match(json, {
    lab: 'course',
    ok: false,
    nodes: [{ name: 'k8s-node01', role: 'worker', reached: false, error: /shut-off/ }],
  })
  t.equal(json.nodes.length, 1)
  t.match(json.sections[0], { section: '2.2.1', title: 'firewall off', state: 'unreachable', nodes: [] })
})

t.test('mistakes: exit 2, with what there is', async (t) => {
  const klab = makeKlab(t)
  klab.record()
  t.match(await klab.run('check', '2.2.9'), {
    code: 2,
    stdout: '',
    stderr: /2\.2\.9: no such section of chapter 2; there are 2\.2\.1,/,
  })
  t.match(await klab.run('check', 'nobody'), {
    code: 2,
    stdout: '',
    stderr: /nobody: no such node; there are k8s-master01,/,
  })
  t.match(await klab.run('explain', '7'), { code: 2, stdout: '', stderr: /7: no such section[^]*klab explain/ })
  t.match(await klab.run('provision', '--only', 'boot'), { code: 2, stderr: /is not one of system/ })
  t.match(await klab.run('provision', '--only', 'system', '--from', 'system'), {
    code: 1,
    stderr: /did not finish/,
  })
  klab.record({ completedUntil: 'images' }, [1, 1, 1, 1])
  t.match(await klab.run('provision', '--only', 'system', '--from', 'system'), { code: 2, stderr: /not both/ })
  t.match(await klab.run('provision', '--from', 'workers'), {
    code: 1,
    stderr: /up only to phase images[^]*klab up --until workers/,
  })
  t.match(await klab.run('provision', 'nobody'), { code: 2, stderr: /nobody: no such node/ })
})

t.test('explain: the sections; one of them, as a script; all below a number', async (t) => {
  const klab = makeKlab(t, fourNodes('kubernetes: { podCidr: 10.99.0.0/16 }\n'))
  const list = await klab.run('explain')
  t.match(list, { code: 0, stderr: '', stdout: /^SECTION +PHASE +WHAT\n2\.1 +machines +hardware minimum\n/ })
  t.match(list.stdout, /^2\.9\.7 /m)
  const init = await klab.run('explain', '2.9.2')
  t.match(init, {
    code: 0,
    stdout: /^# 2\.9\.2 kubeadm init \(phase control-plane, cloud-init\/phases\/control-plane\.sh\)\n# \//,
  })
  t.match(init.stdout, /^.*\n# \/.*docs\/course\.md#2\.9\.2\n/)
  t.match(init.stdout, /--pod-network-cidr=10\.99\.0\.0\/16$/m)
  t.match((await klab.run('explain', '2.8')).stdout, /^# 2\.8\.1 [^]*^# 2\.8\.2 /m)
})
