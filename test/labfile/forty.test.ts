/**
 * The forty inputs that must give a clear error, by the numbers of the project's reliability notes (5.2). Those that a
 * Labfile's text can hold are tried here; the exact words are in bad/*.txt. Of the others the tests are named.
 */
import t from 'tap'
import { missing } from '../../.ci/titles.mjs'
import { LabfileError } from '../../src/errors.js'
import { parseLabfile } from '../../src/labfile/load.js'

interface Row {
  readonly what: string
  /** Labfiles, with what must be in the message. */
  readonly texts?: readonly (readonly [string, RegExp])[]
  /** Test file and title. */
  readonly tests?: readonly (readonly [string, string])[]
}

const nodes = (...list: string[]) => `name: a\nnodes:\n${list.map((n) => `  - { ${n} }\n`).join('')}`
const one = (more: string) => nodes(`name: m, ip: 192.168.31.61, role: control-plane, ${more}`)
const named = (...names: string[]) => nodes(...names.map((n, i) => `name: ${n}, ip: 192.168.31.${61 + i}`))
const many = (n: number) => named(...Array.from({ length: n }, (_, i) => `n${i}`))
const k8s = (text: string) => `name: a\nkubernetes: { ${text} }\n`
const net = (text: string) => `name: a\nnetwork: { ${text} }\n`
const ip = (address: string) => nodes(`name: m, ip: ${address}`)

const ROWS: Readonly<Record<number, Row>> = {
  1: { what: 'empty file', texts: [['', /is empty/]] },
  2: {
    what: 'no map, several documents',
    texts: [
      ['- a\n', /map|fields/],
      ['name: a\n---\nname: b\n', /document/],
    ],
  },
  3: {
    what: 'tabs, broken YAML',
    texts: [
      ['name: a\nos:\n\tuser: b\n', /:3:1: .*tab/i],
      ['name: [a\n', /./],
    ],
  },
  4: { what: 'unknown key', texts: [['name: a\nnods: []\n', /nodes/]] },
  5: { what: 'key twice', texts: [['name: a\nname: b\n', /:2:1: .*twice|already/]] },
  6: {
    what: 'aliases, anchors, merge keys, tags',
    texts: [
      ['name: &a a\n', /anchor/],
      ['name: *a\n', /alias|anchor/],
      ['name: a\nos:\n  <<: {}\n', /merge|<</],
      ['name: !!js/function a\n', /tag/],
    ],
  },
  7: {
    what: 'larger than 256 KiB, no UTF-8, NUL, BOM inside',
    texts: [
      [`name: a\n${'#\n'.repeat(131_072)}`, /larger than 256 KiB/],
      ['name: a\0b\n', /U\+0000/],
      ['name: a\n\ufeffos: {}\n', /U\+FEFF/],
    ],
    tests: [['labfile/load', 'loading: checksum, encoding, size, kind of file']],
  },
  8: { what: 'wrong version', texts: [['version: 7\nname: a\n', /version/]] },
  9: {
    what: 'lab name',
    texts: ['""', '..', '../x', 'a/b', '-rf', 'A B', '$(id)', 'a'.repeat(33)].map((n) => [`name: ${n}\n`, /name: /]),
  },
  10: {
    what: 'node names',
    texts: [['n', 'n'], ['n', 'N'], ['n_1'], ['n.1']].map((n) => [named(...n), /nodes\[\d\]\.name: /]),
  },
  11: { what: 'reserved node names', texts: ['localhost', 'current'].map((n) => [named(n), /nodes\[0\]\.name: /]) },
  12: { what: 'no control plane', texts: [[nodes('name: m, ip: 192.168.31.61, role: worker'), /control-plane/]] },
  13: {
    what: 'two control planes',
    texts: [
      [
        nodes(...[61, 62].map((n) => `name: m${n}, ip: 192.168.31.${n}, role: control-plane`)),
        /nodes\[1\]\.role: makes 2 control planes/,
      ],
    ],
  },
  14: { what: 'too many nodes', texts: [[many(17), /16/]] },
  15: {
    what: 'memory',
    texts: ['2', '-1G', '1e9', '512M'].map((m) => [one(`memory: ${m}`), /nodes\[0\]\.memory: /]),
    tests: [['doctor/doctor', 'memory: short by how much; machines that run already have theirs']],
  },
  16: { what: 'cpus', texts: ['0', '1.5', '"two"', '65'].map((c) => [one(`cpus: ${c}`), /nodes\[0\]\.cpus: /]) },
  17: {
    what: 'disk',
    texts: ['9P', '20', '9GiB'].map((d) => [one(`disk: ${d}`), /nodes\[0\]\.disk: /]),
    tests: [
      ['phases/image', 'an image larger than a node’s disk is refused before anything is made of it'],
      ['lab/drift', 'changes are data'],
    ],
  },
  18: { what: 'address outside the network', texts: [[ip('192.168.32.61'), /nodes\[0\]\.ip: /]] },
  19: {
    what: 'address twice, or of the network itself',
    texts: [
      [nodes('name: m, ip: 192.168.31.61', 'name: n, ip: 192.168.31.61'), /nodes\[1\]\.ip: /],
      ...['192.168.31.0', '192.168.31.255', '192.168.31.1'].map((a) => [ip(a), /nodes\[0\]\.ip: /] as const),
    ],
  },
  20: {
    what: 'network range',
    texts: ['192.168.31.0', '192.168.31.0/31', '192.168.31.5/24'].map((c) => [net(`cidr: ${c}`), /network\.cidr: /]),
    tests: [['doctor/network', 'a free range, and the ways in which it is not']],
  },
  21: {
    what: 'ranges that overlap',
    texts: [
      [k8s('podCidr: 192.168.0.0/16'), /kubernetes\.podCidr: /],
      [k8s('podCidr: 10.96.0.0/16, serviceCidr: 10.96.0.0/12'), /overlap/],
    ],
  },
  22: { what: 'MAC: klab makes them itself', texts: [[one('mac: "52:54:00:00:00:01"'), /nodes\[0\]\.mac: /]] },
  23: { what: 'port: klab chooses them itself', texts: [[one('port: 22'), /nodes\[0\]\.port: /]] },
  24: {
    what: 'listen address: never another than 127.0.0.1',
    texts: [
      [net('listen: 0.0.0.0'), /network\.listen: /],
      [one('expose: 0.0.0.0'), /nodes\[0\]\.expose: /],
    ],
  },
  25: {
    what: 'image path',
    texts: [['name: a\nimage: { path: "" }\n', /image/]],
    tests: [
      ['base-image/base', 'bad files are refused before anything is made of them'],
      ['cli/verbs', 'validate: files and folders that the Labfile names must be there'],
    ],
  },
  26: {
    what: 'image that is no disk, or names other files',
    tests: [
      ['base-image/disk-format', 'what is no disk says what it is, and what to do'],
      ['base-image/disk-format', 'what would make QEMU open other files, or ask for a key'],
    ],
  },
  27: {
    what: 'sha256',
    texts: ['https://x.test/a.qcow2', 'https://x.test/a.qcow2, sha256: abc'].map((u) => [
      `name: a\nimage: { url: ${u} }\n`,
      /sha256/,
    ]),
    tests: [['cache/download', 'a wrong sum names both and keeps nothing']],
  },
  28: {
    what: 'archives',
    tests: [
      ['bundle/from-directory', 'everything that is missing is named, before anything is made'],
      ['bundle/from-directory', 'damaged or wrong files are refused by name'],
    ],
  },
  29: {
    what: 'Kubernetes version',
    texts: ['latest', '1.x', '1.20', 'v1.20.2'].map((v) => [k8s(`version: ${v}`), /kubernetes\.version: /]),
    tests: [['bundle/from-directory', 'damaged or wrong files are refused by name']],
  },
  30: {
    what: 'Calico that does not fit',
    texts: [[k8s('version: 1.17.5, bundle: upstream, cni: { calico: 3.28.5 }'), /cni/]],
    tests: [['network/cni-manifest', 'a bundle without the manifest, and one with another Calico']],
  },
  31: {
    what: 'accel: kvm without KVM',
    texts: [['name: a\nhypervisor: { accel: hvf }\n', /hypervisor\.accel: /]],
    tests: [['doctor/doctor', 'the accelerator: only a Labfile that insists on KVM makes its absence an error']],
  },
  32: {
    what: 'libvirt that does not let in',
    texts: [['name: a\nhypervisor: { uri: "qemu+ssh://x/system" }\n', /hypervisor\.uri: /]],
    tests: [['hypervisor/virsh', "an unreachable libvirt is the host's failure, with what helps"]],
  },
  33: {
    what: 'SSH keys',
    texts: [
      ['name: a\nos: { authorizedKeys: ["-----BEGIN OPENSSH PRIVATE KEY-----"] }\n', /private/],
      ['name: a\nos: { authorizedKeys: [\'command="id" ssh-ed25519 AAAA\'] }\n', /os\.authorizedKeys/],
      ['name: a\nos: { authorizedKeys: ["ssh-ed25519 !!"] }\n', /os\.authorizedKeys/],
    ],
  },
  34: {
    what: 'paths',
    texts: ['"a\\nb"', '~user/a', '../a', 'a/../../b'].map((p) => [
      `name: a\nimage: { path: ${p} }\n`,
      /image\.path: /,
    ]),
  },
  35: {
    what: 'QEMU arguments and raw XML: not offered',
    texts: [
      ['name: a\nhypervisor: { args: [-vnc] }\n', /hypervisor\.args: /],
      [one('xml: "<a/>"'), /nodes\[0\]\.xml: /],
    ],
  },
  36: { what: 'user-data: not offered', texts: [['name: a\nos: { userData: "users: []" }\n', /os\.userData: /]] },
  37: {
    what: 'numbers that YAML reads as something else',
    texts: [
      [one('cpus: 010'), /cpus: /],
      [one('cpus: 1_000'), /cpus: /],
      ['name: a\nkubernetes: no\n', /kubernetes: /],
      ['name: a\nnetwork: { internet: on }\n', /network\.internet: /],
      ['name: true\n', /name: /],
    ],
  },
  38: { what: 'time limits: not offered', texts: [['name: a\ntimeout: 0\n', /timeout: /]] },
  39: {
    what: 'snapshot names',
    tests: [
      ['snapshot/snapshot', 'names'],
      ['cli/snapshot', 'what cannot be done says so, and changes nothing'],
    ],
  },
  40: {
    what: 'a changed field that needs destroy',
    tests: [['lab/up-phases', 'a changed Labfile is refused with what changed']],
  },
}

t.equal(Object.keys(ROWS).length, 40)
for (const [number, { what, texts = [], tests = [] }] of Object.entries(ROWS)) {
  t.test(`${number}: ${what}`, (t) => {
    t.ok(texts.length + tests.length > 0)
    for (const [text, said] of texts) {
      try {
        parseLabfile(text, '/lab/Labfile', 'Labfile')
        t.fail('was taken', { text: text.slice(0, 200) })
      } catch (error) {
        if (!(error instanceof LabfileError)) throw error
        t.equal(error.exitCode, 2)
        t.match(error.message, said, text.slice(0, 60))
        t.ok(error.issues.every((i) => i.line >= 1 && i.column >= 1) && error.hint)
      }
    }
    for (const [file, title] of tests) t.equal(missing(file, title), undefined, `${file} “${title}”`)
    t.end()
  })
}
