/**
 * libvirtd killed in the middle of saving and restoring: on qemu:///session, where the daemon is the user's own. As
 * root the test runs again as a user that lives as long as it.
 */
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { listManifests } from '../../src/snapshot/manifest.js'
import { statesOf } from '../../src/snapshot/machines.js'
import { recover } from '../../src/snapshot/recover.js'
import { restore } from '../../src/snapshot/restore.js'
import { save } from '../../src/snapshot/save.js'
import { end, lastWords, processes, uid } from './libvirt.js'
import { againAsUser } from './machines.js'
import { both, miniLab, tidy } from './mini-lab.js'

const uri = 'qemu:///session'
const file = fileURLToPath(import.meta.url)
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms))

/** Kills this user's libvirtd; QEMU goes on, and the next virsh starts another one. */
async function killLibvirtd(): Promise<void> {
  const daemon = (await processes()).find((p) => p.uid === uid && p.argv[0]?.endsWith('libvirtd'))
  if (daemon) await end(daemon.pid, 'SIGKILL')
}

if (uid === 0) {
  t.test('as an ordinary user', (t) => againAsUser(t, file))
} else {
  t.test(
    'libvirtd killed while the lab is saved: the snapshot is whole or not there, and the lab runs on',
    async (t) => {
      const m = await miniLab(t, uri)
      await m.write('now')
      const ends: Record<string, number> = {}
      let died = 0
      for (let ms = 0, i = 0; i < 8; i++, ms += 60) {
        const name = `s${i}`
        const saving = save(await m.lab(), { name, kind: 'manual' }).then(
          () => 'saved',
          () => 'failed',
        )
        await sleep(ms)
        await killLibvirtd()
        const end = await saving
        const lab = await m.lab()
        const said = await recover(lab)
        // Seen once in hundreds of times, why is not known: a QEMU that goes with libvirtd. `klab up` then starts it
        // from its disk.
        const dead = (await statesOf(lab)).filter((n) => n.state !== 'running')
        for (const { domain, state } of dead) {
          t.comment(`${domain} is ${state}: ${await lastWords(uri, domain)}`)
          await lab.world.hypervisor.start(domain)
        }
        died += dead.length
        if (dead.length > 0) {
          await Promise.all(m.specs.map((spec) => m.world.booted(spec)))
          for (const held of await m.read()) t.match(held, /^(now)?\/now$/, 'what was on the disks')
          await m.write('now')
        }
        t.strictSame(await m.read(), both('now'), `${ms} ms: ${end}: ${said ?? 'nothing to recover'}`)
        tidy(t, lab)
        const there = (await listManifests(lab.paths)).find((s) => s.name === name)
        if (end === 'saved') t.ok(there)
        ends[there ? 'there' : 'not there'] = (ends[there ? 'there' : 'not there'] ?? 0) + 1
        if (!there) continue
        await restore(lab, there)
        t.strictSame(await m.read(), both('now'), 'and it can be restored')
      }
      t.comment(JSON.stringify(ends))
      t.ok(died <= 1, `QEMUs that went with libvirtd: ${died}`)
    },
  )

  t.test('libvirtd killed while the lab is restored: all as before, or all as in the snapshot', async (t) => {
    const m = await miniLab(t, uri)
    await m.write('saved')
    const saved = await save(await m.lab(), { name: 'saved', kind: 'manual' })
    for (let ms = 0, i = 0; i < 8; i++, ms += 100) {
      await m.write('now')
      const restoring = restore(await m.lab(), saved).then(
        () => 'restored',
        () => 'failed',
      )
      await sleep(ms)
      await killLibvirtd()
      const end = await restoring
      const lab = await m.lab()
      const said = await recover(lab)
      const states = (await m.read()).join()
      t.ok(
        states === both('now').join() || states === both('saved').join(),
        `${ms} ms: ${end}, ${states}: ${said ?? 'nothing to recover'}`,
      )
      tidy(t, lab)
    }
  })
}
