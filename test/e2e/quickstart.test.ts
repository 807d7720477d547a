/**
 * README's first command for real: from nothing to Ready nodes, pods talking, DNS answering, NetworkPolicy obeyed,
 * also after a restore and a day later; then destroy, and proof that nothing is left. KLAB_E2E_NODES: how many of the
 * default lab's nodes. Two are what CI has time for without KVM; four before a version or the pod network changes.
 */
import { readdir, readFile, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import type { CheckReport } from '../../src/course/types.js'
import type { Status } from '../../src/lab/status.js'
import { isFree } from '../../src/state/ports.js'
import { cachePaths, labPaths, roots } from '../../src/state/paths.js'
import { readRecord, listRecords } from '../../src/state/record.js'
import { proveLessons } from './lessons.js'
import { policyProof } from './policy.js'
import { rounds } from './rounds.js'
import { run as runIn, type Ran } from './run.js'
import { ensureSystemLibvirt, exec, host, processes, uid } from '../real/libvirt.js'

const project = fileURLToPath(new URL('../..', import.meta.url))
/** The default lab's own text, with its first nodes. */
const text = await readFile(`${project}labs/quickstart/Labfile`, 'utf8')
const NODES = [...text.matchAll(/- \{ name: (\S+),/g)]
  .map(([, name]) => name ?? '')
  .slice(0, Number(process.env['KLAB_E2E_NODES'] ?? 2))
const [first = '', last = ''] = [NODES[0], NODES.at(-1)]
const ours = (line: string): boolean => !line.includes('- { name:') || NODES.some((n) => line.includes(`${n},`))
const dir = t.testdir({ Labfile: text.split('\n').filter(ours).join('\n') })
const labfile = `${dir}/Labfile`
const klab = [process.execPath, `${project}dist/main.js`, '-f', labfile]

const run = (argv: readonly string[]): Promise<Ran> => runIn(argv, { cwd: project })
const kubectl = async (...args: string[]): Promise<string> => (await run([...klab, 'kubectl', ...args])).stdout
const status = async (): Promise<Status> => JSON.parse((await run([...klab, 'status', '--json'])).stdout) as Status

/**
 * A workload of the test's own, beside the proof that `up` itself makes: a deployment `name` and its service, whose
 * page a new pod gets by the service's name. Controllers, scheduler, kubelets,
 * CNI, DNS and kube-proxy all have a part in it.
 */
async function served(t: Test, name: string, replicas = 1): Promise<void> {
  const serve = 'mkdir /tmp/w; hostname >/tmp/w/index.html; exec httpd -f -p 80 -h /tmp/w'
  const image = '--image=klab.local/probe:1'
  t.match(
    await kubectl('create', 'deployment', name, image, `--replicas=${replicas}`, '--', 'sh', '-c', serve),
    /created/,
  )
  await kubectl('expose', 'deployment', name, '--port=80')
  t.match(await kubectl('rollout', 'status', `deployment/${name}`, '--timeout=600s'), /successfully rolled out/)
  const fetch =
    `n=0; until timeout 20 wget -q -O - http://${name}.default.svc.cluster.local; do ` +
    'n=$((n+1)); [ $n -lt 30 ] || exit 1; sleep 2; done'
  const client = `${name}-client`
  await kubectl(
    'run',
    client,
    image,
    '--image-pull-policy=Never',
    '--restart=Never',
    '--command',
    '--',
    'sh',
    '-c',
    fetch,
  )
  const phase = (): Promise<string> => kubectl('get', 'pod', client, '-o', 'jsonpath={.status.phase}')
  for (let i = 0; i < 120 && !/Succeeded|Failed/.test(await phase()); i++)
    await new Promise((resolve) => setTimeout(resolve, 5000))
  const page = await kubectl('logs', client)
  if (!t.ok(page.startsWith(`${name}-`), `${name}: a pod fetched a page from the service by its name`))
    t.comment(
      page,
      await kubectl('describe', 'pod', client),
      await kubectl('get', 'pods,endpoints', '-A', '-o', 'wide'),
    )
}

t.test(
  'labs/quickstart',
  { skip: uid === 0 ? false : 'runs as root on qemu:///system; session mode has its own tests' },
  async (t) => {
    const known = (await listRecords(roots(host).state)).find((r) => r.labfile === labfile)
    if (known) return t.fail(`lab ${known.id} of this checkout is up: klab destroy it before the test`)
    await ensureSystemLibvirt(t)
    // Destroy in the teardown too: a failed assertion must not leave four machines behind.
    t.teardown(() => run([...klab, 'destroy', '--force']))

    // From scratch, also where somebody has kept this very lab in the cache.
    const up = await run(['env', `KLAB_LABFILE=${labfile}`, `${project}quickstart`, '--fresh'])
    t.equal(up.code, 0, `./quickstart ended well (${Math.round(up.ms / 1000)} s)`)
    t.match(up.stdout, new RegExp(`cluster: Kubernetes 1\\.23\\.17, ${NODES.length}/${NODES.length} Ready`))
    t.match(up.stdout, /kubeconfig: \S+/)

    const now = await status()
    t.equal(now.state, 'running')
    t.strictSame(
      now.nodes.map((n) => [n.name, n.ready]),
      NODES.map((n) => [n, true]),
    )
    const id = (await listRecords(roots(host).state)).find((r) => r.labfile === labfile)?.id ?? ''
    const paths = labPaths(roots(host), id)
    const portsOf = async (): Promise<readonly number[]> =>
      Object.values((await readRecord(paths.record))?.ports ?? {}).flatMap((p) =>
        p.api === undefined ? [p.ssh] : [p.ssh, p.api],
      )
    t.equal((await portsOf()).length, NODES.length + 1, 'one port a node, one for the API server')

    const again = await run([...klab, 'up'])
    t.equal(again.code, 0)
    t.match(
      again.stdout,
      /everything is up; nothing to do/,
      `a second up has nothing to do (${Math.round(again.ms)} ms)`,
    )

    t.match(
      await kubectl('get', 'nodes', '-o', 'wide'),
      new RegExp(`${last}\\s+Ready.*192\\.168\\.31\\.6${NODES.length}`),
    )
    const hosts = await run([
      ...klab,
      'ssh',
      last,
      '--',
      'cat',
      '/etc/hosts',
      '/proc/swaps',
      '/proc/sys/net/bridge/bridge-nf-call-iptables',
    ])
    t.match(hosts.stdout, /192\.168\.31\.61\s+k8s-master01/)

    t.match(
      await kubectl('-n', 'kube-system', 'get', 'pods', '-o', 'jsonpath={.items[*].spec.containers[*].image}'),
      /(?=.*registry\.k8s\.io\/kube-apiserver:v1\.23\.17)(?=.*registry\.k8s\.io\/coredns\/coredns:v1\.8\.6)/,
      'kubeadm’s images of that version',
    )
    await served(t, 'fresh', 3)

    // flannel would not do: it obeys no policy.
    const policy = await policyProof(kubectl, [first, last])
    await policy.all(t, 'fresh')

    const listeners = (await exec.run(['ss', '-Hlntup'])).stdout
      .split('\n')
      .filter((l) => /qemu-system|vde_switch/.test(l))
    t.ok(listeners.length > NODES.length, 'QEMU listens')
    t.strictSame(
      listeners.filter((l) => !/\s127\.0\.0\.1:\d+\s/.test(l)),
      [],
      'on 127.0.0.1 only',
    )

    await t.test('klab check and klab provision', async (t) => {
      const check = async (...args: string[]) => {
        const { code, stdout } = await run([...klab, 'check', '--json', ...args])
        return { code, report: JSON.parse(stdout) as CheckReport }
      }
      const first = await check()
      t.match(first, { code: 0, report: { ok: true } }, 'green in every section that applies')

      // Each section of the course undone and put back takes long: `npm run test:check`.
      await run([...klab, 'ssh', last, 'sudo sed -i /k8s-master01/d /etc/hosts; sudo sysctl -qw net.ipv4.ip_forward=0'])
      t.equal((await check('2.2')).code, 1)
      t.equal(
        (await run([...klab, 'provision', '--only', 'system', last])).code,
        0,
        'provision puts the system settings back',
      )
      t.equal((await check('2.2')).code, 0)
    })

    // By hand until it has passed on a real lab here: what was never seen green must not stop a landing.
    if (process.env['KLAB_E2E_LESSONS']) await t.test('lessons and faults', (t) => proveLessons(t, { run, klab }))

    await rounds(t, { run, klab, nodes: NODES, count: Number(process.env['KLAB_E2E_ROUNDS'] ?? 1) })
    await served(t, 'restored')
    await policy.all(t, 'restored')

    // Sealed, destroyed, back from the cache. `seals`: what was there before stays.
    const { seals } = cachePaths(roots(host))
    const before = await readdir(seals).catch((): string[] => [])
    t.teardown(async () => {
      for (const dir of await readdir(seals).catch((): string[] => []))
        if (!before.includes(dir)) await rm(`${seals}/${dir}`, { recursive: true })
    })
    t.equal((await run([...klab, 'up', '--seal'])).code, 0)
    t.equal((await run([...klab, 'destroy', '--force'])).code, 0)
    // Tomorrow: tokens that programs of the cluster held have ended.
    const back = await run(['faketime', '-f', '+26h', ...klab, 'up'])
    t.match(
      back,
      { code: 0, stdout: new RegExp(`${NODES.length}/${NODES.length} Ready[^]*kubeconfig: `) },
      `from the cache: ${Math.round(back.ms / 1000)} s`,
    )
    t.ok(
      Number((await run([...klab, 'ssh', last, '--', 'date', '+%s'])).stdout) * 1000 > Date.now() + 25 * 3_600_000,
      'the guests believe it',
    )
    await served(t, 'sealed')
    await policy.all(t, 'after 26 h')

    const ports = await portsOf()
    const gone = await run([...klab, 'destroy', '--force'])
    t.equal(gone.code, 0)
    t.notMatch((await exec.run(['virsh', '-c', 'qemu:///system', 'list', '--all', '--name'])).stdout, id, 'no domain')
    t.notOk((await readdir(`${roots(host).state}/labs`)).includes(id), 'no folder')
    t.strictSame(
      (await processes())
        .filter((p) => p.argv.some((a) => a.includes(id) || a.includes(paths.run)))
        .map((p) => p.argv[0]),
      [],
      'no process',
    )
    t.strictSame(
      await Promise.all(ports.map(isFree)),
      ports.map(() => true),
      'no port taken',
    )
    t.equal((await status()).state, 'absent')
    t.equal((await run([...klab, 'destroy', '--force'])).code, 0, 'destroy of what is gone is fine')
  },
)
