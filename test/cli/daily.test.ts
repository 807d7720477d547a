/** The command line of the verbs for everyday life. What they do is tested in test/lab/. */
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { makeKlab } from './klab.js'

t.jobs = 2

t.test('exec: what is missing is told, and nothing is run', async (t) => {
  const klab = makeKlab(t)
  klab.record({}, [1, 1, 1, 1])
  for (const [argv, said] of [
    [['exec', '--all'], /name a command, after --/],
    [['exec', '--', 'uptime'], /name nodes, or use --all/],
    [['exec', '--all', 'k8s-node01', '--', 'uptime'], /name nodes, or use --all/],
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

t.test('inventory and ssh-config: the nodes as other programs want them', async (t) => {
  const klab = makeKlab(t)
  const paths = klab.record()
  writeFileSync(paths.sshConfig, '')
  writeFileSync(paths.key, 'x')
  for (const node of ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node03']) {
    mkdirSync(dirname(paths.node(node).hostKey), { recursive: true })
    writeFileSync(`${paths.node(node).hostKey}.pub`, 'ssh-ed25519 AAAA x')
  }
  t.match(await klab.run('inventory'), { code: 0, stdout: /^all:\n[^]*k8s-node03:\n +ansible_host: 127\.0\.0\.1/m })
  t.match(await klab.run('ssh-config'), { code: 0, stdout: /^Host k8s-node03 /m })
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

t.test('list: each lab with its folder; global-status is the same; --prune asks', async (t) => {
  const klab = makeKlab(t)
  t.match(await klab.run('list'), { code: 0, stdout: 'no labs; klab init makes a Labfile\n', stderr: '' })
  const paths = klab.record({}, [1, 1, 5, 1])
  const { stdout, code } = await klab.run('list')
  t.equal(code, 0)
  t.match(stdout, /^LAB +STATE +RUNNING +AGE +FOLDER\ncourse-\w{8} +partial +3\/4 +\w+ +.*\/work\n$/)
  t.match(JSON.parse((await klab.run('global-status', '--json')).stdout), [{ lab: 'course', state: 'partial' }])
  renameSync(join(klab.dir, 'work/Labfile'), join(klab.dir, 'work/moved'))
  t.match((await klab.run('list')).stdout, /\(Labfile gone\)\n$/)
  t.match(await klab.run('list', '--prune'), { code: 0, stdout: 'nothing to remove\n' }, 'it has machines')
  writeFileSync(join(klab.dir, 'virsh/list'), '')
  t.match(await klab.run('list', '--prune'), {
    code: 2,
    stderr: /it must ask, and there is no terminal\ntry: klab list --prune --yes/,
  })
  t.ok(existsSync(paths.record))
  t.match(await klab.run('list', '--prune', '--yes'), { code: 0, stdout: /^removed course-\w{8}\n$/ })
  t.notOk(existsSync(paths.dir))
})

t.test('suspended: status says so and how it is woken; halted nodes are named', async (t) => {
  const klab = makeKlab(t)
  klab.record({ asleep: 'x', snapshot: 'x' }, [5, 5, 5, 5])
  t.match(await klab.run('status'), { code: 0, stdout: /^lab course: suspended\n[^]*\nklab resume wakes it\n$/ })
  t.match(await klab.run('halt', 'nobody'), { code: 2, stderr: /halt: nobody: no such node/ })
  t.match(await klab.run('reload', 'nobody'), { code: 2, stderr: /no such node/ })
  klab.record({}, [5, 5, 5, 5])
  t.match(await klab.run('suspend'), { code: 1, stderr: /nothing to suspend/ })
  t.match(await klab.run('resume'), { code: 1, stderr: /the lab is off: it is not asleep\ntry: klab up/ })
})

t.test('init: writes a Labfile that klab takes; without a terminal it is quickstart', async (t) => {
  const klab = makeKlab(t, null)
  t.match(await klab.run('status'), { code: 2, stderr: /klab init / })
  t.match(await klab.run('init'), {
    code: 0,
    stdout: /work\/Labfile: quickstart\. .*\ntry next: klab up\n$/,
    stderr: '',
  })
  t.match(await klab.run('validate'), { code: 0, stdout: /lab quickstart, 4 nodes/ })
  t.match(await klab.run('init', 'plain'), { code: 1, stderr: /already exists/ })
})

t.test('cache: list and prune, without a Labfile', async (t) => {
  const klab = makeKlab(t, null)
  t.match(await klab.run('cache', 'list'), { code: 0, stdout: 'the cache is empty\n', stderr: '' })
  mkdirSync(join(klab.dir, 'cache/downloads'), { recursive: true })
  const file = join(klab.dir, 'cache/downloads/x')
  writeFileSync(file, 'data')
  t.match(
    (await klab.run('cache', 'list')).stdout,
    /^GOES +WHAT .*\n1 +download +\S+ \S+ +\w+ +x +would be downloaded again\n\n/,
  )
  t.match(await klab.run('cache', 'prune'), {
    code: 2,
    stderr: /it must ask, and there is no terminal\ntry: klab cache prune --yes/,
  })
  t.match(await klab.run('cache', 'list', '--yes'), { code: 2 })
  t.ok(existsSync(file))
  t.match(await klab.run('cache', 'prune', '--yes', '--to', '1GiB'), { code: 0, stdout: /^0 removed/ })
  t.match(await klab.run('cache', 'prune', '--yes'), { code: 0, stdout: /^1 removed: \S+ \S+ freed\n$/ })
  t.notOk(existsSync(file))
})

t.test('logs -f: what is there, then what comes, until it is ended', async (t) => {
  const klab = makeKlab(t)
  const paths = klab.record()
  const { console } = paths.node('k8s-node01')
  mkdirSync(dirname(console), { recursive: true })
  writeFileSync(console, 'one\ntwo\n')
  const { child, ended } = klab.start('logs', '-f', 'k8s-node01', '-n', '1')
  const until = async (text: string): Promise<void> => {
    for (let said = ''; !said.includes(text);) said += String((await once(child.stdout!, 'data'))[0])
  }
  await until('two\n')
  appendFileSync(console, 'three\n')
  await until('three\n')
  child.kill('SIGINT')
  t.match(await ended, { code: 0, stdout: 'two\nthree\n', stderr: '' })
})

t.test('port-forward, console, top, sync, kubeconfig: what is wrong is told', async (t) => {
  const klab = makeKlab(t)
  klab.record({}, [5, 5, 5, 5])
  for (const [argv, code, said] of [
    [['port-forward', 'k8s-node01'], 2, /port-forward/],
    [['port-forward', 'k8s-node01', 'x:y'], 2, /not HOSTPORT:GUESTPORT/],
    [['port-forward', 'k8s-node01', '0:80'], 1, /k8s-node01 is off\ntry: klab up/],
    [['console', 'k8s-node01'], 1, /k8s-node01 is off\ntry: klab up/],
    [['sync', '.', 'k8s-node01'], 2, /k8s-node01: not NODE:PATH/],
    [['sync', '.', 'k8s-node01:x'], 1, /k8s-node01 is off/],
    [['kubeconfig', '--merge', '--unmerge'], 2, /only one of/],
    [['kubeconfig', '--merge'], 1, /no cluster yet/],
  ] as const) {
    const r = await klab.run(...argv)
    t.match(r, { code, stdout: '' }, argv.join(' '))
    t.match(r.stderr, said)
  }
  const { nodes } = JSON.parse((await klab.run('top', '--json')).stdout) as { nodes: object[] }
  t.match(nodes[0], { name: 'k8s-master01', state: 'shut-off', memoryBytes: null, diskBytes: 0 })
})
