/**
 * A lab of mini guests as the snapshot verbs see it. Also a program of its own, for tests that kill it:
 * `snapshot-lab.ts DESCRIPTOR save NAME | restore NAME`.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/host/clock.js'
import { createVirshHypervisor } from '../../src/hypervisor/virsh.js'
import type { World } from '../../src/world.js'
import { findManifest, listManifests } from '../../src/snapshot/manifest.js'
import { restore } from '../../src/snapshot/restore.js'
import { save } from '../../src/snapshot/save.js'
import type { LockedLab } from '../../src/snapshot/types.js'
import { labPaths, roots } from '../../src/state/paths.js'
import { readRecord } from '../../src/state/record.js'
import { exec, host } from './libvirt.js'

export interface Descriptor {
  readonly uri: string
  readonly id: string
  /** KLAB_STATE_DIR. */
  readonly state: string
}

/** Paths of the lab. */
export const pathsOf = (d: Descriptor) =>
  labPaths(roots({ ...host, env: { KLAB_STATE_DIR: d.state, KLAB_RUN_DIR: `${d.state}/run` } }), d.id)

/** The lab as a new klab finds it. Its guests have no SSH. */
export async function openMiniLab(d: Descriptor): Promise<LockedLab> {
  const paths = pathsOf(d)
  mkdirSync(paths.snapshots, { recursive: true })
  const record = await readRecord(paths.record)
  if (!record) throw new Error(`no record at ${paths.record}`)
  const world: Pick<World, 'hypervisor' | 'host' | 'clock' | 'signal' | 'l2' | 'guests' | 'roots'> = {
    hypervisor: createVirshHypervisor({ exec, uri: d.uri }),
    host: exec,
    roots: { state: d.state, cache: d.state, run: `${d.state}/run`, dirMode: 0o711 },
    clock: systemClock,
    signal: new AbortController().signal,
    l2: {
      ensure: (dir) => Promise.resolve({ socketDir: dir }),
      running: () => Promise.resolve(true),
      remove: () => Promise.resolve(),
    },
    guests: { connect: () => Promise.reject(new Error('no SSH')), close: () => Promise.resolve() },
  }
  return { world: world as World, paths, record, say: () => undefined }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , file = '', verb = '', name = ''] = process.argv
  const lab = await openMiniLab(JSON.parse(readFileSync(file, 'utf8')) as Descriptor)
  console.log('begin')
  if (verb === 'save') await save(lab, { name, kind: 'manual' })
  else await restore(lab, findManifest(await listManifests(lab.paths), name, 'klab snapshot restore'))
  console.log('end')
}
