import { randomUUID } from 'node:crypto'
import t from 'tap'
import { HostError } from '../../src/errors.js'
import { hypervisorContract } from '../contract/hypervisor.js'
import { createFakeHypervisor } from '../fakes/hypervisor.js'

t.test('the fake keeps the contract', async (t) => {
  const fake = createFakeHypervisor()
  let count = 0
  await hypervisorContract(t, {
    hypervisor: fake,
    labId: 'fake-0',
    spec: (node) => {
      count += 1
      return Promise.resolve({
        name: `klab-fake-0-${node}`,
        uuid: randomUUID(),
        labId: 'fake-0',
        node,
        accel: 'tcg',
        cpus: 1,
        memoryMiB: 128,
        boot: { kind: 'disk' },
        disks: [],
        consoleLog: '/nowhere/console.log',
        mgmt: { mac: '52:54:00:00:00:02', forwards: [{ hostPort: 24000 + count, guestPort: 7 }], internet: false },
      })
    },
    booted: () => Promise.resolve(),
    kill: (name) => Promise.resolve(fake.kill(name)),
    pause: (name) => Promise.resolve(fake.pause(name)),
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
