/** A lab of two mini guests for the tests of the snapshot verbs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { UserMachineSpec } from '../../src/hypervisor/types.js'
import type { LockedLab } from '../../src/snapshot/types.js'
import { writeRecord } from '../../src/state/record.js'
import { labOf } from '../fakes/world.js'
import { exec } from './libvirt.js'
import { realFixture, type RealFixture } from './machines.js'
import { openMiniLab, pathsOf, type Descriptor } from './snapshot-lab.js'

export interface MiniLab {
  readonly world: RealFixture
  readonly specs: readonly UserMachineSpec[]
  readonly lab: () => Promise<LockedLab>
  /** The lab's file for the killable child. */
  readonly file: string
  write(word: string): Promise<void>
  /** What each guest holds, `ram/disk`. */
  read(): Promise<readonly string[]>
}

/** Two guests that run. */
export async function miniLab(t: Test, uri: string): Promise<MiniLab> {
  const world = await realFixture(t, uri)
  const d: Descriptor = { uri, id: world.labId, state: join(world.dir, 'state') }
  const paths = pathsOf(d)
  const specs: UserMachineSpec[] = []
  for (const node of ['a', 'b']) {
    const spec = await world.spec(node)
    const { dir, disk } = paths.node(node)
    await mkdir(dir, { recursive: true })
    await exec.run(['qemu-img', 'create', '-q', '-f', 'qcow2', disk, '16M'])
    specs.push({ ...spec, disks: [{ path: disk, format: 'qcow2', target: 'vda', readonly: false }] })
  }
  // QEMU's own user must pass (qemu:///system).
  for (const dir of [
    d.state,
    join(d.state, 'labs'),
    paths.dir,
    join(paths.dir, 'nodes'),
    ...['a', 'b'].map((n) => paths.node(n).dir),
  ])
    await chmod(dir, 0o711)
  const lab = labOf(
    'name: mini\nkubernetes: false\nnodes:\n  - { name: a, ip: 192.168.31.61 }\n  - { name: b, ip: 192.168.31.62 }\n',
  )
  const base = {
    version: 1,
    id: d.id,
    name: 'mini',
    labfile: '/nowhere',
    labfileSha256: '0',
    uri,
    accel: 'tcg',
    createdAt: '',
  } as const
  await writeRecord(paths.record, { ...base, lab, ports: { a: { ssh: 1 }, b: { ssh: 2 } } })
  const file = join(world.dir, 'lab.json')
  await writeFile(file, JSON.stringify(d))
  for (const spec of specs) {
    await world.hypervisor.ensureMachine(spec)
    await world.hypervisor.start(spec.name)
  }
  await Promise.all(specs.map((s) => world.booted(s)))
  return {
    world,
    specs,
    file,
    lab: () => openMiniLab(d),
    write: async (word) => {
      await Promise.all(specs.map((s) => world.write(s, word)))
    },
    read: () => Promise.all(specs.map(async (s) => world.read(s).then(({ ram, disk }) => `${ram}/${disk}`))),
  }
}

export const both = (word: string) => [`${word}/${word}`, `${word}/${word}`]

const child = fileURLToPath(new URL('snapshot-lab.ts', import.meta.url))
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms))

/** Runs the child and kills it after so many ms; whether it had come to its end. */
export async function killed(m: MiniLab, ms: number, ...args: string[]): Promise<boolean> {
  const p = spawn(process.execPath, [...process.execArgv, child, m.file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  const begun = new Promise<void>((resolve) =>
    p.stdout.setEncoding('utf8').on('data', (s: string) => {
      said += s
      if (said.includes('begin')) resolve()
    }),
  )
  const ended = once(p, 'exit')
  await begun
  await sleep(ms)
  p.kill('SIGKILL')
  await ended
  return said.includes('end')
}

/** Nothing of a verb is left over. */
export function tidy(t: Test, lab: LockedLab): void {
  t.notOk(existsSync(lab.paths.journal), 'no journal')
  t.strictSame(
    readdirSync(lab.paths.snapshots).filter((f) => !existsSync(join(lab.paths.snapshots, f, 'manifest.json'))),
    [],
    'no half snapshot',
  )
}
