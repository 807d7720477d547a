import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { HostError } from '../../src/errors.js'
import { hypervisorContract } from '../contract/hypervisor.js'
import { networkContract } from '../contract/network.js'
import { createFakeHypervisor } from '../fakes/hypervisor.js'
import { makeOverlay } from '../fakes/qcow2.js'

t.test('the fake keeps the contract', async (t) => {
  const fake = createFakeHypervisor()
  let count = 0
  const dir = t.testdir()
  await hypervisorContract(t, {
    hypervisor: fake,
    labId: 'fake-0',
    spec: (node) => {
      count += 1
      const disk = join(dir, node, 'disk.qcow2')
      mkdirSync(join(dir, node))
      writeFileSync(disk, '{}')
      return Promise.resolve({
        name: `klab-fake-0-${node}`,
        uuid: randomUUID(),
        labId: 'fake-0',
        node,
        accel: 'tcg',
        cpus: 1,
        memoryMiB: 128,
        boot: { kind: 'disk' },
        disks: [{ path: disk, format: 'qcow2', target: 'vda', readonly: false }],
        consoleLog: join(dir, node, 'console.log'),
        mgmt: { mac: '52:54:00:00:00:02', forwards: [{ hostPort: 24000 + count, guestPort: 7 }], internet: false },
      })
    },
    booted: () => Promise.resolve(),
    kill: (name) => Promise.resolve(fake.kill(name)),
    overlay: (path, backing) => Promise.resolve(makeOverlay(path, backing)),
    write: (spec, word) => Promise.resolve(fake.write(spec.name, word)),
    read: (spec) => Promise.resolve(fake.read(spec.name)),
    cpuShares: (name) => Promise.resolve(fake.preferred.has(name) ? 2048 : 1024),
    occupy: (port) => {
      fake.busyPorts.add(port)
      return Promise.resolve(() => Promise.resolve(void fake.busyPorts.delete(port)))
    },
    foreign: (name) => {
      fake.addForeign(name)
      // The fake has no virsh to undefine it with; a name of its own disturbs nobody.
      return Promise.resolve(() => Promise.resolve())
    },
  })
  fake.unreachable = true
  await t.rejects(fake.list(), HostError)
  t.ok(fake.calls.includes('start klab-fake-0-b'))
})

t.test('its networks too', async (t) => {
  const fake = createFakeHypervisor()
  await networkContract(t, {
    hypervisor: fake,
    foreign: ({ range, ...theirs }) => {
      fake.addNetwork({ ...theirs, active: false, ranges: [range], mark: undefined })
      return Promise.resolve(() => Promise.resolve(fake.dropNetwork(theirs.name)))
    },
  })
})
