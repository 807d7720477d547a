import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { LabfileError } from '../../src/errors.js'
import { loadLabfile, parseLabfile } from '../../src/labfile/load.js'
import type { KubernetesSpec, Lab } from '../../src/labfile/model.js'
import type { LabDocument } from '../../src/labfile/schema.js'

// The schema's output must fit the model, section by section (nodes and paths are finished by build.ts, which the
// compiler checks).
export const fits = (
  d: LabDocument,
): Pick<Lab, 'name' | 'hypervisor' | 'image' | 'network' | 'mirrors' | 'os'> & {
  kubernetes: false | Omit<KubernetesSpec, 'cni'>
} => d

const root = fileURLToPath(new URL('../../', import.meta.url))
const parse = (text: string) => parseLabfile(text, '/course/Labfile', 'Labfile')

const COURSE: Omit<Lab, 'name'> = {
  hypervisor: { uri: 'auto', accel: 'auto' },
  image: { kind: 'builtin', name: 'debian-12' },
  network: { mode: 'user', cidr: '192.168.31.0/24', internet: false },
  nodes: [
    { name: 'k8s-master01', role: 'control-plane', ip: '192.168.31.61', cpus: 2, memoryMiB: 3072, diskGiB: 50 },
    { name: 'k8s-node01', role: 'worker', ip: '192.168.31.62', cpus: 2, memoryMiB: 3072, diskGiB: 50 },
    { name: 'k8s-node02', role: 'worker', ip: '192.168.31.63', cpus: 2, memoryMiB: 3072, diskGiB: 50 },
    { name: 'k8s-node03', role: 'worker', ip: '192.168.31.64', cpus: 2, memoryMiB: 3072, diskGiB: 50 },
  ],
  kubernetes: {
    version: '1.23.17',
    runtime: 'docker',
    podCidr: '10.81.0.0/16',
    serviceCidr: '10.1.0.0/16',
    cni: { name: 'calico', version: '3.28.5', encapsulation: 'vxlanCrossSubnet' },
    proxyMode: 'iptables',
    registryMirrors: [],
    bundle: { source: 'auto', mirrors: {} },
    packages: 'bundle',
  },
  mirrors: {},
  os: {
    timezone: 'Asia/Shanghai',
    locale: 'C.UTF-8',
    timeServers: [],
    ipvs: true,
    kernel: 'stock',
    user: 'klab',
    authorizedKeys: [],
  },
}

t.test('the defaults are the course, and Labfile.example and quickstart say the same', async (t) => {
  t.strictSame(parse('name: x'), { name: 'x', ...COURSE })
  const example = await loadLabfile(`${root}Labfile.example`)
  t.strictSame(example.lab, { name: 'example', ...COURSE })
  t.strictSame((await loadLabfile(`${root}labs/quickstart/Labfile`)).lab, { name: 'quickstart', ...COURSE })
  t.equal(JSON.stringify(example.lab), JSON.stringify({ name: 'example', ...COURSE }), 'the same bytes too, for hashes')
})

t.test('the example shows every field', async (t) => {
  const text = await readFile(`${root}Labfile.example`, 'utf8')
  const schema = await readFile(`${root}labfile.schema.json`, 'utf8')
  const names = [...schema.matchAll(/"([A-Za-z0-9]+)": \{/g)]
    .map(([, name]) => name!)
    .filter((name) => !['properties', 'items', 'propertyNames', 'additionalProperties', 'default'].includes(name))
  t.ok(names.length > 30)
  for (const name of new Set(names)) t.match(text, new RegExp(`\\b${name}:`), name)
})

t.test('every lab in labs/ loads under the name of its folder', async (t) => {
  const folders = await readdir(`${root}labs`)
  for (const name of ['quickstart', 'single', 'plain', 'containerd', 'modern']) t.ok(folders.includes(name), name)
  // What is in `breaks` breaks any of them.
  for (const folder of folders.filter((name) => name !== 'breaks'))
    t.equal((await loadLabfile(`${root}labs/${folder}/Labfile`)).lab.name, folder.replaceAll('.', '-'))
})

t.test('a lab is deeply frozen', (t) => {
  const lab = parse('name: x')
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    t.ok(Object.isFrozen(value), 'frozen')
    Object.values(value).forEach(walk)
  }
  walk(lab)
  t.doesNotThrow(() => parse('name: x'), 'and defaults are not shared with the next one in a way that breaks it')
  t.end()
})

t.test('what may be written', (t) => {
  t.equal(parse('name: x\nkubernetes: false').kubernetes, undefined, 'plain VMs')
  t.strictSame(
    parse('name: x\nnetwork: { cidr: 10.9.8.0/24 }').nodes.map((n) => n.ip),
    ['10.9.8.61', '10.9.8.62', '10.9.8.63', '10.9.8.64'],
    'default nodes follow the network',
  )
  const sized = (memory: string, disk = '50GiB') =>
    parse(`name: x\nnodes: [{ name: n, ip: 192.168.31.9, memory: ${memory}, disk: ${disk} }]`).nodes[0]
  t.equal(sized('3072MiB')?.memoryMiB, 3072)
  t.equal(sized('3G')?.memoryMiB, 3072, 'G is GiB')
  t.equal(sized('3072M')?.memoryMiB, 3072, 'M is MiB')
  t.equal(sized('2.5 GiB')?.memoryMiB, 2560)
  t.equal(sized('2GiB', '1TiB')?.diskGiB, 1024)
  t.equal(sized('2GiB', '20480MiB')?.diskGiB, 20)
  t.equal(parse('\ufeffname: x').name, 'x', 'a byte order mark in front')
  t.equal(parse('name: x\r\nos: { user: y }\r\n').os.user, 'y', 'Windows line ends')
  t.equal(
    parse('name: x\nkubernetes: { version: 1.28.15, runtime: containerd, bundle: { dir: b } }').kubernetes?.version,
    '1.28.15',
  )
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ2xK4H2m5hFvDc4q0m0n1o2p3q4r5s6t7u8v9w0x1y me@host'
  t.strictSame(
    parse(`name: x\nos:\n  authorizedKeys:\n    - |\n      ${key}\n`).os.authorizedKeys,
    [key],
    'a block of text is trimmed',
  )
  t.equal(
    parse('name: x\nos: { timezone: America/Argentina/Buenos_Aires }').os.timezone,
    'America/Argentina/Buenos_Aires',
  )
  t.end()
})

t.test('roles: the first node, unless another says so', (t) => {
  const roles = (nodes: string) => parse(`name: x\nnodes: [${nodes}]`).nodes.map((n) => n.role)
  const [a, b] = ['name: a, ip: 192.168.31.2', 'name: b, ip: 192.168.31.3']
  t.strictSame(roles(`{ ${a} }, { ${b} }`), ['control-plane', 'worker'])
  t.strictSame(roles(`{ ${a} }, { ${b}, role: control-plane }`), ['worker', 'control-plane'])
  t.end()
})

t.test('paths are taken from the folder of the Labfile; checksums are lower case', (t) => {
  const sha = 'AB'.repeat(32)
  t.strictSame(parse('name: x\nimage: { path: ./img/../d.qcow2 }').image, { kind: 'path', path: '/course/d.qcow2' })
  t.strictSame(parse(`name: x\nimage: { path: /d.qcow2, sha256: ${sha} }`).image, {
    kind: 'path',
    path: '/d.qcow2',
    sha256: sha.toLowerCase(),
  })
  t.strictSame(parse(`name: x\nimage: { url: https://h/d.qcow2, sha256: ${sha} }`).image, {
    kind: 'url',
    url: 'https://h/d.qcow2',
    sha256: sha.toLowerCase(),
  })
  t.strictSame(parse('name: x\nkubernetes: { bundle: { dir: b } }').kubernetes?.bundle, {
    source: 'dir',
    path: '/course/b',
  })
  const bundle = (yaml: string) =>
    parse(`name: x\nkubernetes: { version: 1.17.5, cni: flannel, bundle: ${yaml} }`).kubernetes?.bundle
  t.strictSame(bundle('upstream'), { source: 'upstream', mirrors: {} })
  t.strictSame(bundle('{ source: upstream }'), { source: 'upstream', mirrors: {} })
  t.strictSame(
    bundle(
      '{ source: aliyun, arch: arm64, mirrors: { packages: https://m.example/, registries: { ' +
        'docker.io: "reg:5000/hub" } } }',
    ),
    {
      source: 'aliyun',
      arch: 'arm64',
      mirrors: { packages: 'https://m.example', registries: { 'docker.io': 'reg:5000/hub' } },
    },
  )
  t.match(bundle('{ source: upstream, mirrors: { release: "http://127.0.0.1:8000/r" } }'), {
    mirrors: { release: 'http://127.0.0.1:8000/r' },
  })
  t.end()
})

t.test('the pod network: words, Calico with its version filled in, a manifest with its path', (t) => {
  const cni = (text: string, version = '1.20.2', bundle = '{ dir: b }') =>
    parse(`name: x\nkubernetes: { version: ${version}, bundle: ${bundle}, cni: ${text} }`).kubernetes?.cni
  t.equal(cni('none'), 'none')
  t.strictSame(cni('calico'), { name: 'calico', version: '', encapsulation: 'ipip' }, 'what the folder has')
  t.strictSame(cni('calico', '1.17.5', 'upstream'), { name: 'calico', version: '3.17.6', encapsulation: 'ipip' })
  t.strictSame(cni('{ name: calico, version: 3.14.2, encapsulation: vxlan }', '1.17.5'), {
    name: 'calico',
    version: '3.14.2',
    encapsulation: 'vxlan',
  })
  t.strictSame(cni('{ manifest: ./net/cni.yaml }'), { manifest: '/course/net/cni.yaml' })
  t.end()
})

t.test('loading: checksum, encoding, size, kind of file', async (t) => {
  const dir = t.testdir({
    Labfile: 'name: x\n',
    folder: {},
    latin1: Buffer.from('name: x # \xe9\n', 'latin1'),
    big: '#'.repeat(300_000),
  })
  const loaded = await loadLabfile(`${dir}/Labfile`)
  t.equal(loaded.path, `${dir}/Labfile`)
  t.equal(loaded.sha256, createHash('sha256').update('name: x\n').digest('hex'))
  t.ok(Object.isFrozen(loaded))
  await t.rejects(loadLabfile(`${dir}/latin1`, 'L'), { name: 'LabfileError', message: 'L:1:1: is not UTF-8 text' })
  await t.rejects(loadLabfile(`${dir}/big`, 'L'), { message: 'L:1:1: is larger than 256 KiB', exitCode: 2 })
  await t.rejects(loadLabfile(`${dir}/none`, 'L'), {
    name: 'UsageError',
    message: 'L: cannot be read: ENOENT',
    exitCode: 2,
  })
  await t.rejects(loadLabfile(`${dir}/folder`, 'L'), { name: 'UsageError', message: 'L: is not a file' })
})

t.test('no problem repeats a pasted secret', (t) => {
  for (const text of [
    'name: x\nos: { authorizedKeys: ["-----BEGIN OPENSSH PRIVATE KEY----- c2VjcmV0"] }',
    'name: x\nos: { user: "-----BEGIN OPENSSH PRIVATE KEY----- c2VjcmV0" }',
    'name: x\nos:\n  authorizedKeys:\n  - "-----BEGIN OPENSSH PRIVATE KEY-----" "c2VjcmV0"\n',
  ]) {
    const error = t.throws(() => parse(text), LabfileError) as LabfileError
    t.notMatch(JSON.stringify(error), /c2VjcmV0/)
  }
  t.end()
})

t.test('three control planes: the address that they share, by default the highest that no node has', (t) => {
  const three = (more: string): string =>
    'name: ha\nnodes:\n' +
    [61, 254, 253].map((n) => `  - { name: n${n}, ip: 192.168.31.${n}, role: control-plane }\n`).join('') +
    more
  t.equal(parse(three('')).kubernetes?.apiEndpoint, '192.168.31.252')
  const given = parse(three('  - { name: w, ip: 192.168.31.62 }\nkubernetes: { apiEndpoint: 192.168.31.60 }\n'))
  t.equal(given.kubernetes?.apiEndpoint, '192.168.31.60')
  t.notOk('apiEndpoint' in parse('name: course\n').kubernetes!, 'one control plane: no such field, as in older records')
  t.equal(parse(three('kubernetes: false\n')).kubernetes, undefined)
  t.end()
})
