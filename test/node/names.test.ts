import t from 'tap'
import { domainName, machineUuid } from '../../src/node/names.js'
import { checkSpec } from '../../src/hypervisor/spec.js'
import { node } from '../hypervisor/specs.js'

t.test('a machine’s UUID is a valid one of version 8 and never changes', (t) => {
  // RFC 9562: version 8 in the 13th digit, variant 10 in the 17th. A new value here would orphan every machine of every
  // lab.
  t.equal(machineUuid('course-1a2b3c4d', 'k8s-master01'), '28544791-3c24-85b7-8b4c-68375077e174')
  for (let i = 0; i < 200; i++)
    t.match(machineUuid('lab', `n${i}`), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.end()
})

t.test('it differs by lab and by node, and the border between the two counts', (t) => {
  const all = [
    machineUuid('a', 'b'),
    machineUuid('a', 'c'),
    machineUuid('b', 'b'),
    machineUuid('ab', 'c'),
    machineUuid('a', 'bc'),
  ]
  t.equal(new Set(all).size, all.length)
  t.end()
})

t.test('name and UUID are what the hypervisor takes', (t) => {
  t.equal(domainName('course-1a2b3c4d', 'k8s-master01'), 'klab-course-1a2b3c4d-k8s-master01')
  t.doesNotThrow(() =>
    checkSpec({ ...node, name: domainName('course-1a2b3c4d', 'n1'), uuid: machineUuid('course-1a2b3c4d', 'n1') }),
  )
  t.end()
})
