import t from 'tap'
import { compareVersions } from '../../src/host/versions.js'
import { diskOnlyReason } from '../../src/sealed/fit.js'
import { factsOf } from './archive.js'

const able = { libvirt: '9.0.0', qemu: '7.2.22', machine: 'pc-q35-7.2', hostCpu: 'EPYC' }
const here = { accel: 'tcg', able } as const

t.test('RAM only where it can be loaded; the reason in words', (t) => {
  const facts = factsOf()
  const kvm = factsOf(undefined, {
    host: { accel: 'kvm', qemu: '7.2.22', libvirt: '9.0.0', ram: { machine: 'pc-q35-7.2', cpu: 'EPYC' } },
  })
  const no = { diskOnly: false }
  t.equal(diskOnlyReason(facts, here, no), undefined)
  t.equal(diskOnlyReason(facts, { accel: 'tcg', able: { ...able, qemu: '10.0.2' } }, no), undefined, 'a newer QEMU')
  t.match(diskOnlyReason(facts, here, { diskOnly: true }), /asked for/)
  t.match(diskOnlyReason(facts, { accel: 'kvm', able }, no), /under tcg, this lab runs under kvm/)
  t.match(
    diskOnlyReason(facts, { accel: 'tcg', able: { ...able, qemu: '7.1.99' } }, no),
    /this one is older \(7.1.99\)/,
  )
  t.match(
    diskOnlyReason(facts, { accel: 'tcg', able: { ...able, machine: undefined } }, no),
    /does not know the machine type pc-q35-7.2/,
  )
  t.equal(diskOnlyReason(kvm, { accel: 'kvm', able }, no), undefined)
  t.match(
    diskOnlyReason(kvm, { accel: 'kvm', able: { ...able, hostCpu: 'Skylake-Client' } }, no),
    /model EPYC, this one is Skylake-Client/,
  )
  t.match(
    diskOnlyReason(factsOf(undefined, { host: { accel: 'tcg', qemu: '7.2.22', libvirt: '9.0.0' } }), here, no),
    /halted/,
  )
  t.end()
})

t.test('versions are numbers', (t) => {
  t.ok(compareVersions('7.2.22', '7.10.0') < 0)
  t.ok(compareVersions('10.0', '9.9.9') > 0)
  t.equal(compareVersions('7.2', '7.2.0'), 0)
  t.end()
})
