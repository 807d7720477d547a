/**
 * A root folder that a phase script takes for a guest's: the real script under the real bash, with nothing else of this
 * machine but the few tools of TOOLS, in a user namespace of its own. Package managers, systemctl and the like are
 * test/fixtures/guest, which answer as the recorded ones did; a tool that the guest's family does not have is simply
 * not there.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import type { Lab } from '../../src/labfile/model.js'
import { commonSettings, scriptOf } from '../../src/node/guest-phase.js'
import { labOf, root } from './world.js'

const TOOLS =
  'awk bash cat chmod cp cut dirname env grep head install ln mkdir mv rm sed sort stat tail touch tr'.split(' ')
const FIXTURES = join(root, 'test', 'fixtures', 'guest')

/** A distribution: its /etc/os-release as it is there, its tools, the files of its image that scripts change. */
export interface Distribution {
  readonly osRelease: string
  readonly tools: 'yum' | 'dnf' | 'apt'
  readonly kernel: string
  readonly files: Readonly<Record<string, string>>
  /** Lines NAME VERSION: in the image, in the repositories. */
  readonly installed: readonly string[]
  readonly available: readonly string[]
  readonly units: readonly string[]
  /** Names in /state that tools look at. */
  readonly switches?: readonly string[]
}

export interface GuestRoot {
  /** Runs a phase as run.sh does; what it said, how it ended, the commands it ran. */
  run(phase: string): { readonly text: string; readonly code: number | null; readonly commands: readonly string[] }
  /** A file's text; undefined where there is none. */
  read(path: string): string | undefined
  write(path: string, text: string): void
  /** All files of the guest that scripts may change, with their texts. */
  tree(): Record<string, string>
  /** A switch for the tools, such as bad-index. */
  set(name: string): void
}

/** What programs need of the machine: themselves, their libraries, the loader. */
function closure(tools: readonly string[]): string[] {
  const paths = tools.map((tool) =>
    execFileSync('bash', ['-c', 'readlink -f "$(command -v "$1")"', 'x', tool], { encoding: 'utf8' }).trim(),
  )
  const needs = execFileSync('ldd', paths, { encoding: 'utf8' }).matchAll(/(\/\S+\.so\S*)/g)
  return [...new Set([...needs].map(([, path]) => path!).filter((path) => !path.endsWith(':')))]
}
const mode = (path: string): number => (/^usr\/s?bin\//.test(path) ? 0o755 : 0o644)
let libraries: string[] | undefined

/** The guest of a lab; `bundle`: the files of its bundle's disk. */
export function guestRoot(
  t: Test,
  lab: Lab | string,
  d: Distribution,
  bundle: Readonly<Record<string, string>> = {},
): GuestRoot {
  const dir = t.testdir()
  const at = (path: string): string => join(dir, path)
  const write = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), text)
    chmodSync(at(path), mode)
  }
  for (const d of (
    'usr/bin usr/sbin etc/sysconfig etc/default etc/modules-load.d etc/sysctl.d run tmp ' +
    'var/lib/klab home/klab sys/fs/cgroup dev proc state'
  ).split(' '))
    mkdirSync(at(d), { recursive: true })
  for (const tool of TOOLS) {
    const real = execFileSync('bash', ['-c', 'readlink -f "$(type -P "$1")"', 'x', tool], { encoding: 'utf8' }).trim()
    copyFileSync(real, at(`usr/bin/${tool}`))
  }
  for (const path of (libraries ??= closure(TOOLS))) {
    mkdirSync(dirname(at(path)), { recursive: true })
    copyFileSync(path, at(path))
  }
  for (const link of ['bin', 'sbin']) symlinkSync(`usr/${link}`, at(link))
  symlinkSync('bash', at('usr/bin/sh'))
  cpSync(join(root, 'cloud-init', 'phases'), at('usr/lib/klab'), { recursive: true })
  cpSync(FIXTURES, at('fixtures'), { recursive: true })
  for (const kind of d.tools === 'apt' ? ['common', 'apt'] : ['common', 'rhel', d.tools])
    for (const tool of readdirSync(join(FIXTURES, kind)))
      symlinkSync(`/fixtures/${kind}/${tool}`, at(`usr/sbin/${tool}`))
  write('etc/os-release', d.osRelease)
  write('state/log', '')
  write('state/selinux', 'Enforcing\n')
  write('state/sysctl', '')
  write('state/kernel', `${d.kernel}\n`)
  for (const name of ['installed', 'available', 'units'] as const)
    write(`state/${name}`, d[name].map((line) => `${line}\n`).join(''))
  for (const name of d.switches ?? []) write(`state/${name}`, '')
  for (const [path, text] of Object.entries(d.files)) write(path, text, mode(path))
  for (const [path, text] of Object.entries(bundle)) write(`bundle/${path}`, text, 0o755)

  const parsed = typeof lab === 'string' ? labOf(lab) : lab
  const settings = { ...commonSettings(parsed, ['k8s.gcr.io/pause:3.1']), KLAB_NODE: 'k8s-master01' }
  const quoted = Object.entries(settings).map(([k, v]) => `${k}='${v.replaceAll("'", "'\\''")}'\n`)
  write('etc/klab/env', quoted.join(''))

  return {
    run(phase) {
      const before = readFileSync(at('state/log'), 'utf8').length
      const inside =
        'set -a; . /etc/klab/env; set +a; ' + `exec bash -euo pipefail /usr/lib/klab/${scriptOf(phase, parsed)}.sh 2>&1`
      const enter =
        'mount --rbind /dev "$1/dev" && mount --rbind /proc "$1/proc" && exec chroot "$1" ' +
        '/usr/bin/env -i PATH=/usr/sbin:/usr/bin bash -c "$2"'
      const out = spawnSync('unshare', ['--map-root-user', '--mount', 'bash', '-c', enter, 'x', dir, inside], {
        encoding: 'utf8',
      })
      const commands = readFileSync(at('state/log'), 'utf8').slice(before).split('\n').filter(Boolean)
      return { text: `${out.stdout}${out.stderr}`, code: out.status, commands }
    },
    read: (path) => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : undefined),
    write: (path, text) => write(path, text, mode(path)),
    set: (name) => write(`state/${name}`, ''),
    tree() {
      const files = ['etc', 'opt', 'var'].flatMap((top) =>
        existsSync(at(top))
          ? readdirSync(at(top), { recursive: true, withFileTypes: true })
              .filter((e) => e.isFile())
              .map((e) => join(e.parentPath, e.name))
          : [],
      )
      return Object.fromEntries(files.sort().map((f) => [f.slice(dir.length), readFileSync(f, 'utf8')]))
    },
  }
}
