import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { seedFiles } from '../../src/cloudinit/seed.js'
import { type SeedInput } from '../../src/cloudinit/types.js'

const node: SeedInput = {
  instanceId: 'course-0123abcd-k8s-master01-1',
  node: 'k8s-master01',
  hosts: [
    { ip: '192.168.31.61', name: 'k8s-master01' },
    { ip: '192.168.31.62', name: 'k8s-node01' },
  ],
  user: 'klab',
  authorizedKeys: ['ssh-ed25519 AAAAlab klab', 'ssh-rsa AAAAmine me@home # "quoted": yes'],
  hostKey: {
    private: '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
    public: 'ssh-ed25519 AAAAhost',
  },
  timezone: 'Asia/Shanghai',
  locale: 'C.UTF-8',
  timeServers: [],
  mgmtMac: '52:54:00:12:34:56',
  labNic: { mac: '52:54:00:ab:cd:ef', ip: '192.168.31.61', cidr: '192.168.31.0/24' },
  internet: false,
}
const withoutLab = Object.fromEntries(Object.entries(node).filter(([key]) => key !== 'labNic')) as unknown as SeedInput
const inputs: Readonly<Record<string, SeedInput>> = {
  node,
  internet: { ...node, internet: true, timeServers: ['10.0.0.1', 'time.example'] },
  bake: { ...withoutLab, node: 'bake', hosts: [] },
}

t.test('without time servers in the Labfile nothing in a guest sets its clock but klab', (t) => {
  const modules = (input: SeedInput) => parse(seedFiles(input)['user-data']) as { ntp?: { enabled: boolean } }
  t.notOk('ntp' in modules(node))
  t.match(modules({ ...node, timeServers: ['10.0.0.1'] }).ntp, { enabled: true, servers: ['10.0.0.1'] })
  const image = (file: string) => readFileSync(new URL(`../../cloud-init/image/${file}`, import.meta.url), 'utf8')
  t.match(image('customize.sh'), /systemctl[^\n]* disable(?:[^\n]|\\\n)* systemd-timesyncd\.service/)
  t.notMatch(image('packages.txt'), /^(?:chrony|ntp|ntpsec|openntpd)$/m)
  t.end()
})

interface Card {
  match: { macaddress: string }
  addresses: string[]
  routes?: { to: string; via: string }[]
}
/** What the tests look at in the three files. */
interface Seed {
  'instance-id': string
  'local-hostname': string
  ethernets: { mgmt0: Card; lab0: Card }
  hostname: string
  timezone: string
  final_message: string
  users: { name: string; ssh_authorized_keys: string[] }[]
  write_files: { permissions: string; content: string }[]
}

/** PyYAML, which cloud-init uses, reads YAML 1.1. */
const read = (text: string): Seed => parse(text, { version: '1.1' }) as Seed

for (const [name, input] of Object.entries(inputs)) {
  for (const [file, text] of Object.entries(seedFiles(input)) as [string, string][]) {
    t.test(`golden ${name}/${file}`, (t) => {
      const dir = new URL(`../golden/cloudinit/${name}/`, import.meta.url)
      // TAP_SNAPSHOT=1 writes them anew; read the diff before committing.
      if (process.env['TAP_SNAPSHOT'] === '1') {
        mkdirSync(dir, { recursive: true })
        writeFileSync(new URL(file, dir), text)
      }
      t.ok(existsSync(new URL(file, dir)))
      t.equal(text, readFileSync(new URL(file, dir), 'utf8'))
      t.end()
    })
  }
}

t.test('what looks like another type to YAML 1.1 stays text', (t) => {
  const files = seedFiles({
    ...node,
    node: 'on',
    instanceId: '1_0',
    user: 'no',
    timezone: '1:30',
    mgmtMac: '52:54:00:12:34:56',
  })
  t.same(read(files['meta-data']), { 'instance-id': '1_0', 'local-hostname': 'on' })
  const user = read(files['user-data'])
  t.same([user.hostname, user.users[0]!.name, user.timezone], ['on', 'no', '1:30'])
  t.equal(read(files['network-config']).ethernets.mgmt0.match.macaddress, '52:54:00:12:34:56')
  t.equal(user.write_files[0]!.permissions, '0644')
  t.end()
})

t.test('hostile values stay values', (t) => {
  const evil = 'a\n  - name: root\n#cloud-config\n"\'$(touch x)'
  const user = read(seedFiles({ ...node, authorizedKeys: [evil], timezone: evil })['user-data'])
  t.equal(user.users.length, 1)
  t.equal(user.users[0]!.ssh_authorized_keys[0], evil)
  t.equal(user.timezone, evil)
  t.end()
})

t.test('the header is the first line, or cloud-init ignores it all', (t) => {
  t.match(seedFiles(node)['user-data'], /^#cloud-config\n/)
  t.equal(read(seedFiles(node)['user-data']).final_message, 'klab-boot-finished')
  t.end()
})

t.test('the own name is in /etc/hosts once, never on a loopback address', (t) => {
  const hosts = (input: SeedInput): string => read(seedFiles(input)['user-data']).write_files[0]!.content
  t.match(hosts(node), /^192\.168\.31\.61 k8s-master01$/m)
  t.notMatch(hosts(node), /127\.0\.1\.1|10\.0\.2\.15/)
  t.match(hosts(inputs['bake']!), /^10\.0\.2\.15 bake$/m)
  t.end()
})

t.test('the default route: through slirp with internet, to nobody without, none on a lone machine without', (t) => {
  const cards = (input: SeedInput): Seed['ethernets'] => read(seedFiles(input)['network-config']).ethernets
  const via = (card: Card): string | undefined => card.routes?.[0]?.via
  t.equal(via(cards(node).lab0), '192.168.31.1')
  t.equal(via(cards(node).mgmt0), undefined)
  t.equal(via(cards(inputs['internet']!).mgmt0), '10.0.2.2')
  t.equal(via(cards(inputs['internet']!).lab0), undefined)
  t.same(Object.keys(cards(inputs['bake']!)), ['mgmt0'])
  t.equal(via(cards(inputs['bake']!).mgmt0), undefined)

  const lab = (cidr: string, ...ips: string[]): Card => {
    const hosts = ips.map((ip, i) => ({ ip, name: `n${i}` }))
    return cards({ ...node, hosts, labNic: { mac: node.labNic!.mac, ip: ips[0]!, cidr } }).lab0
  }
  t.equal(via(lab('10.9.0.0/16', '10.9.0.1', '10.9.0.2')), '10.9.0.3', 'not a node of the lab')
  t.equal(via(lab('10.9.0.200/30', '10.9.0.202')), '10.9.0.201')
  t.same(lab('10.9.0.0/16', '10.9.3.4').addresses, ['10.9.3.4/16'])
  t.equal(via(lab('255.255.255.252/30', '255.255.255.253')), '255.255.255.254', 'above 2^31')
  t.end()
})
