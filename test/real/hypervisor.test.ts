/** The contract suite on real libvirt: qemu:///system as root, and qemu:///session as an ordinary user that lives as long as the test. */
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { exists } from '../../src/host/files.js'
import { hypervisorContract } from '../contract/hypervisor.js'
import { ensureSystemLibvirt, exec, processes, tempUser, uid } from './libvirt.js'
import { miniGuestDir, realFixture } from './machines.js'

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
    const temp = await tempUser(t)
    user = temp
    const readable = await exec.run(temp.as(['test', '-r', file]), { allowFailure: true })
    if (readable.exitCode !== 0) {
      t.pass('session mode', { skip: `an ordinary user cannot read ${file}` })
      return
    }
    // tap's processinfo writes into the project, which is not this user's.
    const node = [process.execPath, ...process.execArgv.filter((arg) => !arg.includes('processinfo'))]
    const [command, ...args] = temp.as([`KLAB_TEST_MINI_GUEST=${await miniGuestDir()}`, ...node, file])
    await t.spawn(command!, args, { name: 'this file again, as that user' })
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
