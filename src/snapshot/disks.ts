/** The overlays of a lab: makes them, and removes those that nothing needs. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError } from '../errors.js'
import type { Exec } from '../host/types.js'
import { createOverlay } from '../node/disk.js'
import { diskOf } from '../state/record.js'
import { statesOf } from './machines.js'
import { listManifests } from './manifest.js'
import type { LockedLab } from './types.js'
import { english } from '../words/say.js'

/** An empty overlay on a frozen disk. It replaces what an earlier try left there. Throws CommandError. */
export async function freshOverlay(exec: Exec, path: string, backing: string): Promise<void> {
  await rm(path, { force: true })
  await createOverlay(exec, path, backing)
}

/** Every file of the chain, from `path` down. Throws CommandError, CorruptError. */
export async function chainOf(exec: Exec, path: string): Promise<readonly string[]> {
  // -U: a running QEMU holds the lock of the file it writes to.
  const { stdout } = await exec.run(['qemu-img', 'info', '-U', '--backing-chain', '--output=json', path])
  const chain = JSON.parse(stdout) as { filename?: unknown }[]
  return chain.map(({ filename }) => {
    if (typeof filename !== 'string')
      throw new CorruptError(english('{path}: qemu-img does not name its chain', { path }))
    return filename
  })
}

/**
 * The lab's own overlays in a disk's chain, the disk first, and the shared file below them. Throws CommandError,
 * CorruptError.
 */
export async function ownChain(
  lab: LockedLab,
  path: string,
): Promise<{ readonly own: readonly string[]; readonly base: string | undefined }> {
  const chain = await chainOf(lab.world.host, path)
  const foreign = chain.findIndex((file) => !file.startsWith(`${lab.paths.dir}/`))
  return foreign < 0 ? { own: chain, base: undefined } : { own: chain.slice(0, foreign), base: chain[foreign] }
}

/**
 * Removes the overlays that neither a snapshot nor a machine needs. It looks at every chain there is, so it also
 * removes what a crash left behind. Returns the bytes freed. If a chain cannot be read it throws, and has removed
 * nothing.
 */
export async function sweep(lab: LockedLab): Promise<number> {
  const { world, record, paths } = lab
  const roots = new Set((await listManifests(paths)).flatMap((m) => m.nodes.map((n) => n.disk.path)))
  for (const { node, domain, state } of await statesOf(lab)) {
    roots.add(diskOf(record, paths, node))
    if (state === 'absent') continue
    const { live, next } = await world.hypervisor.disk(domain)
    for (const file of [live, next]) if (file !== undefined) roots.add(file)
  }
  const chains = await Promise.all([...roots].map((root) => chainOf(world.host, root)))
  const needed = new Set(chains.flat())
  let freed = 0
  for (const { name } of record.lab.nodes) {
    const { dir } = paths.node(name)
    for (const file of await readdir(dir)) {
      const path = join(dir, file)
      if (!/^disk(-\w+)?\.qcow2$/.test(file) || needed.has(path)) continue
      freed += (await stat(path)).blocks * 512
      await rm(path)
    }
  }
  return freed
}
