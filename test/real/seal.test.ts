/**
 * Sealed labs of mini guests on real libvirt: out of one folder, into others, side by side; without RAM; and klab
 * killed on the way.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { macAddress } from '../../src/cloudinit/mac.js'
import { StateError } from '../../src/errors.js'
import { defaultUri } from '../../src/hypervisor/virsh.js'
import { destroy } from '../../src/lab/destroy.js'
import type { OpenLab } from '../../src/lab/open.js'
import { domainName } from '../../src/node/names.js'
import type { World } from '../../src/world.js'
import { exportSnapshot } from '../../src/sealed/export.js'
import { chainOf } from '../../src/snapshot/disks.js'
import { listManifests } from '../../src/snapshot/manifest.js'
import { remove } from '../../src/snapshot/remove.js'
import { restore } from '../../src/snapshot/restore.js'
import { save } from '../../src/snapshot/save.js'
import { listRecords } from '../../src/state/record.js'
import { ensureSystemLibvirt, exec, uid, until, workDir } from './libvirt.js'
import { miniGuestDir } from './machines.js'
import { buildMiniGuest } from './mini-guest.js'
import { locked, makeMini, openMini, shell, take, worldOf } from './seal-lab.js'

const uri = defaultUri(uid)
if (uid === 0) t.before(() => ensureSystemLibvirt(t))

const NODES = ['a', 'b'] as const
const COUNT = '(i=0; while :; do i=$((i+1)); echo $i >/count; sleep 0.1; done) >/dev/null 2>&1 &'

/** Destroys it, whatever is left of it. */
const end = async (world: World, open: OpenLab): Promise<void> => {
  await destroy(world, { id: open.id, name: open.lab.name, paths: open.paths }, () => undefined)
}

async function begin(t: Test) {
  const dir = await workDir(t)
  const world = await worldOf(dir, uri)
  const guest = await buildMiniGuest(exec, await miniGuestDir())
  const open = async (folder: string): Promise<OpenLab> => {
    const lab = await openMini(dir, folder)
    t.teardown(() => end(world, lab))
    return lab
  }
  return { dir, world, guest, open, file: join(dir, 'one.klab') }
}

t.test('a running lab travels', { timeout: 840_000 }, async (t) => {
  const { dir, world, guest, open, file } = await begin(t)
  const first = await open('first')
  const lab = await makeMini(world, first, guest)
  const up = (node: string) =>
    until(
      () =>
        shell(lab, node, 'echo here').then(
          (s) => s === 'here',
          () => false,
        ),
      `${node} to boot`,
      120_000,
    )
  await Promise.all(NODES.map(up))
  // As a control plane, whose share of CPU time libvirt then writes into its RAM image.
  await world.hypervisor.prefer(domainName(first.id, 'a'))
  for (const node of NODES)
    await shell(lab, node, `echo one-${node} >/word; dd if=/word of=/dev/vda conv=fsync; ${COUNT}`)
  // A chain of two overlays comes down to one file.
  await save(lab, { name: 'before', kind: 'manual' })
  for (const node of NODES) await shell(lab, node, 'dd if=/word of=/dev/vda bs=512 seek=8192 conv=fsync')
  const one = await save(lab, { name: 'one', message: 'to be sent', kind: 'manual' })
  const counted = await Promise.all(NODES.map(async (n) => Number(await shell(lab, n, 'cat /count'))))

  const seen: number[] = []
  const facts = await exportSnapshot(lab, one, file, { force: false, progress: (done) => seen.push(done) })
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal(
    seen.at(-1),
    facts.files.reduce((a, f) => a + f.size, 0),
  )
  t.comment(`${Math.round(seen.at(-1)! / 2 ** 20)} MiB become ${Math.round(statSync(file).size / 2 ** 20)} MiB`)
  t.match(facts.host, { accel: 'tcg', ram: { machine: /^pc-q35-/, cpu: 'Nehalem' } })
  await t.rejects(
    exportSnapshot(lab, one, file, { force: false, progress: () => undefined }),
    StateError,
    'not over a file',
  )
  t.strictSame(
    readdirSync(first.paths.snapshots).filter((f) => f.startsWith('.')),
    [],
    'nothing is left of the work',
  )
  for (const node of NODES) await shell(lab, node, 'echo late >/word; dd if=/word of=/dev/vda conv=fsync')

  const second = await open('second')
  const taken = await take(world, second, file)
  t.match(taken, { fresh: true, manifest: { name: 'one', message: 'to be sent', origin: { lab: first.id } } })
  const there = await locked(world, second)
  t.strictSame(
    (await world.hypervisor.owned(second.id)).map((m) => m.state),
    ['shut-off', 'shut-off'],
    'a halted lab, until it is restored',
  )
  await restore(there, taken.manifest)
  for (const [i, node] of NODES.entries()) {
    t.equal(await shell(there, node, 'cat /word'), `one-${node}`, 'RAM as it was')
    t.equal(
      await shell(there, node, 'dd if=/dev/vda bs=512 count=1 iflag=direct 2>/dev/null | head -n 1'),
      `one-${node}`,
      'disk as it was',
    )
    t.equal(
      await shell(there, node, 'dd if=/dev/vda bs=512 skip=8192 count=1 iflag=direct 2>/dev/null | head -n 1'),
      `one-${node}`,
    )
    t.equal(
      await shell(there, node, 'dd if=/dev/vda bs=1 skip=1048576 count=1 2>/dev/null | cat'),
      'A',
      'the image under it',
    )
    t.equal(await shell(there, node, 'dd if=/dev/vda bs=1 skip=2097152 count=1 2>/dev/null | cat'), 'B')
    const now = Number(await shell(there, node, 'cat /count'))
    await new Promise((r) => setTimeout(r, 500))
    const later = Number(await shell(there, node, 'cat /count'))
    t.ok(now > counted[i]! - 20 && later > now, `its programs go on: ${counted[i]}, ${now}, ${later}`)
    t.equal(await shell(lab, node, 'cat /word'), 'late', 'the first one runs on beside it')
    const mac = await shell(there, node, "sed 's/^/ /' /sys/class/net/e*/address | sort -u")
    for (const nic of ['mgmt', 'lab'] as const)
      t.match(mac, macAddress(first.id, node, nic), 'with the cards that its guests know')
    t.notSame(there.record.ports[node], lab.record.ports[node], 'on ports of its own')
    const chain = await chainOf(exec, there.record.disks![node]!)
    t.ok(
      chain.every((f) => f.startsWith(second.paths.dir) || f.startsWith(join(dir, 'cache', 'layers'))),
      chain.join(' '),
    )
    t.equal(chain.length, 4, 'overlay, one disk of its own, node image, base')
  }
  t.equal((await take(world, second, file)).fresh, false, 'once is enough')
  t.match(await take(world, first, file, { name: 'again' }), { fresh: true }, 'and home again, as one more snapshot')
  const home = await locked(world, first)
  await restore(
    home,
    (await listManifests(first.paths)).find((m) => m.name === 'again')!,
  )
  for (const node of NODES) t.equal(await shell(home, node, 'cat /word'), `one-${node}`)

  await end(world, first)
  await restore(there, taken.manifest)
  t.equal(await shell(there, 'a', 'cat /word'), 'one-a', 'it needs nothing of the lab that it came from')
  await remove(there, taken.manifest)
  t.equal(await shell(there, 'a', 'cat /word'), 'one-a', 'nor the snapshot, once restored')
  await end(world, second)

  const third = await open('third')
  const old: World = {
    ...world,
    hypervisor: {
      ...world.hypervisor,
      abilities: async (...a) => ({ ...(await world.hypervisor.abilities(...a)), qemu: '6.2.0' }),
    },
  }
  const cold = await take(old, third, file)
  t.match(
    cold.said.join('\n'),
    /without its RAM: it was saved by QEMU [\d.]+, this one is older \(6\.2\.0\)/,
    'said before',
  )
  t.match(cold.manifest.origin?.diskOnly, /older/)
  t.ok(cold.manifest.nodes.every((n) => n.memory === undefined))
  t.strictSame(readdirSync(join(third.paths.snapshots, cold.manifest.id)), ['manifest.json'], 'and not even unpacked')
  const chilled = await locked(world, third)
  for (const node of NODES) await world.hypervisor.start(domainName(third.id, node))
  await Promise.all(
    NODES.map((n) =>
      until(
        () =>
          shell(chilled, n, 'echo here').then(
            (s) => s === 'here',
            () => false,
          ),
        'boot',
        120_000,
      ),
    ),
  )
  t.equal(
    await shell(chilled, 'a', 'ls /word 2>&1; dd if=/dev/vda bs=512 count=1 iflag=direct 2>/dev/null | head -n 1'),
    'ls: /word: No such file or directory\none-a',
  )
  await end(world, third)

  const child = fileURLToPath(new URL('seal-lab.ts', import.meta.url))
  const fourth = await open('fourth')
  const started = Date.now()
  await take(world, fourth, file)
  const took = Date.now() - started
  await end(world, fourth)
  let whole = 0
  const parts = [0.02, 0.1, 0.3, 0.6, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2]
  for (const part of parts) {
    const ms = Math.round(part * took)
    const p = spawn(process.execPath, [...process.execArgv, child, uri, dir, 'fourth', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise<void>((resolve) => p.stdout.once('data', () => resolve()))
    const ended = once(p, 'exit')
    await new Promise((r) => setTimeout(r, ms))
    p.kill('SIGKILL')
    await ended
    const records = await listRecords(world.roots.state)
    const manifests = await listManifests(fourth.paths)
    t.equal(records.length, manifests.length, `${ms} ms: ${records.length === 0 ? 'nothing' : 'all of it'}`)
    whole += records.length
    await end(world, fourth)
    t.notOk(existsSync(fourth.paths.staging) || existsSync(fourth.paths.dir), 'destroy takes the rest')
  }
  t.comment(`an import takes ${took} ms; ${whole} of ${parts.length} had been whole`)
  t.match(await take(world, fourth, file), { fresh: true }, 'and then it works')
})
