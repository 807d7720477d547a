import t from 'tap'
import { hostRoutes } from '../../src/host/routes.js'

const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'
const row = (name: string, to: string, mask: string) =>
  `${name}\t${to}\t00000000\t0001\t0\t0\t0\t${mask}\t0\t0\t0      `

t.test('ranges and interfaces; default routes, halves of it and whatever is no route left out', async (t) => {
  const text = [
    HEAD,
    row('eth0', '00000000', '00000000'),
    row('tun0', '00000080', '00000080'),
    row('eth0', '000200C0', '00FFFFFF'),
    row('dummy0', '001FA8C0', '80FFFFFF'),
    row('ppp0', '0100000A', 'FFFFFFFF'),
    'nonsense',
    '',
  ].join('\n')
  t.same(await hostRoutes(() => Promise.resolve(text)), [
    { cidr: '192.0.2.0/24', interface: 'eth0' },
    { cidr: '192.168.31.0/25', interface: 'dummy0' },
    { cidr: '10.0.0.1/32', interface: 'ppp0' },
  ])
  t.same(await hostRoutes(() => Promise.resolve(undefined)), [])
})
