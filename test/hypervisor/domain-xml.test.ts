import { XMLParser } from 'fast-xml-parser'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { StateError } from '../../src/errors.js'
import { networkXml, parseNetworks } from '../../src/hypervisor/network-xml.js'
import { withForwards } from '../../src/hypervisor/moment.js'
import { domainXml } from '../../src/hypervisor/domain-xml.js'
import { parseOwnership } from '../../src/hypervisor/parse-xml.js'
import { checkNetwork, networkDigest, specDigest } from '../../src/hypervisor/spec.js'
import { cloud, natNode, network, node } from './specs.js'

const goldens = {
  'node-tcg': domainXml(node),
  'cloud-kvm': domainXml(cloud),
  'node-apparmor': domainXml(node, { apparmor: true }),
  'node-nat': domainXml(natNode),
  'network-nat': networkXml(network),
  'network-isolated': networkXml({ ...network, internet: false }),
}

for (const [name, xml] of Object.entries(goldens)) {
  t.test(`golden ${name}`, (t) => {
    const file = new URL(`../golden/domain/${name}.xml`, import.meta.url)
    // TAP_SNAPSHOT=1 writes them anew; read the diff before committing.
    if (process.env['TAP_SNAPSHOT'] === '1') writeFileSync(file, xml)
    t.ok(existsSync(file))
    t.equal(xml, readFileSync(file, 'utf8'))
    t.end()
  })
}

t.test('what goes in comes out of the XML', (t) => {
  const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false, attributeNamePrefix: '@' })
  const { domain } = parser.parse(domainXml(cloud)) as {
    domain: { devices: { disk: { source: { '@file': string } } } }
  }
  t.equal(domain.devices.disk.source['@file'], cloud.disks[0]!.path)
  t.same(parseOwnership(domainXml(node)).get(node.uuid), {
    labId: node.labId,
    node: node.node,
    specDigest: specDigest(node),
  })
  t.end()
})

t.test('the digest depends on every value and on no order', (t) => {
  const reversed = Object.fromEntries(Object.entries(node).reverse()) as unknown as typeof node
  t.equal(specDigest(reversed), specDigest(node))
  t.equal(domainXml(reversed), domainXml(node))
  const others = [
    { ...node, cpus: 3 },
    { ...node, mgmt: { ...node.mgmt, internet: true } },
    { ...node, mgmt: { ...node.mgmt, forwards: [{ hostPort: 40023, guestPort: 22 }] } },
    { ...node, disks: node.disks.slice(1) },
  ]
  t.equal(new Set([node, ...others].map(specDigest)).size, 5)
  t.end()
})

t.test('nothing smuggles an option into QEMU', (t) => {
  const sock = (socketDir: string) => ({ ...node, l2: { mac: node.l2!.mac, socketDir } })
  for (const bad of [
    sock('/run/a,mode=666'),
    sock('run/a'),
    sock('/run/a\nb'),
    { ...node, mgmt: { ...node.mgmt, mac: '01:00:5e:00:00:01' } },
  ])
    t.throws(() => domainXml(bad), StateError)
  for (const hostPort of [0, 65536, 1.5, NaN])
    t.throws(() => domainXml({ ...node, mgmt: { ...node.mgmt, forwards: [{ hostPort, guestPort: 22 }] } }), StateError)
  t.throws(() => domainXml({ ...node, disks: [node.disks[0]!, node.disks[0]!] }), StateError)
  t.end()
})

t.test('a network’s mark and ranges come back from its XML; others’ networks have none', (t) => {
  const others = `<network><name>default</name><uuid>u1</uuid><bridge name='virbr0'/>
<ip address='192.168.122.1' netmask='255.255.255.0'/><ip family='ipv6' address='fd00::1' prefix='64'/></network>
<network><name>hostdev</name><uuid>u2</uuid><dns><txt name='klab' value='hello'/></dns></network>`
  const { name, uuid, bridge, labId } = network
  t.same(parseNetworks(`${networkXml(network)}\n${others}`, new Set([uuid])), [
    {
      name,
      uuid,
      bridge,
      active: true,
      ranges: ['192.168.31.1/24'],
      mark: { labId, specDigest: networkDigest(network) },
    },
    { name: 'default', uuid: 'u1', bridge: 'virbr0', active: false, ranges: ['192.168.122.1/24'], mark: undefined },
    { name: 'hostdev', uuid: 'u2', bridge: undefined, active: false, ranges: [], mark: undefined },
  ])
  t.same(parseNetworks('', new Set()), [])
  t.notSame(networkDigest({ ...network, leases: [] }), networkDigest(network))
  t.doesNotThrow(() => checkNetwork(network))
  t.throws(() => domainXml({ ...natNode, net: { ...natNode.net, network: 'a"b' } }), StateError)
  t.throws(() => domainXml({ ...natNode, net: { ...natNode.net, mac: 'x' } }), StateError)
  t.end()
})

t.test('a saved machine gets the present host ports, also where two lead to one port of the guest', (t) => {
  const xml = (...hosts: readonly number[]): string => {
    const [ssh, web, more, other] = hosts
    const ports = [`${ssh}-10.0.2.15:22`, `${web}-10.0.2.15:80`, `${more}-10.0.2.15:80`, `${other}-10.0.2.15:7`]
    return `<a value='user,id=mgmt,restrict=on${ports.map((p) => `,hostfwd=tcp:127.0.0.1:${p}`).join('')}'/>`
  }
  const now = [80, 22, 6443, 80].map((guestPort, i) => ({ hostPort: 5000 + i, guestPort }))
  t.equal(withForwards(xml(1, 2, 3, 4), now), xml(5001, 5000, 5003, 4), 'one that is no longer known stays')
  t.equal(withForwards("<a value='vde,id=l2'/>", now), "<a value='vde,id=l2'/>", 'NAT mode has none')
  t.end()
})
