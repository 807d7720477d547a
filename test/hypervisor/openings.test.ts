import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { domainXml } from '../../src/hypervisor/domain-xml.js'
import { parseOpenings } from '../../src/hypervisor/openings.js'
import { node } from './specs.js'

/** Of a machine that runs, as libvirt 9.0 writes it. */
const live = readFileSync(join(import.meta.dirname, 'fixtures/saved.xml'), 'utf8')
const closed = { internet: false, network: undefined }
const open = (xml: string, bounds = closed): readonly string[] => [...parseOpenings(xml, bounds).values()].flat()

t.test('machines as klab and libvirt make them', (t) => {
  t.same(open(live), [])
  t.same(open(domainXml(node)), [])
  t.same(open(live + live), [])
  t.same(open(''), [])
  t.end()
})

t.test('what somebody changed with virsh', (t) => {
  const device = (xml: string): string => live.replace('<devices>', `<devices>${xml}`)
  const argument = (value: string): string => live.replace('</qemu:commandline>', `<qemu:arg value='${value}'/>$&`)
  for (const [xml, words] of [
    [device(`<graphics type='vnc' port='5900' listen='0.0.0.0'/>`), /^graphics vnc on 0\.0\.0\.0$/],
    [device(`<graphics type='spice'><listen type='address' address='::'/></graphics>`), /^graphics spice on ::$/],
    [live.replace('tcp:127.0.0.1:33597', 'tcp:0.0.0.0:33597'), /^port 33597 is open on 0\.0\.0\.0$/],
    [live.replace('tcp:127.0.0.1:33597', 'tcp::33597'), /^port 33597 is open on 0\.0\.0\.0$/],
    [live.replace('tcp:127.0.0.1:33597', 'tcp:[::]:33597'), /^port 33597 is open on \[::\]$/],
    [live.replace('restrict=on', 'restrict=off'), /^restrict=off/],
    [live.replace('restrict=on,', ''), /^a card without restrict=on$/],
    [live.replace('id=mgmt,', 'id=mgmt,smb=/etc,'), /^the option smb=\/etc/],
    [live.replace('id=mgmt,', 'id=mgmt,guestfwd=tcp:10.0.2.9:1-cmd:sh,'), /^the option guestfwd=/],
    [device(`<interface type='bridge'><source bridge='br0'/></interface>`), /^a network card: bridge$/],
    [device(`<interface type='network'><source network='default'/></interface>`), /^a network card: network$/],
    [device(`<hostdev mode='subsystem' type='pci'/>`), /^hostdev pci$/],
    [device(`<filesystem type='mount'><source dir='/'/></filesystem>`), /^filesystem mount$/],
    [
      device(`<serial type='tcp'><source mode='bind' host='0.0.0.0' service='4'/></serial>`),
      /^serial tcp on 0\.0\.0\.0$/,
    ],
    [device(`<channel type='spicevmc'/>`), /^channel spicevmc$/],
    [device(`<disk type='network' device='disk'/>`), /^disk network$/],
    [argument('-monitor') + argument('tcp:0.0.0.0:4444'), /^QEMU’s argument -monitor$/],
    [argument('socket,id=l2,mcast=230.0.0.1:1234'), /^QEMU’s argument socket/],
    [live.replace('</qemu:commandline>', `<qemu:env name='X' value='1'/>$&`), /^qemu:env$/],
  ] as const)
    t.match(open(xml)[0], words)
  t.end()
})

t.test('what the Labfile asks for is no opening', (t) => {
  t.same(open(live.replace('restrict=on', 'restrict=off'), { ...closed, internet: true }), [])
  const nat = live.replace('<devices>', `<devices><interface type='network'><source network='klab-x'/></interface>`)
  t.same(open(nat, { ...closed, network: 'klab-x' } as never), [])
  t.match(open(nat)[0], /a network card/)
  t.end()
})
