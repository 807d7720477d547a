import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { trap } from '../bundle/fixtures/programs.js'
import { fourNodes } from '../fakes/world.js'
import { makeKlab, OFFLINE } from './klab.js'

t.jobs = 2
const TCG = `${OFFLINE}hypervisor: { accel: tcg }\n`

t.test('validate', async (t) => {
  const klab = makeKlab(t)
  t.match(await klab.run('validate'), {
    code: 0,
    stdout: /Labfile: lab course, 4 nodes, Kubernetes 1\.23\.17: valid\n$/,
    stderr: '',
  })
  const { stdout, code } = await klab.run('validate', '--json')
  t.equal(code, 0)
  t.match(JSON.parse(stdout), { name: 'course', nodes: [{ memoryMiB: 3072 }, {}, {}, {}] })
})

t.test('validate: files and folders that the Labfile names must be there', async (t) => {
  const more =
    'image: { path: gone.qcow2 }\nkubernetes: { version: 1.20.2, bundle: { dir: k }, cni: { manifest: net.yaml } }\n'
  const klab = makeKlab(t, `name: course\n${more}`)
  const { code, stdout, stderr } = await klab.run('validate')
  t.equal(code, 2)
  t.equal(stdout, '')
  t.match(stderr, /Labfile:2:16: image\.path: no such file: .*work\/gone\.qcow2\n/)
  t.match(stderr, /Labfile:3:47: kubernetes\.bundle\.dir: no such folder: .*work\/k\n/)
  t.match(stderr, /kubernetes\.cni\.manifest: no such file: .*work\/net\.yaml/)
  mkdirSync(join(klab.dir, 'work/k'))
  for (const name of ['gone.qcow2', 'net.yaml']) writeFileSync(join(klab.dir, 'work', name), '')
  t.match(
    await klab.run('validate'),
    { code: 2, stderr: /bundle\.dir: \S*work\/k: / },
    'an empty folder lacks everything',
  )
})

t.test('plan: text and JSON on stdout, nothing written', async (t) => {
  const klab = makeKlab(t, TCG)
  const text = await klab.run('plan')
  t.match(text, { code: 0, stderr: '' })
  t.match(text.stdout, /^lab course on qemu:\/\/\/\w+, tcg\nprofile slow-host: .*\nbundle source\n\nnetwork: /)
  t.match(text.stdout, /control-plane\/k8s-master01/)
  const { stdout } = await klab.run('plan', '--json', '--until', 'boot')
  const plan = JSON.parse(stdout) as { phases: { name: string; steps: { id: string; title: string }[] }[] }
  t.match(plan, { lab: 'course', goal: 'up', accel: 'tcg', profile: { name: 'slow-host' } })
  t.equal(plan.phases.at(-1)?.name, 'boot')
  t.equal(plan.phases.at(-1)?.steps.length, 4)
  for (const d of ['state', 'cache', 'run']) t.notOk(existsSync(join(klab.dir, d)), d)
})

t.test('a changed Labfile: plan shows what changed, as text and as data; up refuses with the same', async (t) => {
  const klab = makeKlab(t, TCG)
  klab.record({ completedUntil: 'ready' }, [1, 1, 1, 1])
  t.match(JSON.parse((await klab.run('plan', '--json')).stdout), { changes: [] })
  t.notMatch((await klab.run('plan')).stdout, /changed/)
  const changed = TCG.replace('ip: 192.168.31.62', '$&, memory: 4GiB').replace(/$/, 'network: { internet: true }\n')
  writeFileSync(join(klab.dir, 'work/Labfile'), changed)
  const text = await klab.run('plan')
  t.match(text, { code: 0, stderr: '' })
  t.match(
    text.stdout,
    /^the Labfile changed since .*:\n {2}network\.internet: false → true: needs a new lab\n {2}nodes/m,
  )
  t.match(text.stdout, /new lab\n {2}nodes\[1\]\.memoryMiB: 3072 → 4096: from the next boot of .*\nup refuses/)
  t.match(text.stdout, /^control-plane: /m, 'and what up would do after destroy')
  const changes = [
    { path: 'network.internet', before: false, after: true, when: 'new-lab', command: 'klab destroy, then klab up' },
    { path: 'nodes[1].memoryMiB', before: 3072, after: 4096, when: 'boot', command: 'klab reload k8s-node01' },
  ]
  const found = (JSON.parse((await klab.run('plan', '--json')).stdout) as { changes: unknown[] }).changes
  t.equal(found.length, 2)
  t.match(found, changes)
  const up = await klab.run('up', '--json')
  t.match(up, { code: 1, stderr: /nodes\[1\]\.memoryMiB: 3072 → 4096[^]*klab destroy/ })
  t.match(JSON.parse(up.stdout), { error: { code: 'state', changes } })
})

t.test('a Labfile with a node more: plan shows that up takes it over, with the phases of all five', async (t) => {
  const klab = makeKlab(t, TCG)
  klab.record({ completedUntil: 'ready' }, [1, 1, 1, 1])
  const more = TCG.replace(/^kubernetes/m, '  - { name: k8s-node04, ip: 192.168.31.65 }\n$&')
  writeFileSync(join(klab.dir, 'work/Labfile'), more)
  const { code, stdout } = await klab.run('plan')
  t.equal(code, 0)
  t.match(stdout, /^ {2}\+ k8s-node04 is booted and joins\nup applies this; it would do:$/m)
  t.match(stdout, /^settings: [^]*settings\/k8s-node04[^]*workers\/k8s-node04/m)
})

const asRoot = { skip: process.getuid?.() === 0 ? false : 'needs root to give files away' }
t.test('another user’s Labfile, found above: exit 2, and nothing that it names is run', asRoot, async (t) => {
  const own = 'kubernetes: { version: 1.17.5, runtime: docker, bundle: { dir: k }, cni: none }\n'
  const klab = makeKlab(t, fourNodes(`${own}hypervisor: { accel: tcg }\n`))
  const [labfile, ran] = [join(klab.dir, 'work/Labfile'), join(klab.dir, 'ran')]
  mkdirSync(join(klab.dir, 'work/k'))
  trap(join(klab.dir, 'work/k/kubeadm'), ran)
  for (const path of [labfile, join(klab.dir, 'work/k'), join(klab.dir, 'work')]) chownSync(path, 54_321, 54_321)
  const built = await klab.run('bundle', 'build')
  t.match(built, { code: 2, stdout: '', stderr: /work: belongs to uid 54321[^]*KLAB_SAFE_DIRECTORY=/ })
  t.notMatch(built.stderr, /bug in klab/)
  t.match(await klab.run('-f', labfile, 'validate'), { code: 2, stderr: /belongs to/ })
  for (const path of [join(klab.dir, 'work'), labfile]) chownSync(path, 0, 0)
  t.match(
    await klab.run('bundle', 'build'),
    { code: 2, stderr: /work\/k: belongs to/ },
    'his bundle in a Labfile of ours',
  )
  t.notOk(existsSync(ran))
  klab.env['KLAB_SAFE_DIRECTORY'] = join(klab.dir, 'work/k')
  t.match(await klab.run('bundle', 'build'), { code: 1, stderr: /work\/k: lacks/ }, 'allowed')
  t.notOk(existsSync(ran), 'and even then nothing of it is run')
})

t.test('a record outlives its Labfile, and a broken one', async (t) => {
  const klab = makeKlab(t)
  klab.record({}, [1, 1, 1, 1])
  writeFileSync(join(klab.dir, 'work/Labfile'), 'name: [')
  t.match(await klab.run('status'), { code: 0, stdout: /course: running/ })
})

t.test('doctor on a host with nothing: exit 3, every tool with its package, and no word of a bug', async (t) => {
  const klab = makeKlab(t, TCG, { PATH: '' })
  const bare = await klab.run('doctor')
  t.equal(bare.code, 3)
  for (const tool of ['virsh', 'qemu-img', 'xorriso']) t.match(bare.stdout, new RegExp(`^${tool} +missing`, 'm'), tool)
  t.match(bare.stdout, /^virsh: try: sudo apt-get install .*libvirt-clients$/m)
  t.notMatch(bare.stderr, /bug in klab/)
  const checks = JSON.parse((await klab.run('doctor', '--json')).stdout) as {
    name: string
    state: string
    fix?: string
  }[]
  t.match(
    checks.find((c) => c.name === 'qemu-img'),
    { state: 'missing', fix: /qemu-utils/ },
  )
})

t.test('up on a host with nothing: exit 3 before anything is changed', async (t) => {
  const klab = makeKlab(t, TCG, { PATH: '' })
  t.match(await klab.run('up'), { code: 3, stdout: '', stderr: /this host lacks[^]*apt-get install/ })
  for (const d of ['state', 'cache', 'run']) t.notOk(existsSync(join(klab.dir, d)), d)
})

t.test('kubeconfig, logs, ssh, kubectl before there is anything: exit 1 and what to type', async (t) => {
  const klab = makeKlab(t)
  for (const argv of [['kubeconfig'], ['logs'], ['ssh', 'k8s-node01'], ['kubectl', 'get', 'pods']])
    t.match(await klab.run(...argv), { code: 1, stdout: '', stderr: /try: klab up/ }, `${argv[0]!}: never up`)
  klab.record()
  for (const argv of [
    ['kubeconfig'],
    ['logs'],
    ['logs', 'k8s-node01'],
    ['ssh', 'k8s-node01'],
    ['kubectl', 'get', 'pods'],
  ])
    t.match(await klab.run(...argv), { code: 1, stdout: '', stderr: /try: klab up/ }, `${argv[0]!}: half up`)
})

t.test('kubeconfig and logs print what is there', async (t) => {
  const klab = makeKlab(t)
  const paths = klab.record()
  writeFileSync(paths.kubeconfig, 'kind: Config\n')
  t.match(await klab.run('kubeconfig'), { code: 0, stdout: 'kind: Config\n', stderr: '' })
  t.match(await klab.run('kubeconfig', '--path'), { code: 0, stdout: `${paths.kubeconfig}\n` })
  mkdirSync(paths.node('k8s-node01').dir, { recursive: true })
  writeFileSync(paths.node('k8s-node01').console, 'one\ntwo\nthree\n')
  t.equal((await klab.run('logs', 'k8s-node01', '-n', '2')).stdout, 'two\nthree\n')
  const line = '{"time":"2026-01-01T00:00:03.000Z","type":"output","phase":"boot","step":"boot/n1","line":"hello"}\n'
  writeFileSync(paths.log, line)
  t.equal((await klab.run('logs')).stdout, '2026-01-01 00:00:03 boot/n1 | hello\n')
  t.equal((await klab.run('logs', '--json')).stdout, line)
})

t.test('ssh: the system’s own with the lab’s config; words after -- stay apart, its exit status', async (t) => {
  const klab = makeKlab(t, fourNodes(), { FAKE_SSH_STATUS: '42', TERM: 'xterm-kitty' })
  const paths = klab.record({}, [1, 1, 1, 1])
  writeFileSync(paths.sshConfig, '')
  t.match(await klab.run('ssh', 'k8s-node01', '--', 'ls', '-l', '--json', 'a b'), {
    code: 42,
    stdout: ['-F', paths.sshConfig, 'k8s-node01', '--', "ls -l --json 'a b'", 'TERM=xterm-256color', ''].join('\n'),
  })
  klab.env['TERM'] = 'xterm'
  t.equal((await klab.run('ssh', 'k8s-node01')).stdout, `-F\n${paths.sshConfig}\nk8s-node01\nTERM=xterm\n`)
  t.equal(
    (await klab.run('-f', 'Labfile', 'ssh', 'k8s-node01', 'uptime;', 'df -h')).stdout,
    `-F\n${paths.sshConfig}\nk8s-node01\n--\nuptime;\ndf -h\nTERM=xterm\n`,
  )
})

t.test('kubectl: with the lab’s kubeconfig, arguments as they are, its exit status', async (t) => {
  const klab = makeKlab(t, fourNodes(), { FAKE_KUBECTL_STATUS: '5' })
  const paths = klab.record({}, [1, 1, 1, 1])
  writeFileSync(paths.kubeconfig, '')
  t.match(await klab.run('kubectl', 'get', 'pods', '-A', '-o', 'json', '--version'), {
    code: 5,
    stdout: `KUBECONFIG=${paths.kubeconfig}\nget\npods\n-A\n-o\njson\n--version\n`,
  })
})

/** Holds a lock as another klab would, until the test ends. */
async function hold(t: Parameters<typeof makeKlab>[0], path: string): Promise<number> {
  mkdirSync(dirname(path), { recursive: true })
  const child = spawn('flock', ['-x', path, 'sh', '-c', 'echo locked; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  t.teardown(() => process.kill(-child.pid!, 'SIGKILL'))
  await once(child.stdout, 'data')
  writeFileSync(path, JSON.stringify({ verb: 'up', pid: child.pid, since: Date.now() - 60_000 }))
  return child.pid!
}

t.test('a lab that another klab works on: exit 4, who and for how long; looking is not kept out', async (t) => {
  const klab = makeKlab(t)
  const paths = klab.record({}, [1, 1, 1, 1])
  const pid = await hold(t, paths.lock)
  const r = await klab.run('destroy', '-f')
  t.match(r, { code: 4, stdout: '' })
  t.match(r.stderr, new RegExp(`klab up.*pid ${pid}`))
  t.ok(existsSync(paths.record))
  t.equal((await klab.run('status')).code, 0)
})

t.test('klab through a link, as npm link makes it, and from a folder that is gone read-only', async (t) => {
  const klab = makeKlab(t)
  const { main } = await import('./klab.js')
  const bin = join(klab.dir, 'klab')
  symlinkSync(main, bin)
  chmodSync(join(klab.dir, 'work'), 0o500)
  const child = spawn(bin, ['validate'], {
    cwd: join(klab.dir, 'work'),
    env: klab.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [code] = (await once(child, 'close')) as [number]
  chmodSync(join(klab.dir, 'work'), 0o700)
  t.equal(code, 0)
})
