/** The command line of the verbs for everyday life. What they do is tested in test/lab/. */
import t from 'tap'
import { makeKlab } from './klab.js'

t.jobs = 2

t.test('exec: what is missing is told, and nothing is run', async (t) => {
  const klab = makeKlab(t)
  klab.record({}, [1, 1, 1, 1])
  for (const [argv, said] of [
    [['exec', '--all'], /name a command, after --/],
    [['exec', '--', 'uptime'], /name nodes, or say --all/],
    [['exec', '--all', 'k8s-node01', '--', 'uptime'], /name nodes, or say --all/],
    [['exec', '-n', 'nobody', '--', 'uptime'], /nobody: no such node; there are k8s-master01/],
    [['exec', '-a', '--timeout', '0', '--', 'uptime'], /--timeout: seconds/],
  ] as const) {
    const r = await klab.run(...argv)
    t.match(r, { code: 2, stdout: '' }, argv.join(' '))
    t.match(r.stderr, said)
  }
})

t.test('exec: words after -- stay as they are; nodes that are off are told, exit 255', async (t) => {
  const klab = makeKlab(t)
  klab.record({}, [5, 5, 5, 5])
  const r = await klab.run('exec', '-n', 'k8s-node01', 'k8s-node02', '--json', '--', 'ls', '-n', '--all')
  t.equal(r.code, 255)
  const { nodes } = JSON.parse(r.stdout) as { nodes: { node: string; error: string }[] }
  t.same(
    nodes.map((n) => [n.node, n.error]),
    [
      ['k8s-node01', 'k8s-node01 is off'],
      ['k8s-node02', 'k8s-node02 is off'],
    ],
  )
  t.match(await klab.run('exec', 'k8s-node01', '--', 'true'), { code: 255, stderr: 'k8s-node01: k8s-node01 is off\n' })
})

t.test('cp: which of the two is on a node is told by NODE:PATH', async (t) => {
  const klab = makeKlab(t)
  klab.record({}, [5, 5, 5, 5])
  for (const [argv, said] of [
    [['cp', 'a', 'b'], /neither of them is NODE:PATH/],
    [['cp', 'k8s-node01:a', 'k8s-node02:b'], /copy it here first/],
    [['cp', './a:b', 'k8s-node01:'], /\.\/a:b: no such file/],
    [['cp', 'Labfile', 'nobody:x'], /nobody: no such node/],
  ] as const) {
    const r = await klab.run(...argv)
    t.match(r, { code: 2, stdout: '' }, argv.join(' '))
    t.match(r.stderr, said)
  }
  t.match(await klab.run('cp', 'Labfile', 'k8s-node01:'), { code: 1, stderr: /k8s-node01 is off/ })
})
