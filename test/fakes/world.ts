/** One loader that gives a test a whole fake world on a folder of its own. What a test did not foresee fails it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { macAddress } from '../../src/cloudinit/mac.js'
import { profileFor } from '../../src/cluster/profile.js'
import { apiNodes } from '../../src/cluster/topology.js'
import { minorOf } from '../../src/versions/kubernetes.js'
import { createExec } from '../../src/host/exec.js'
import type { HostEnv, HostExec, Output } from '../../src/host/types.js'
import type { Accel, UserNics } from '../../src/hypervisor/types.js'
import { parseLabfile } from '../../src/labfile/load.js'
import type { Lab } from '../../src/labfile/model.js'
import { BAKED, upTo, type PhaseName } from '../../src/labfile/phases.js'
import type { Artifacts } from '../../src/artifacts.js'
import { commonSettings, digest, loadScripts, scriptOf } from '../../src/node/guest-phase.js'
import type { LabRun, World } from '../../src/world.js'
import { assignPorts, forwardsOf } from '../../src/state/endpoints.js'
import { createLayers } from '../../src/cache/layers.js'
import { labId, labPaths, roots } from '../../src/state/paths.js'
import type { LabRecord } from '../../src/state/record.js'
import { createFakeClock, type FakeClock } from './clock.js'
import { createFakeGuests, type FakeGuests } from './guests.js'
import { createFakeHypervisor, type FakeHypervisor } from './hypervisor.js'

/** klab's own folder. */
export const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')

/** The default lab of the course: four nodes; `more` is added to the Labfile. */
export const fourNodes = (more = ''): string =>
  ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node03'].reduce(
    (text, name, i) => `${text}  - { name: ${name}, ip: 192.168.31.${61 + i} }\n`,
    'name: course\nnodes:\n',
  ) + more

/** The lab of a Labfile's text. */
export const labOf = (text: string): Lab => parseLabfile(text, '/lab/Labfile')

type KubectlAnswer = string | Partial<Output> | Error

type HostAnswer = string | Partial<Output> | Error | ((argv: readonly string[]) => string | Partial<Output> | Error)

export interface WorldOptions {
  readonly uid?: number
  /** Beginning of the command line → what it gives. Longer beginnings win. */
  readonly host?: Record<string, HostAnswer>
  /** The bundle's kubectl on the host: its arguments (without the time limit) and stdin → what it gives. */
  readonly kubectl?: (args: string, input: string) => KubectlAnswer | Promise<KubectlAnswer>
  /** Tools that `which` does not find. */
  readonly absent?: readonly string[]
  /** Files beside each other in the world's folder. */
  readonly files?: Record<string, string>
}

export interface FakeWorld extends World {
  readonly dir: string
  readonly hypervisor: FakeHypervisor
  readonly guests: FakeGuests
  readonly clock: FakeClock
  /** Commands that ran on the host. */
  readonly commands: string[]
  /** What was done with the switch. */
  readonly l2Calls: string[]
  /** Seed path → files. */
  readonly seeds: Map<string, Readonly<Record<string, string>>>
  readonly abort: AbortController
}

/** Locks and layers need them, and they touch nothing but the test's folder. */
const REAL = ['flock', 'sync', 'du', 'rm', 'unshare']

/** What doctor asks of every host, and a fit one's answer (QEMU 7.2 and 10.0 of Debian, cut short). */
const ASKED: Record<string, HostAnswer> = {
  'qemu-system-x86_64 -netdev help': 'Available netdev backend types:\nsocket\ntap\nuser\nvde\n',
}

/** A world with an empty hypervisor, no guests and no commands but those named. */
export function makeWorld(t: Test, o: WorldOptions = {}): FakeWorld {
  const dir = t.testdir(o.files ?? {})
  const env: HostEnv = {
    pid: process.pid,
    uid: o.uid ?? 0,
    user: 'tester',
    home: join(dir, 'home'),
    cwd: dir,
    env: {
      KLAB_STATE_DIR: join(dir, 'state'),
      KLAB_CACHE_DIR: join(dir, 'cache'),
      KLAB_RUN_DIR: join(dir, 'run'),
      PATH: process.env['PATH'],
      // The tests' files are theirs whom this root works for.
      SUDO_UID: String(process.getuid?.() ?? 0),
    },
  }
  const real = createExec({ ...env, cwd: '/' })
  const commands: string[] = []
  const known = Object.entries({ ...ASKED, ...o.host }).sort(([a], [b]) => b.length - a.length)
  const host: HostExec = {
    run: async (argv, options = {}) => {
      const line = argv.join(' ')
      if (REAL.includes(argv[0] ?? '')) return real.run(argv, options)
      commands.push(line)
      const reply = (given: string | Partial<Output> | Error): Output => {
        if (given instanceof Error) throw given
        return {
          stdout: '',
          stderr: '',
          exitCode: 0,
          durationMs: 1,
          ...(typeof given === 'string' ? { stdout: given } : given),
        }
      }
      if (o.kubectl && argv[0]?.endsWith('/bin/kubectl')) {
        const input = options.input === undefined ? '' : String(options.input)
        const args = argv.slice(1).filter((a) => !a.startsWith('--request-timeout'))
        return reply(await o.kubectl(args.join(' '), input))
      }
      const found = known.find(([start]) => line === start || line.startsWith(`${start} `))
      if (!found) {
        t.fail(`unexpected on the host: ${line}`)
        throw new Error(`unexpected on the host: ${line}`)
      }
      return reply(typeof found[1] === 'function' ? found[1](argv) : found[1])
    },
    which: (tool) => Promise.resolve(o.absent?.includes(tool) ? undefined : `/usr/bin/${tool}`),
    // Nothing but zstd, which touches nothing.
    filter: (argv) => real.filter(argv),
    spawnDetached: (argv) => {
      t.fail(`unexpected on the host: ${argv.join(' ')}`)
      return Promise.reject(new Error('unexpected'))
    },
  }
  const clock = createFakeClock()
  const r = roots(env)
  const l2Calls: string[] = []
  const seeds = new Map<string, Readonly<Record<string, string>>>()
  const abort = new AbortController()
  return {
    dir,
    env,
    host,
    clock,
    hypervisor: createFakeHypervisor(),
    l2: {
      ensure: (d) => Promise.resolve(l2Calls.push(`ensure ${d}`)).then(() => ({ socketDir: join(d, 'vde') })),
      running: (d) => Promise.resolve(l2Calls.includes(`ensure ${d}`)),
      remove: (d) => Promise.resolve(void l2Calls.push(`remove ${d}`)),
    },
    guests: createFakeGuests(t),
    layers: createLayers({ dir: join(r.cache, 'layers'), exec: host, clock, dirMode: r.dirMode }),
    roots: r,
    iso: {
      seed: (path, files) => {
        seeds.set(path, files)
        writeFileSync(path, 'iso')
        return Promise.resolve()
      },
    },
    assets: root,
    signal: abort.signal,
    commands,
    l2Calls,
    seeds,
    abort,
  }
}

/** The cards of a node's machine in user mode, as the segment gives them. */
export const cards = ({ id, lab, record }: LabRun, node: string, socketDir = '/x'): UserNics => ({
  mgmt: { mac: macAddress(id, node, 'mgmt'), forwards: forwardsOf(record, node), internet: lab.network.internet },
  l2: { mac: macAddress(id, node, 'lab'), socketDir },
})

/** What writes a qcow2 in a fake world: an empty file where qemu-img would make one. */
export const fakeQemuImg = (argv: readonly string[]): string => {
  writeFileSync(argv.at(-2) ?? '', 'qcow2')
  return ''
}

/** Artifacts that are there without being made. */
export function fakeArtifacts(world: FakeWorld, lab: Lab, until: PhaseName): Artifacts {
  const dir = join(world.dir, 'artifacts')
  const k = lab.kubernetes
  const images = ['registry.k8s.io/kube-apiserver:v1.23.17', 'registry.k8s.io/pause:3.6']
  const manifest = {
    format: 1,
    source: 'source',
    kubernetes: k?.version ?? '',
    images,
    nodeImages: images,
    provenance: {},
    files: [],
  } as const
  const [kernel, initrd] = [join(dir, 'kernel'), join(dir, 'initrd')]
  const boot = { kind: 'direct', kernel, initrd, cmdline: 'root=LABEL=rootfs' } as const
  const base = { dir, key: 'b'.repeat(64), disk: join(dir, 'disk.qcow2'), boot, cached: true }
  return {
    choice: () => undefined,
    base: () => Promise.resolve({ ...base, virtualBytes: 2 ** 31 }),
    bundle: () => Promise.resolve(k ? { dir, key: 'c'.repeat(64), manifest, cached: true, isoDir: dir } : undefined),
    recipe: async () => {
      const wanted = BAKED.filter((p) => upTo(p, until) && (k !== undefined || p === 'system'))
      const phases = wanted.map((phase) => ({ phase, script: scriptOf(phase, lab), digest: digest(phase) }))
      return { scripts: await loadScripts(root), settings: commonSettings(lab, images), phases }
    },
  }
}

export interface RunChoice {
  readonly until?: PhaseName
  readonly accel?: Accel
  /** Write the keys that `up` and phase machines would have made. */
  readonly keys?: boolean
}

/** The run of a lab in a world; nothing is on disk but, when asked for, keys. */
export function makeRun(world: FakeWorld, lab: Lab, o: RunChoice = {}): LabRun {
  const labfile = join(world.dir, 'Labfile')
  const id = labId(lab.name, '/lab/Labfile', 0)
  const paths = labPaths(world.roots, id)
  const { until = 'ready', accel = 'tcg' } = o
  const ports = assignPorts(lab, apiNodes(lab), [...lab.nodes.map((_, i) => 22_000 + i), 22_100, 22_101, 22_102])
  const record: LabRecord = {
    version: 1,
    id,
    name: lab.name,
    labfile,
    labfileSha256: '0'.repeat(64),
    lab,
    uri: world.hypervisor.uri,
    accel,
    ports,
    createdAt: '2026-01-01T00:00:00.000Z',
  }
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  if (o.keys) {
    put(paths.key, 'lab key')
    put(`${paths.key}.pub`, 'ssh-ed25519 LABKEY klab\n')
    for (const n of lab.nodes) put(paths.node(n.name).hostKey, 'host key')
    for (const n of lab.nodes) put(`${paths.node(n.name).hostKey}.pub`, `ssh-ed25519 HOST-${n.name} klab ${n.name}\n`)
  }
  const artifacts = fakeArtifacts(world, lab, until)
  const profile = profileFor(accel, apiNodes(lab).length, lab.kubernetes && minorOf(lab.kubernetes.version))
  return { world, lab, id, paths, accel, profile, until, artifacts, record }
}
