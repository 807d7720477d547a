import t from 'tap'
import { formatCidr, hostAt, ipToNumber, numberToIp, overlaps, parseCidr } from '../../src/labfile/cidr.js'
import { nearest } from '../../src/report/nearest.js'
import { parseSize } from '../../src/labfile/size.js'

t.test('cidr', (t) => {
  t.equal(numberToIp(ipToNumber('255.254.3.1')!), '255.254.3.1')
  for (const bad of ['1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.256', '1.2.3.x', ''])
    t.equal(ipToNumber(bad), undefined, bad)
  for (const bad of ['1.2.3.4', '1.2.3.4/33', '1.2.3.4/', '1.2.3.4/8/8', '1.2.3.4/08'])
    t.equal(parseCidr(bad), undefined, bad)
  const net = parseCidr('192.168.31.77/24')!
  t.equal(formatCidr(net), '192.168.31.0/24')
  t.equal(hostAt(net, 61), '192.168.31.61')
  t.equal(hostAt(net, 255), undefined, 'the broadcast address is no host')
  t.ok(overlaps(net, parseCidr('192.168.0.0/16')!))
  t.notOk(overlaps(net, parseCidr('192.168.30.0/24')!))
  t.equal(parseCidr('0.0.0.0/0')!.last, 2 ** 32 - 1)
  t.end()
})

t.test('sizes', (t) => {
  t.equal(parseSize('3GiB'), 3072)
  t.equal(parseSize('1T'), 1048576)
  t.equal(parseSize('1.5G'), 1536)
  for (const bad of ['3', '3GB', '3gib', '-3G', '3 G B', 'G', '1e3M', '٣GiB']) t.equal(parseSize(bad), undefined, bad)
  t.end()
})

t.test('nearest', (t) => {
  const known = ['name', 'memory', 'podCidr', 'ip']
  t.equal(nearest('nmae', known), 'name')
  t.equal(nearest('PODCIDR', known), 'podCidr')
  t.equal(nearest('mem', known), undefined, 'too far')
  t.equal(nearest('zzzz', known), undefined)
  t.equal(nearest('x'.repeat(1000), known), undefined)
  t.equal(nearest('x', []), undefined)
  t.end()
})
