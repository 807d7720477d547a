import t, { type Test } from 'tap'
import { SOURCE_TOOLS } from '../../src/bundle/source/tools.js'
import { HostError } from '../../src/errors.js'
import { parseDistro } from '../../src/host/distro.js'
import { accelCheck, checkHost, requireFit } from '../../src/doctor/doctor.js'
import { memoryCheck } from '../../src/doctor/capacity.js'
import { mirrorCheck } from '../../src/doctor/tools.js'
import { type Check } from '../../src/doctor/check.js'
import { machineSpec } from '../../src/node/machine.js'
import { domainName } from '../../src/node/names.js'
import { cards, fourNodes, labOf, makeRun, makeWorld, type WorldOptions } from '../fakes/world.js'

const TCG = { accel: 'tcg', why: 'no flags' } as const
const BOTH = { image: true, bundle: true }
const SOURCE = 'kubernetes: { bundle: source }\n'
const SMALL =
  'name: small\nkubernetes: false\nnodes:\n  - { name: a, ip: 192.168.31.71, memory: 256MiB, disk: 10GiB }\n'

async function look(
  t: Test,
  o: WorldOptions & { labfile?: string; running?: readonly string[]; cached?: boolean; distro?: string } = {},
) {
  const world = makeWorld(t, { host: { virsh: '' }, ...o })
  const checks = await checkHost(world, labOf(o.labfile ?? SMALL), {
    accel: TCG,
    running: o.running ?? [],
    cached: { image: o.cached ?? false, bundle: o.cached ?? false },
    distro: parseDistro(`ID=${o.distro ?? 'debian'}`),
  })
  return { world, checks, get: (name: string): Check | undefined => checks.find((c) => c.name === name) }
}

t.test('a host with everything: all ok, each check named once', async (t) => {
  const { checks } = await look(t, { cached: true })
  t.same(
    checks.filter((c) => c.state === 'missing' && !c.name.startsWith('disk')),
    [],
  )
  t.equal(new Set(checks.map((c) => c.name)).size, checks.length)
  t.doesNotThrow(() => requireFit(checks.filter((c) => !c.name.startsWith('disk'))))
})

const TOOLS: Record<string, string> = {
  virsh: 'libvirt-clients',
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-img': 'qemu-utils',
  xorriso: 'xorriso',
  vde_switch: 'vde2',
  ssh: 'openssh-client',
  flock: 'util-linux',
  mmdebstrap: 'mmdebstrap',
}
t.test('each missing tool gives its package; the others stay ok', async (t) => {
  for (const [tool, pkg] of Object.entries(TOOLS)) {
    const { get, checks } = await look(t, { absent: [tool] })
    t.match(get(tool), { state: 'missing', fix: new RegExp(`^sudo apt-get install .* ${pkg}$`) }, tool)
    for (const other of Object.keys(TOOLS))
      if (other !== tool) t.equal(get(other)?.state, 'ok', `${other} without ${tool}`)
    t.throws(() => requireFit(checks), HostError)
  }
})

t.test('on Fedora: its own names; and what only Debian can build is not installed but replaced', async (t) => {
  const fix = async (tool: string, labfile?: string): Promise<string | undefined> =>
    (await look(t, { absent: [tool], distro: 'fedora', ...(labfile === undefined ? {} : { labfile }) })).get(tool)?.fix
  const own = { virsh: 'libvirt-client', 'qemu-img': 'qemu-img', ssh: 'openssh-clients', mke2fs: 'e2fsprogs' }
  for (const [tool, pkg] of Object.entries(own))
    t.match(await fix(tool), new RegExp(`^sudo dnf install -y \\S+ ${pkg}$`), tool)
  t.match(await fix('mmdebstrap'), /image: .*Labfile/)
  t.match(await fix('dpkg-deb', fourNodes(SOURCE)), /kubernetes\.bundle: upstream/)
  t.match(await fix('skopeo', fourNodes('kubernetes: { bundle: upstream }\n')), /^sudo dnf .* skopeo$/)
  t.match(await fix('vde_switch'), /network\.mode to nat/)
  t.match(await fix('dnsmasq', `${SMALL}network: { mode: nat }\n`), / dnsmasq$/)
})

t.test('a QEMU without vde (Ubuntu, Fedora): refused in user mode only, and the way out is named', async (t) => {
  const host = { virsh: '', 'qemu-system-x86_64 -netdev help': 'Available netdev backend types:\nsocket\nuser\n' }
  const { get } = await look(t, { host, distro: 'ubuntu' })
  t.match(get('qemu vde'), { state: 'missing', found: /ubuntu is built without vde/, fix: /network\.mode to nat/ })
  t.equal((await look(t, { host, labfile: `${SMALL}network: { mode: nat }\n` })).get('qemu vde'), undefined)
  t.match((await look(t)).get('qemu vde'), { state: 'ok' })
  t.equal((await look(t, { absent: ['qemu-system-x86_64'] })).get('qemu vde'), undefined, 'its own line says it')
  const broken = { virsh: '', 'qemu-system-x86_64 -netdev help': { exitCode: 127, stderr: 'no libfdt\n' } }
  t.match((await look(t, { host: broken })).get('qemu vde'), { state: 'missing', found: /no libfdt/ })
})

t.test('klab’s own image wants a Debian mirror, which Ubuntu does not have', async (t) => {
  const deb = (suite: string, part: string) => `deb https://mirror.test/x ${suite} ${part}\n`
  const dir = t.testdir({
    debian: { 'sources.list': deb('trixie', 'main') },
    ubuntu: { 'sources.list': deb('noble', 'main universe') },
  })
  t.match(await mirrorCheck('bookworm', `${dir}/debian`), { state: 'ok' })
  for (const etc of ['ubuntu', 'none'])
    t.match(await mirrorCheck('bookworm', `${dir}/${etc}`), {
      state: 'warn',
      found: /no Debian mirror/,
      fix: /image: .*Labfile/,
    })
  t.ok((await look(t, { distro: 'ubuntu' })).get('debian mirror'))
  t.notOk((await look(t, { distro: 'ubuntu', cached: true })).get('debian mirror'))
})

t.test('a machine that somebody opened with virsh: refused while it runs; when it is off, up closes it', async (t) => {
  const world = makeWorld(t, { host: { virsh: '' } })
  const lab = labOf(SMALL)
  const { hypervisor } = world
  const run = makeRun(world, lab)
  const [node] = lab.nodes
  const spec = machineSpec(run, node!, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, 'a') })
  const name = domainName(run.id, 'a')
  const check = async () =>
    (await checkHost(world, lab, { accel: TCG, running: ['a'], cached: BOTH, id: run.id })).find((c) => c.name === 'a')
  await hypervisor.ensureMachine(spec)
  await hypervisor.start(name)
  t.equal(await check(), undefined)
  hypervisor.opened.set(name, ['graphics vnc on 0.0.0.0', 'restrict=off'])
  const running = await check()
  t.match(running, { state: 'missing', found: /vnc on 0\.0\.0\.0; restrict=off/, fix: /^klab halt, then klab up/ })
  t.throws(() => requireFit([running!]), HostError)
  await hypervisor.stop(name, 0)
  t.match(await check(), { state: 'warn', fix: /^klab up/ })
  await hypervisor.ensureMachine(spec)
  t.equal(await check(), undefined)
})

t.test('the bundle’s tools are asked for with Kubernetes built from source only', async (t) => {
  const names = async (labfile: string, cached = false): Promise<string[]> =>
    (await look(t, { labfile, cached })).checks.map((c) => c.name)
  const own = SOURCE_TOOLS.map((b) => b.tool).filter((x) => !(x in TOOLS) && !['mke2fs', 'fakeroot'].includes(x))
  t.ok(own.length > 0)
  const wanted = await names(fourNodes(SOURCE))
  for (const tool of own) t.ok(wanted.includes(tool), tool)
  for (const none of [
    await names(SMALL),
    await names(fourNodes('kubernetes: { bundle: { dir: /b } }\n')),
    await names(fourNodes(SOURCE), true),
  ])
    t.same(
      none.filter((n) => own.includes(n)),
      [],
    )
  const online = await names(fourNodes('kubernetes: { bundle: upstream }\n'))
  t.ok(online.includes('skopeo') && !online.includes('gcc'), 'a downloaded bundle is pulled, not compiled')
  t.notOk(
    (await names(`${SMALL}image: { path: /x.qcow2 }\n`)).includes('mmdebstrap'),
    'somebody’s own image is not built',
  )
})

t.test('NAT mode: dnsmasq instead of the switch, no ports, the system’s libvirt', async (t) => {
  const { get } = await look(t, { labfile: `${SMALL}network: { mode: nat }\n`, absent: ['dnsmasq', 'vde_switch'] })
  t.match(get('dnsmasq'), { state: 'missing', fix: / dnsmasq-base$/ })
  for (const name of ['vde_switch', 'ports']) t.equal(get(name), undefined, name)
  t.match(get('network'), { state: 'missing', found: /qemu:\/\/\/system/ })
  t.equal((await look(t)).get('network'), undefined, 'user mode asks nothing of the kind')
})

t.test('memory: short by how much; machines that run already have theirs', async (t) => {
  const huge = fourNodes().replaceAll(' }', ', memory: 512GiB }')
  const { get } = await look(t, { labfile: huge })
  t.match(get('memory'), {
    state: 'missing',
    found: /\d+ MiB available, the lab takes about 125\d{4} MiB, and up to 209\d{4}: \d+ MiB short/,
  })
  t.ok(get('memory')!.fix)
  const names = labOf(huge).nodes.map((n) => n.name)
  t.match((await look(t, { labfile: huge, running: names })).get('memory'), {
    state: 'ok',
    found: /^\d+ MiB available; the lab’s machines run and have their memory$/,
  })
  t.equal((await look(t, { labfile: huge, running: names.slice(1) })).get('memory')!.state, 'missing')
})

t.test('memory: what such a lab touches decides; between that and all that it may take, a warning', (t) => {
  const { nodes } = labOf(fourNodes())
  t.match(memoryCheck(nodes, 13_288), { state: 'ok', found: /takes up to 13288 MiB$/ })
  t.match(memoryCheck(nodes, 12_666), { state: 'warn', found: /12666 MiB available.*about 8373 MiB, and up to 13288/ })
  t.match(memoryCheck(nodes, 8373), { state: 'warn' })
  const short = memoryCheck(nodes, 8000)
  t.match(short, { state: 'missing', found: /373 MiB short/, fix: /klab up --force/, mayTry: true })
  t.throws(() => requireFit([short]), HostError)
  t.doesNotThrow(() => requireFit([short], { force: true }))
  const tool: Check = { name: 'virsh', state: 'missing', found: '' }
  t.throws(() => requireFit([short, tool], { force: true }), { message: /^(?![^]*memory)[^]*virsh/ })
  t.end()
})

t.test('libvirt: unreachable says what to type; slow answers are a warning', async (t) => {
  const world = makeWorld(t, { host: { virsh: '' } })
  world.hypervisor.unreachable = true
  const checks = await checkHost(world, labOf(SMALL), { accel: TCG, running: [], cached: BOTH })
  t.match(
    checks.find((c) => c.name.startsWith('libvirt')),
    { state: 'missing', found: /cannot be reached/, fix: 'start libvirtd' },
  )
})

t.test('the accelerator: only a Labfile that insists on KVM makes its absence an error', (t) => {
  const lab = (accel: string) => labOf(`${SMALL}hypervisor: { accel: ${accel} }\n`)
  t.match(accelCheck(lab('auto'), TCG), { state: 'ok', found: /TCG.*no flags/ })
  t.match(accelCheck(lab('tcg'), TCG), { state: 'ok' })
  t.match(accelCheck(lab('kvm'), TCG), { state: 'missing', found: /no flags/, fix: /accel/ })
  t.match(accelCheck(lab('kvm'), { accel: 'kvm' }), { state: 'ok' })
  t.match(accelCheck(lab('auto'), { accel: 'kvm' }), { state: 'ok', found: /KVM/ })
  t.end()
})

t.test('an ordinary user who builds the image needs subordinate ids; root does not', async (t) => {
  t.equal((await look(t)).get('user namespaces'), undefined)
  t.match((await look(t, { uid: 1000, absent: ['newuidmap'] })).get('user namespaces'), {
    state: 'missing',
    fix: /uidmap$/,
  })
  t.match((await look(t, { uid: 1000 })).get('user namespaces'), {
    state: 'missing',
    fix: /^sudo usermod --add-subuids .* tester$/,
  })
  t.equal((await look(t, { uid: 1000, cached: true })).get('user namespaces'), undefined)
})

t.test('requireFit: all that is missing in one message, every fix once; warnings pass', (t) => {
  const missing = (name: string, fix?: string): Check => ({
    name,
    state: 'missing',
    found: 'gone',
    ...(fix === undefined ? {} : { fix }),
  })
  t.doesNotThrow(() => requireFit([{ name: 'x', state: 'warn', found: 'slow', fix: 'f' }]))
  try {
    requireFit([
      missing('a', 'fix 1'),
      { name: 'ok', state: 'ok', found: '' },
      missing('b', 'fix 1'),
      missing('c', 'fix 2'),
      missing('d'),
    ])
    t.fail('must throw')
  } catch (error) {
    t.match(error, {
      constructor: HostError,
      exitCode: 3,
      message: 'this host lacks what the lab needs:\n  a: gone\n  b: gone\n  c: gone\n  d: gone',
    })
    t.match((error as HostError).hint, /^fix 1\s+fix 2$/)
  }
  t.end()
})
