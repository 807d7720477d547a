import t from 'tap'
import { CommandError, HostError } from '../../src/errors.js'
import type { Network } from '../../src/hypervisor/types.js'
import { networkChecks, rangeCheck } from '../../src/doctor/network.js'
import { parseDistro } from '../../src/host/distro.js'
import { labOf, fourNodes, makeWorld } from '../fakes/world.js'

const nat = labOf(fourNodes('network: { mode: nat }\n'))
const DEBIAN = parseDistro('ID=debian')
const CIDR = '192.168.31.0/24'
const network = (name: string, more: Partial<Network> = {}): Network => ({
  name,
  uuid: name,
  active: true,
  bridge: `br-${name}`,
  ranges: ['192.168.31.1/24'],
  mark: undefined,
  ...more,
})
const own = network('klab-x', { mark: { labId: 'x', specDigest: '' } })

t.test('a free range, and the ways in which it is not', (t) => {
  const route = (cidr: string, at = 'eth0') => ({ cidr, interface: at })
  t.match(rangeCheck(CIDR, 'x', [], [route('192.168.30.0/24')]), { state: 'ok' })
  for (const cidr of ['192.168.31.0/24', '192.168.31.128/25', '192.168.0.0/16', '192.168.31.7/32'])
    t.match(rangeCheck(CIDR, 'x', [], [route(cidr)]), { state: 'missing', found: `route to ${cidr} through eth0` })
  t.match(rangeCheck(CIDR, 'x', [own], [route(CIDR, 'br-klab-x')]), { state: 'ok' }, 'its own')
  t.match(
    rangeCheck(CIDR, 'x', [own], [route(CIDR, 'br-klab-x'), route(CIDR)]),
    { state: 'missing' },
    'its own beside another',
  )
  t.match(
    rangeCheck(CIDR, undefined, [own], []),
    { state: 'missing', found: /klab-x/, fix: /klab destroy.* lab x .*net-destroy klab-x/ },
    'another lab’s',
  )
  t.match(rangeCheck(CIDR, 'x', [network('default')], [route(CIDR)]), {
    state: 'missing',
    found: /libvirt network default/,
  })
  t.match(rangeCheck(CIDR, 'x', [network('default', { active: false })], []), {
    state: 'warn',
    found: /default.*not active/,
  })
  t.match(rangeCheck(CIDR, 'x', [network('default', { ranges: ['192.168.122.1/24'] })], []), { state: 'ok' })
  t.end()
})

t.test(
  'user mode asks nothing; NAT mode asks for the system’s libvirt, its network driver and a firewall',
  async (t) => {
    const routes = () => Promise.resolve([])
    const world = makeWorld(t)
    const at = (uri: string, absent: string[] = []) => ({
      ...world,
      hypervisor: { ...world.hypervisor, uri },
      host: makeWorld(t, { absent }).host,
    })
    t.same(await networkChecks(at('qemu:///session'), labOf(fourNodes()), { id: 'x', distro: DEBIAN, routes }), [])
    t.match(await networkChecks(at('qemu:///session'), nat, { id: 'x', distro: DEBIAN, routes }), [
      { state: 'missing', found: /qemu:\/\/\/system/, fix: /root/ },
    ])
    t.match(await networkChecks(at('qemu:///system'), nat, { id: 'x', distro: DEBIAN, routes }), [
      { state: 'ok' },
      { state: 'ok' },
    ])
    t.match(await networkChecks(at('qemu:///system', ['iptables']), nat, { id: 'x', distro: DEBIAN, routes }), [
      { found: /nft/, state: 'ok' },
      {},
    ])
    for (const [distro, fix] of [
      [DEBIAN, /^sudo apt-get .* iptables$/],
      [parseDistro('ID=fedora'), /^sudo dnf .* iptables-nft$/],
    ] as const)
      t.match(await networkChecks(at('qemu:///system', ['iptables', 'nft']), nat, { id: 'x', distro, routes }), [
        { state: 'missing', fix },
        {},
      ])
    const failure = {
      where: 'host',
      argv: [],
      exitCode: 1,
      signal: undefined,
      timedOut: false,
      durationMs: 1,
      tail: 'no virtnetworkd-sock',
    }
    const failing = (error: Error) => ({
      ...at(''),
      hypervisor: { uri: 'qemu:///system', networks: () => Promise.reject(error) },
    })
    t.match(await networkChecks(failing(new CommandError(failure)), nat, { id: 'x', distro: DEBIAN, routes }), [
      { state: 'missing', found: /virtnetworkd-sock/ },
    ])
    await t.rejects(networkChecks(failing(new HostError('x')), nat, { id: 'x', distro: DEBIAN, routes }), HostError)
  },
)
