import t from 'tap'
import { macAddress } from '../../src/cloudinit/mac.js'

t.test('stable, in QEMU’s block, and another for every card', (t) => {
  // Fixed: a change would give every machine of an existing lab another address.
  t.equal(macAddress('course-0123abcd', 'k8s-master01', 'mgmt'), '52:54:00:91:42:07')
  const all = ['a-1', 'a-2'].flatMap((lab) =>
    Array.from({ length: 50 }, (_, i) => `node${i}`).flatMap((node) => [
      macAddress(lab, node, 'mgmt'),
      macAddress(lab, node, 'lab'),
    ]),
  )
  t.equal(new Set(all).size, 200)
  for (const mac of all) t.match(mac, /^52:54:00(:[0-9a-f]{2}){3}$/)
  t.not(macAddress('a', 'b/c', 'lab'), macAddress('a/b', 'c', 'mgmt'))
  t.end()
})
