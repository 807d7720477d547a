import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import t from 'tap'
import {
  commonSettings,
  digest,
  installScripts,
  loadScripts,
  phaseDigest,
  readMarks,
  runGuestPhase,
  scriptOf,
} from '../../src/node/guest-phase.js'
import { createFakeClock } from '../fakes/clock.js'
import { createFakeGuests, failure } from '../fakes/guests.js'
import { fourNodes, labOf, root } from '../fakes/world.js'

const lab = labOf(fourNodes())
const signal = new AbortController().signal
const address = { node: 'n1', host: '127.0.0.1', port: 1, user: 'klab', privateKey: '', hostKey: '' }
const guestOf = (fake: ReturnType<typeof createFakeGuests>) =>
  fake.connect(address, { withinMs: 1, signal: new AbortController().signal })

t.test('digest: order and borders of the parts count', (t) => {
  t.match(digest('a'), /^[0-9a-f]{64}$/)
  const all = [
    digest(),
    digest(''),
    digest('a', 'b'),
    digest('b', 'a'),
    digest('ab'),
    digest('ab', ''),
    digest('', 'ab'),
    digest('a","b'),
  ]
  t.equal(new Set(all).size, all.length)
  t.equal(digest('a', 'b'), digest('a', 'b'))
  t.end()
})

t.test(
  'a phase’s digest changes with its script, what it sources, settings and extra, and with nothing else',
  async (t) => {
    const scripts = await loadScripts(root)
    const settings = commonSettings(lab, ['k8s.gcr.io/pause:3.2'])
    const edited = (name: string) => ({
      files: new Map([...scripts.files].map(([n, text]) => [n, n === name ? `${text}# changed\n` : text])),
    })
    const base = (phase: string): string => phaseDigest(scripts, phase, { lab, settings, extra: 'key' })
    const family = ['family.sh', 'family-debian.sh', 'family-rhel.sh', 'family-yum.sh', 'family-dnf.sh', 'bundle.sh']
    const helpers: Record<string, string[]> = {
      system: ['system.sh', ...family],
      runtime: ['runtime-docker.sh', ...family],
      packages: ['packages.sh', ...family, 'kubelet.service', '10-kubeadm.conf', 'cni-plugin.sh'],
      images: ['images.sh', 'bundle.sh'],
      'control-plane': ['control-plane.sh', 'retry.sh', 'pod-range.sh', 'bundle.sh', 'control-plane-repair.sh'],
      endpoint: ['endpoint.sh', ...family],
      member: ['member.sh', 'retry.sh', 'pod-range.sh', 'control-plane-repair.sh'],
      workers: ['workers.sh', 'retry.sh', 'pod-range.sh'],
    }
    for (const [phase, own] of Object.entries(helpers)) {
      t.equal(
        base(phase),
        phaseDigest(scripts, phase, { lab, settings: { ...settings }, extra: 'key' }),
        `${phase}: the same again`,
      )
      for (const file of scripts.files.keys()) {
        const other = phaseDigest(edited(file), phase, { lab, settings, extra: 'key' })
        t.equal(other !== base(phase), own.includes(file), `${phase}: ${file}`)
      }
      for (const name of Object.keys(settings))
        t.not(
          phaseDigest(scripts, phase, { lab, settings: { ...settings, [name]: 'x' }, extra: 'key' }),
          base(phase),
          `${phase}: ${name}`,
        )
      t.not(phaseDigest(scripts, phase, { lab, settings, extra: 'other key' }), base(phase), `${phase}: extra`)
    }
    t.equal(new Set(Object.keys(helpers).map(base)).size, Object.keys(helpers).length, 'no two phases have the same')
  },
)

t.test('every file that a phase reads, itself or through another, is in its digest', async (t) => {
  const scripts = await loadScripts(root)
  const reads = (name: string): string[] => {
    const own = [
      ...(scripts.files.get(name) ?? '').matchAll(/^\s*(?:\.|source|cp|sed .*) \/usr\/lib\/klab\/(\S+)/gm),
    ].map(([, file]) => file!)
    return [...own, ...own.flatMap(reads)]
  }
  for (const phase of ['system', 'runtime', 'packages', 'images', 'control-plane', 'workers']) {
    const files = reads(`${scriptOf(phase, lab)}.sh`)
    t.equal(files.includes('family-yum.sh'), ['system', 'runtime', 'packages'].includes(phase), phase)
    for (const read of files) {
      const without = { files: new Map([...scripts.files].filter(([n]) => n !== read)) }
      t.not(
        phaseDigest(without, phase, { lab, settings: {}, extra: '' }),
        phaseDigest(scripts, phase, { lab, settings: {}, extra: '' }),
        `${phase} reads ${read}`,
      )
    }
  }
})

t.test('the scripts are those of cloud-init/phases, whole', async (t) => {
  const scripts = await loadScripts(root)
  t.same([...scripts.files.keys()], readdirSync(`${root}/cloud-init/phases`).sort())
  for (const phase of ['system', 'runtime', 'packages', 'images', 'control-plane', 'workers', 'clean', 'run'])
    t.ok(scripts.files.get(`${scriptOf(phase, lab)}.sh`), phase)
  t.ok(scripts.files.has('runtime-containerd.sh'))
})

t.test('runtime has a script for each runtime', (t) => {
  t.equal(scriptOf('runtime', lab), 'runtime-docker')
  t.equal(scriptOf('runtime', labOf(fourNodes('kubernetes: { runtime: containerd }\n'))), 'runtime-containerd')
  t.equal(scriptOf('images', lab), 'images')
  t.end()
})

t.test(
  'settings: the same for every node, the pause image from the bundle, nothing of Kubernetes for plain machines',
  (t) => {
    t.same(commonSettings(lab, ['k8s.gcr.io/etcd:3.4', 'k8s.gcr.io/pause:3.2', 'x/pauser:1']), {
      KLAB_USER: 'klab',
      KLAB_TIMEZONE: 'Asia/Shanghai',
      KLAB_TIME_SERVERS: '',
      KLAB_IPVS: 'true',
      KLAB_VERSION: '1.23.17',
      KLAB_RUNTIME: 'docker',
      KLAB_CRI_SOCKET: '/var/run/dockershim.sock',
      KLAB_CONTAINERD_MIN: '1.3',
      KLAB_PAUSE_IMAGE: 'k8s.gcr.io/pause:3.2',
      KLAB_REGISTRY_MIRRORS: '[]',
      KLAB_PACKAGES: 'bundle',
      KLAB_DOCKER_VERSION: '',
      KLAB_KERNEL: 'stock',
      KLAB_MIRROR_OS: '',
      KLAB_MIRROR_DOCKER: '',
      KLAB_MIRROR_KUBERNETES: '',
      KLAB_MIRROR_ELREPO: '',
    })
    const plain = commonSettings(labOf(fourNodes('kubernetes: false\nos: { ipvs: false }\n')), [])
    t.same(
      [plain['KLAB_VERSION'], plain['KLAB_RUNTIME'], plain['KLAB_PAUSE_IMAGE'], plain['KLAB_IPVS']],
      ['', '', '', 'false'],
    )
    t.end()
  },
)

t.test('settings come out of /etc/klab/env as they went in, whatever is in them', async (t) => {
  const values = {
    A: "it's",
    B: '$(touch /tmp/no) `id` $HOME',
    C: 'two\nlines',
    D: '',
    E: '"double" \\ back',
    F: "''",
    G: '漢字 *',
  }
  const fake = createFakeGuests(t)
  await installScripts(await guestOf(fake), await loadScripts(root), values)
  const env = fake.files.get('n1')!.get('/etc/klab/env')!.content
  const names = Object.keys(values)
  const out = execFileSync(
    'bash',
    ['-c', `set -a; eval "$1"; set +a; for v in ${names.join(' ')}; do printenv -0 $v; done`, 'x', env],
    {
      encoding: 'utf8',
    },
  )
  t.same(out.split('\0').slice(0, -1), Object.values(values))
})

t.test('scripts are installed executable, other files not', async (t) => {
  const fake = createFakeGuests(t)
  await installScripts(await guestOf(fake), await loadScripts(root), {})
  const files = fake.files.get('n1')!
  t.equal(files.get('/usr/lib/klab/run.sh')?.mode, 0o755)
  t.equal(files.get('/usr/lib/klab/kubelet.service')?.mode, 0o644)
  t.equal(files.size, readdirSync(`${root}/cloud-init/phases`).length + 1)
})

t.test('marks are read as they are on the disk', async (t) => {
  const read = async (stdout: string) =>
    Object.fromEntries(await readMarks(await guestOf(createFakeGuests(t, () => stdout))))
  t.same(await read(''), {})
  t.same(await read('system:aaa\nruntime-docker:bbb\ncontrol-plane:c:d\n'), {
    system: 'aaa',
    'runtime-docker': 'bbb',
    'control-plane': 'c:d',
  })
})

t.test('the command that reads marks really prints them, and nothing where there are none', async (t) => {
  const fake = createFakeGuests(t, () => '')
  await readMarks(await guestOf(fake))
  const script = (dir: string): string => fake.calls[0]!.text.replace(/^sudo: /, '').replace('/var/lib/klab/done', dir)
  const run = (dir: string): string => execFileSync('bash', ['-c', script(dir)], { encoding: 'utf8' })
  const dir = t.testdir({ done: { system: 'aaa\n', images: 'bbb\n', '-odd': 'ccc\n', empty: '' }, none: {} })
  t.same(run(`${dir}/done`).trim().split('\n').sort(), ['-odd:ccc', 'images:bbb', 'system:aaa'])
  t.equal(run(`${dir}/none`), '')
  t.equal(run(`${dir}/missing`), '')
})

t.test(
  'a phase runs through run.sh as root with its name, mark, lines and time limit; its failure is passed on',
  async (t) => {
    const lines: string[] = []
    const fake = createFakeGuests(t, ({ text, options }) => {
      options.onLine?.('working')
      return text.includes('images') ? failure('n1', [text], 3, 'no space left') : ''
    })
    const guest = await guestOf(fake)
    await runGuestPhase(guest, 'system', 'abc', {
      line: (l) => lines.push(l),
      signal,
      clock: createFakeClock(),
      timeoutMs: 1234,
    })
    t.equal(fake.calls[0]!.text, 'sudo -n bash /usr/lib/klab/run.sh system abc')
    t.match(fake.calls[0]!.options, { timeoutMs: 1234, signal })
    t.same(lines, ['working'])
    await t.rejects(
      runGuestPhase(guest, 'images', 'abc', { line: () => undefined, signal, clock: createFakeClock(), timeoutMs: 1 }),
      {
        message: /no space left/,
      },
    )
    t.equal(fake.calls.length, 2, 'a phase that failed is not tried again')
  },
)

t.test('a connection that breaks is no failure: the phase is asked for again, five times', async (t) => {
  let broken = 2
  const lost = () => failure('n1', ['run.sh'], undefined, 'the connection was lost')
  const fake = createFakeGuests(t, () => (broken-- > 0 ? lost() : ''))
  const lines: string[] = []
  const o = { line: (l: string) => lines.push(l), signal, clock: createFakeClock(), timeoutMs: 1 }
  await runGuestPhase(await guestOf(fake), 'control-plane', 'abc', o)
  t.equal(fake.calls.length, 3)
  t.match(lines, [/connection to n1 broke/, /connection to n1 broke/])
  broken = 99
  await t.rejects(runGuestPhase(await guestOf(fake), 'control-plane', 'abc', o), { message: /connection was lost/ })
  t.equal(fake.calls.length, 9, 'not for ever')
})
