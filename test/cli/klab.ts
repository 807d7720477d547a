/** The built klab as a process, with the fixtures' tools first on PATH and all folders inside the test's own. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { domainName } from '../../src/node/names.js'
import { labId, labPaths, type LabPaths } from '../../src/state/paths.js'
import type { LabRecord } from '../../src/state/record.js'
import { fourNodes, labOf, root } from '../fakes/world.js'

export const main = join(root, 'dist/main.js')
if (!existsSync(main)) execFileSync('npm', ['run', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })

export interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Klab {
  readonly dir: string
  readonly env: Record<string, string>
  /** Runs klab to its end. */
  run(...argv: string[]): Promise<Result>
  /** Starts klab, to be ended by the test. */
  start(...argv: string[]): { child: ChildProcess; ended: Promise<Result> }
  /**
   * Makes the Labfile's lab one that was brought up; `states`: what virsh says of its machines (libvirt's state
   * numbers).
   */
  record(more?: Partial<LabRecord>, states?: readonly number[]): LabPaths
}

/** The default lab, but without asking servers what `bundle: auto` becomes. */
export const OFFLINE = fourNodes('kubernetes: { bundle: source }\n')

/** A folder with this Labfile (none when null). */
export function makeKlab(t: Test, labfile: string | null = OFFLINE, env: Record<string, string> = {}): Klab {
  const dir = t.testdir({ work: labfile === null ? {} : { Labfile: labfile }, virsh: { list: '' } })
  const uid = process.getuid?.() ?? 0
  const all: Record<string, string> = {
    PATH: `${join(root, 'test/fixtures/bin')}:${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: dir,
    KLAB_STATE_DIR: join(dir, 'state'),
    KLAB_CACHE_DIR: join(dir, 'cache'),
    KLAB_RUN_DIR: join(dir, 'run'),
    FAKE_VIRSH: join(dir, 'virsh'),
    ...env,
  }
  const start = (...argv: string[]) => {
    const child = spawn(process.execPath, [main, ...argv], {
      cwd: join(dir, 'work'),
      env: all,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (s: string) => (stdout += s))
    child.stderr.setEncoding('utf8').on('data', (s: string) => (stderr += s))
    t.teardown(() => child.kill('SIGKILL'))
    return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr })) }
  }
  return {
    dir,
    env: all,
    start,
    run: (...argv) => start(...argv).ended,
    record: (more = {}, states = []) => {
      const path = join(dir, 'work/Labfile')
      const lab = labOf(labfile ?? OFFLINE)
      const id = labId(lab.name, path, uid)
      const paths = labPaths(
        { state: all['KLAB_STATE_DIR']!, cache: all['KLAB_CACHE_DIR']!, run: all['KLAB_RUN_DIR']!, dirMode: 0o700 },
        id,
      )
      const record: LabRecord = {
        version: 1,
        id,
        name: lab.name,
        labfile: path,
        labfileSha256: '0'.repeat(64),
        lab,
        uri: 'qemu:///system',
        accel: 'tcg',
        ports: Object.fromEntries(
          lab.nodes.map((n, i) => [n.name, { ssh: 22000 + i, ...(i === 0 ? { api: 22100 } : {}) }]),
        ),
        createdAt: '2026-01-01T00:00:00.000Z',
        ...more,
      }
      mkdirSync(paths.dir, { recursive: true })
      writeFileSync(paths.record, JSON.stringify(record))
      const uuid = (i: number): string => `00000000-0000-8000-8000-00000000000${i}`
      const names = lab.nodes.slice(0, states.length).map((n) => domainName(id, n.name))
      writeFileSync(
        join(dir, 'virsh/list'),
        [
          ...names.map((n, i) => `${uuid(i)} ${n}`),
          '',
          ...names.map((n, i) => `Domain: '${n}'\n  state.state=${states[i]!}\n  state.reason=1\n`),
        ].join('\n'),
      )
      return paths
    },
  }
}
