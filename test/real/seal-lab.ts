/**
 * Labs of mini guests that travel, made as klab makes its own. Also a program, for the test that kills it: `seal-lab.ts
 * ROOT FOLDER FILE` imports FILE.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/host/clock.js'
import { ensureDir } from '../../src/host/files.js'
import type { HostEnv } from '../../src/host/types.js'
import { createL2Switch } from '../../src/hypervisor/l2-switch.js'
import { createVirshHypervisor, hostSecurity } from '../../src/hypervisor/virsh.js'
import { readLab, type OpenLab } from '../../src/lab/open.js'
import { importFile } from '../../src/lab/sealed.js'
import { makeFolders, newRecord } from '../../src/lab/up-phases.js'
import { createOverlay } from '../../src/node/disk.js'
import { machineSpec } from '../../src/node/machine.js'
import { segmentOf } from '../../src/network/segment.js'
import type { World } from '../../src/world.js'
import { readFacts } from '../../src/sealed/read.js'
import type { LockedLab, Manifest } from '../../src/snapshot/types.js'
import { ensureKeyPair } from '../../src/state/keys.js'
import { createLayers } from '../../src/cache/layers.js'
import { roots } from '../../src/state/paths.js'
import { readRecord, writeRecord } from '../../src/state/record.js'
import { root } from '../fakes/world.js'
import { exec, host } from './libvirt.js'
import { guestShell, miniCmdline, type MiniGuest } from './mini-guest.js'

export const LABFILE = `name: mini
kubernetes: false
nodes:
  - { name: a, ip: 192.168.31.61, cpus: 1, memory: 512MiB, disk: 10GiB }
  - { name: b, ip: 192.168.31.62, cpus: 1, memory: 512MiB, disk: 10GiB }
`

export const envOf = (dir: string, cwd: string): HostEnv => ({
  ...host,
  cwd,
  env: { KLAB_STATE_DIR: join(dir, 'state'), KLAB_CACHE_DIR: join(dir, 'cache'), KLAB_RUN_DIR: join(dir, 'run') },
})

/** The real doors; the guests have no SSH. */
export async function worldOf(dir: string, uri: string): Promise<World> {
  const env = envOf(dir, dir)
  const r = roots(env)
  const { qemuUser } = await hostSecurity(exec, uri)
  return {
    env,
    host: exec,
    clock: systemClock,
    hypervisor: createVirshHypervisor({ exec, uri }),
    l2: createL2Switch({ exec, qemuUser }),
    guests: { connect: () => Promise.reject(new Error('no SSH')), close: () => Promise.resolve() },
    layers: createLayers({ dir: join(r.cache, 'layers'), exec, clock: systemClock, dirMode: r.dirMode }),
    roots: r,
    iso: { seed: () => Promise.reject(new Error('no seed')) },
    assets: root,
    signal: new AbortController().signal,
  }
}

/** The lab of FOLDER's Labfile, which is written when it is not there. */
export async function openMini(dir: string, folder: string): Promise<OpenLab> {
  const path = join(dir, folder)
  await mkdir(path, { recursive: true })
  await writeFile(join(path, 'Labfile'), LABFILE)
  return readLab(envOf(dir, path), undefined)
}

/** A node image in two layers of the cache, as klab's are; sector 2048 of the lower one says `base`. */
async function nodeImage(world: World): Promise<string> {
  const base = await world.layers.build('base', async (to) => {
    const disk = join(to, 'disk.qcow2')
    await exec.run(['qemu-img', 'create', '-q', '-f', 'qcow2', disk, '64M'])
    await exec.run(['qemu-io', '-f', 'qcow2', '-c', 'write -P 0x41 1M 64k', disk])
  })
  const node = await world.layers.build('node', async (to) => {
    await createOverlay(exec, join(to, 'disk.qcow2'), join(base, 'disk.qcow2'))
    await exec.run(['qemu-io', '-f', 'qcow2', '-c', 'write -P 0x42 2M 64k', join(to, 'disk.qcow2')])
  })
  return join(node, 'disk.qcow2')
}

/** Makes the lab of a folder from nothing and starts it. */
export async function makeMini(world: World, open: OpenLab, guest: MiniGuest): Promise<LockedLab> {
  await makeFolders(world, open)
  const { paths, id, lab } = open
  const record = await newRecord(world, open, 'tcg')
  const image = await nodeImage(world)
  await ensureKeyPair(paths.key, `klab ${id}`)
  await ensureDir(join(paths.dir, 'nodes'), world.roots.dirMode)
  const nicsOf = await segmentOf({ world, paths, record }).ensure()
  for (const node of lab.nodes) {
    const files = paths.node(node.name)
    await ensureDir(files.dir, world.roots.dirMode)
    await ensureKeyPair(files.hostKey, `klab ${node.name}`)
    await writeFile(files.seed, Buffer.alloc(65_536, node.name))
    await createOverlay(exec, files.disk, image, 1)
    const boot = { kind: 'direct', ...guest, cmdline: miniCmdline() } as const
    const spec = machineSpec({ id, lab, paths, record, accel: 'tcg' }, node, {
      boot,
      bundleIso: undefined,
      nics: nicsOf(node.name),
    })
    await world.hypervisor.ensureMachine(spec)
    await world.hypervisor.start(spec.name)
  }
  await writeRecord(paths.record, record)
  return locked(world, open)
}

/** The lab as a verb that holds its lock sees it. */
export async function locked(world: World, open: OpenLab): Promise<LockedLab> {
  const record = await readRecord(open.paths.record)
  if (!record) throw new Error(`no record at ${open.paths.record}`)
  return { world, paths: open.paths, record, say: () => undefined }
}

/** A shell on a node, through the port that klab forwards SSH to. */
export const shell = (lab: LockedLab, node: string, line: string): Promise<string> =>
  guestShell(lab.record.ports[node]?.ssh ?? 0, line).then((text) => text.trim())

/** Imports as `klab snapshot import` does. */
export async function take(
  world: World,
  open: OpenLab,
  file: string,
  more: { readonly diskOnly?: boolean; readonly name?: string } = {},
): Promise<{ manifest: Manifest; fresh: boolean; said: string[] }> {
  const said: string[] = []
  const { facts, digest } = await readFacts(exec, file, world.signal)
  const taken = await importFile(world, open, {
    file,
    facts,
    digest,
    accel: 'tcg',
    diskOnly: more.diskOnly ?? false,
    name: more.name,
    say: (line) => said.push(line),
    progress: () => undefined,
  })
  return { ...taken, said }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , uri = '', dir = '', folder = '', file = ''] = process.argv
  const world = await worldOf(dir, uri)
  const open = await openMini(dir, folder)
  console.log('begin')
  await take(world, open, file)
  console.log('end')
}
