/**
 * Bakes the node image: one machine boots the base image and does the phases that are the same for every node. Its disk
 * is kept.
 */
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { macAddress } from '../cloudinit/mac.js'
import { seedFiles } from '../cloudinit/seed.js'
import type { Guest, GuestAddress } from '../guest/types.js'
import { ensureDir } from '../host/files.js'
import type { MachineSpec } from '../hypervisor/types.js'
import { makeKeyPair } from '../state/keys.js'
import { allocatePorts, reservedPorts } from '../state/ports.js'
import type { Digest } from '../host/digest.js'
import { isoOf } from './artifacts.js'
import { createOverlay } from '../node/disk.js'
import { digest, installScripts, runGuestPhase } from '../node/guest-phase.js'
import { domainName, machineUuid } from '../node/names.js'
import { startMachine, waitForBoot } from '../node/boot.js'
import { withHungBootRestarted } from '../node/stuck-boot.js'
import type { LabRun } from '../world.js'

/** Raise this number if baking changes in a way that the recipe's digests do not show. */
const FORMAT = 1
const MINUTE = 60_000
/** A node's name inside the bake machine. Real nodes get theirs from their own seed. */
const BAKE_NODE = 'bake'

/** The node image's key: base image, every baked phase's digest, disk size, user. */
export async function nodeImageKey(run: LabRun): Promise<Digest> {
  const quiet = (): void => undefined
  const [base, recipe] = await Promise.all([run.artifacts.base(quiet), run.artifacts.recipe()])
  return digest(
    `node-image ${FORMAT}`,
    base.key,
    ...recipe.phases.map((p) => p.digest),
    String(diskGiB(run)),
    run.lab.os.user,
  )
}

/** The image's disk is as large as the smallest node's. Larger ones grow at their first boot. */
const diskGiB = (run: LabRun): number => Math.min(...run.lab.nodes.map((n) => n.diskGiB))

/** Makes the layer. Throws what the phases throw. Nothing is left behind except the layer. */
export async function bakeNodeImage(run: LabRun, key: Digest, line: (text: string) => void): Promise<string> {
  const { world } = run
  return world.layers.build(key, async (dir) => {
    const quiet = (): void => undefined
    const [base, bundle, recipe] = await Promise.all([
      run.artifacts.base(quiet),
      run.artifacts.bundle(quiet),
      run.artifacts.recipe(),
    ])
    const disk = join(dir, 'disk.qcow2')
    // In the lab's folder, not in the layer: people read it when baking fails.
    const files = run.paths.node(BAKE_NODE)
    for (const path of [dirname(files.dir), files.dir]) await ensureDir(path, world.roots.dirMode)
    const seed = join(dir, 'seed.iso')
    const name = domainName(run.id, BAKE_NODE)
    await world.hypervisor.removeMachine(name)
    await createOverlay(world.host, disk, base.disk, diskGiB(run))

    const login = makeKeyPair('klab bake')
    const host = makeKeyPair('klab bake host')
    const mac = macAddress(run.id, BAKE_NODE, 'mgmt')
    await world.iso.seed(seed, {
      ...seedFiles({
        instanceId: `bake-${key.slice(0, 16)}`,
        node: BAKE_NODE,
        hosts: [],
        user: run.lab.os.user,
        authorizedKeys: [login.publicKey],
        hostKey: { private: host.privateKey, public: host.publicKey },
        timezone: run.lab.os.timezone,
        locale: run.lab.os.locale,
        timeServers: [],
        mgmtMac: mac,
        internet: run.lab.network.internet,
      }),
    })
    const [port] = await allocatePorts(1, await reservedPorts(world.roots.state), key)
    if (port === undefined) throw new TypeError('no port')
    const cpus = Math.max(2, ...run.lab.nodes.map((n) => n.cpus))
    const spec: MachineSpec = {
      name,
      uuid: machineUuid(run.id, BAKE_NODE),
      labId: run.id,
      node: BAKE_NODE,
      accel: run.accel,
      cpus: Math.min(4, cpus),
      memoryMiB: Math.max(2048, Math.min(...run.lab.nodes.map((n) => n.memoryMiB))),
      boot: base.boot,
      disks: [
        { path: disk, format: 'qcow2', target: 'vda', readonly: false },
        { path: seed, format: 'raw', target: 'vdb', readonly: true },
        ...(bundle ? [{ path: isoOf(bundle), format: 'raw' as const, target: 'vdc' as const, readonly: true }] : []),
      ],
      consoleLog: files.console,
      mgmt: { mac, forwards: [{ hostPort: port, guestPort: 22 }], internet: run.lab.network.internet },
    }
    const address: GuestAddress = {
      node: BAKE_NODE,
      host: '127.0.0.1',
      port,
      user: run.lab.os.user,
      privateKey: login.privateKey,
      hostKey: host.publicKey.split(' ').slice(0, 2).join(' '),
    }
    try {
      line('boot')
      await world.hypervisor.ensureMachine(spec)
      const start = (): Promise<void> => startMachine(world, name)
      await start()
      const booted = (): Promise<Guest> =>
        waitForBoot(world, address, 15 * MINUTE, { hint: `less ${files.console}`, line })
      const guest = await withHungBootRestarted(run, { name, consoleLog: files.console, start, line }, booted)
      await installScripts(guest, recipe.scripts, { ...recipe.settings, KLAB_NODE: BAKE_NODE })
      for (const p of recipe.phases) {
        line(p.phase)
        await runGuestPhase(guest, p.script, p.digest, {
          line,
          signal: world.signal,
          clock: world.clock,
          timeoutMs: 30 * MINUTE,
        })
      }
      line('clean')
      await guest.run(['sudo', '-n', 'bash', '/usr/lib/klab/clean.sh'], { timeoutMs: 5 * MINUTE, signal: world.signal })
      await guest.close()
      await world.hypervisor.stop(name, 3 * MINUTE)
    } finally {
      await world.hypervisor.removeMachine(name)
    }
    await Promise.all([rm(seed, { force: true }), rm(files.dir, { recursive: true, force: true })])
  })
}
