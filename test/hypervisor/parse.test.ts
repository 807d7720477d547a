import t from 'tap'
import { HostError } from '../../src/errors.js'
import { withDisk } from '../../src/hypervisor/moment.js'
import { parseNetworks } from '../../src/hypervisor/network-xml.js'
import { parseOpenings } from '../../src/hypervisor/openings.js'
import { parseDescription, parseHostModel, parseHostSecurity, parseOwnership } from '../../src/hypervisor/parse-xml.js'
import { machineState, parseCpuShares, parseDomainList } from '../../src/hypervisor/parse.js'

const U = (n: number) => `00000000-0000-4000-8000-00000000000${n}`

t.test('list: names with spaces and quotes, states with reasons, domains that came or went in between', (t) => {
  const text = [
    `${U(1)}                                 klab-a`,
    `${U(2)}                                 it's mine `,
    `${U(3)}                                 gone`,
    '',
    `Domain: 'klab-a'`,
    '  state.state=5',
    '  state.reason=3',
    '',
    `Domain: 'it's mine'`,
    '  state.state=1',
    '  state.reason=1',
    '',
    `Domain: 'new'`,
    '  state.state=1',
    '  state.reason=1',
    '',
  ].join('\n')
  t.same(parseDomainList(text), [
    { name: 'klab-a', uuid: U(1), state: 'crashed' },
    { name: "it's mine", uuid: U(2), state: 'running' },
  ])
  t.same(parseDomainList(''), [])
  t.end()
})

t.test(
  'a machine that QEMU has paused since its disk could not be written is told from one that somebody paused',
  (t) => {
    const of = (state: number, reason: number) =>
      parseDomainList(`${U(1)} a\n\nDomain: 'a'\n  state.state=${state}\n  state.reason=${reason}\n`)
    t.strictSame(of(3, 5), [{ name: 'a', uuid: U(1), state: 'paused', stuck: true }])
    t.strictSame(of(3, 1), [{ name: 'a', uuid: U(1), state: 'paused' }])
    t.strictSame(of(1, 5), [{ name: 'a', uuid: U(1), state: 'running' }])
    t.end()
  },
)

t.test('states', (t) => {
  const seen = [1, 2, 3, 4, 5, 6, 7].map((n) => machineState(`${n}`, '1'))
  t.same(seen, ['running', 'running', 'paused', 'in-shutdown', 'shut-off', 'crashed', 'suspended'])
  t.equal(machineState('5', '6'), 'shut-off', 'failed to start is no crash')
  t.end()
})

t.test("ownership: klab's namespace decides, not the name", (t) => {
  const domain = (n: number, mark: string) =>
    `<domain type='qemu' id='${n}'><name>klab-${n}</name><uuid>${U(n)}</uuid>${mark}</domain>\n\n`
  const mark = (ns: string) =>
    `<metadata><klab:machine xmlns:klab="${ns}" lab="l-1" node="true" digest="007"/></metadata>`
  const owned = parseOwnership(
    domain(1, mark('urn:klab:machine:1')) + domain(2, '') + domain(3, mark('urn:other')) + domain(4, '<metadata/>'),
  )
  t.same([...owned], [[U(1), { labId: 'l-1', node: 'true', specDigest: '007' }]])
  t.equal(parseOwnership('').size, 0)
  t.end()
})

t.test('host security', (t) => {
  const caps = (models: string) => `<capabilities><host><uuid>x</uuid>${models}</host></capabilities>`
  const dac =
    '<secmodel><model>dac</model><doi>0</doi><baselabel ' +
    `type='kvm'>+64055:+64056</baselabel><baselabel ` +
    `type='qemu'>+64055:+64056</baselabel></secmodel>`
  const none = `<secmodel><model>none</model><doi>0</doi></secmodel>`
  t.same(parseHostSecurity(caps(none + dac)), { apparmor: false, qemuUser: { uid: 64055, gid: 64056 } })
  t.same(parseHostSecurity(caps(`<secmodel><model>apparmor</model><doi>0</doi></secmodel>`)), {
    apparmor: true,
    qemuUser: undefined,
  })
  t.same(parseHostSecurity(caps('')), { apparmor: false, qemuUser: undefined })
  t.end()
})

t.test('schedinfo: the share, or that libvirt cannot say', (t) => {
  t.equal(parseCpuShares('Scheduler      : posix\ncpu_shares     : 1024\nvcpu_period    : 100000\n'), 1024)
  t.equal(parseCpuShares(''), undefined)
  t.equal(parseCpuShares('Scheduler      : Unknown\n'), undefined)
  t.end()
})

t.test('XML that is none is libvirt’s fault, not a bug of klab’s, whoever asked for it', (t) => {
  const broken = '<![CDATA[<domain>'
  const readers = {
    ownership: () => parseOwnership(broken),
    security: () => parseHostSecurity(broken),
    description: () => parseDescription(broken),
    model: () => parseHostModel(broken),
    openings: () => parseOpenings(broken, { internet: false, network: undefined }),
    networks: () => parseNetworks(broken, new Set()),
    disk: () => withDisk(broken, '/a'),
  }
  for (const [name, read] of Object.entries(readers)) t.throws(read, HostError, name)
  t.end()
})

t.test('networks: an element that is a list, a text or an odd address counts as not there', (t) => {
  const of = (inside: string) => `<network><name>n</name><uuid>u</uuid>${inside}</network>`
  const none = { name: 'n', uuid: 'u', active: false, bridge: undefined, ranges: [], mark: undefined }
  for (const inside of [
    '<ip/><dns/>',
    '<ip address="x" prefix="24"/>',
    '<ip address="10.0.0.1" prefix="99"/>',
    '<bridge name="a"/><bridge name="b"/>',
    '<dns><txt/></dns><dns/>',
  ])
    t.same(parseNetworks(of(inside), new Set()), [none], inside)
  t.same(parseNetworks('<network><name/><name/><uuid>u</uuid></network>', new Set()), [])
  t.same(parseNetworks(of('<ip address="10.0.0.1" netmask="255.255.0.0"/>'), new Set())[0]?.ranges, ['10.0.0.1/16'])
  t.end()
})
