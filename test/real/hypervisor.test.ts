/**
 * The contract suite on real libvirt: qemu:///system as root, and qemu:///session as an ordinary user that lives as
 * long as the test.
 */
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { exists } from '../../src/host/files.js'
import { hypervisorContract } from '../contract/hypervisor.js'
import { ensureSystemLibvirt, exec, processes, uid } from './libvirt.js'
import { againAsUser, realFixture } from './machines.js'

const file = fileURLToPath(import.meta.url)

async function suite(t: Test, uri: string): Promise<void> {
  const world = await realFixture(t, uri)
  await hypervisorContract(t, world)
  t.same(await world.leftovers(), [], 'nothing is left')
}

if (uid === 0) {
  let user = { name: '', uid: -1 }
  t.test('qemu:///system as root', async (t) => {
    await ensureSystemLibvirt(t)
    await suite(t, 'qemu:///system')
  })
  t.test('qemu:///session as an ordinary user', async (t) => {
    user = await againAsUser(t, file)
  })
  t.test('the user, its processes and folders are gone', async (t) => {
    t.same(
      (await processes()).filter((p) => p.uid === user.uid),
      [],
    )
    t.notOk(await exists(`/home/${user.name}`))
    t.notOk(await exists(`/run/user/${user.uid}`))
    t.not((await exec.run(['id', user.name], { allowFailure: true })).exitCode, 0)
  })
} else {
  t.test('qemu:///session', (t) => suite(t, 'qemu:///session'))
}
