/** Every file name that klab writes, in one place. */
import { createHash } from 'node:crypto'
import { isAbsolute, join } from 'node:path'
import { HostError } from '../errors.js'
import type { HostEnv } from '../host/types.js'
import { english } from '../words/say.js'

/**
 * The three roots. root uses /var and /run so that QEMU's own user (qemu:///system) can reach disks. Others use the XDG
 * folders.
 */
export interface Roots {
  readonly state: string
  readonly cache: string
  readonly run: string
  /** Mode of folders that QEMU's user must pass through: 0711 for root, otherwise 0700. */
  readonly dirMode: number
}

/** What ssh_config(5) cannot have in a file name: a quote, `${` (a variable), a backslash, a line's end. */
const NOT_FOR_SSH = /["\\\n\r]|\$\{/

/**
 * Where state, cache and sockets are for this user (KLAB_STATE_DIR, KLAB_CACHE_DIR and KLAB_RUN_DIR override). By the
 * XDG base directory spec, which says to ignore relative paths. Throws HostError if a folder would depend on the
 * working folder, or if ssh could not name it.
 */
export function roots({ env, home, uid }: HostEnv): Roots {
  const root = uid === 0
  const own = (name: string): string | undefined => {
    const dir = env[name]
    if (dir === undefined || dir === '') return undefined
    if (isAbsolute(dir)) return dir
    throw new HostError(english('{name}={dir}: must be an absolute path', { name, dir }), {
      hint: `${name}=$PWD/${dir}`,
    })
  }
  const xdg = (name: string, below: string): string => {
    const dir = env[name]
    if (dir !== undefined && isAbsolute(dir)) return join(dir, 'klab')
    if (home !== '') return join(home, below, 'klab')
    throw new HostError(english('no home folder is known, so klab has nowhere to keep its files'), {
      hint: english('set HOME, or KLAB_STATE_DIR and KLAB_CACHE_DIR, to absolute paths'),
    })
  }
  const runtime = env['XDG_RUNTIME_DIR']
  const short = runtime !== undefined && isAbsolute(runtime) ? runtime : `/tmp/klab-${uid}`
  const state = own('KLAB_STATE_DIR') ?? (root ? '/var/lib/klab' : xdg('XDG_STATE_HOME', '.local/state'))
  if (NOT_FOR_SSH.test(state))
    throw new HostError(
      english('{state}: ssh cannot read files of a folder with such a name', { state: JSON.stringify(state) }),
      {
        hint: english('set KLAB_STATE_DIR to a path without " \\ ${'),
      },
    )
  return {
    state,
    cache: own('KLAB_CACHE_DIR') ?? (root ? '/var/cache/klab' : xdg('XDG_CACHE_HOME', '.cache')),
    run: own('KLAB_RUN_DIR') ?? (root ? '/run/klab' : join(short, 'klab')),
    dirMode: root ? 0o711 : 0o700,
  }
}

/**
 * A lab's id: its name and 8 hex digits made from its user and its Labfile's path, so that the same Labfile in two
 * folders is two labs.
 */
export function labId(name: string, labfile: string, uid: number): string {
  return `${name}-${createHash('sha256').update(`${uid}:${labfile}`).digest('hex').slice(0, 8)}`
}

/** Files of one lab. */
export interface LabPaths {
  readonly dir: string
  /** The Labfile's path, its sha256, the model with defaults, ports, accelerator: what `status` reads. */
  readonly record: string
  readonly lock: string
  /** The lab while it is made from a sealed one. It is renamed to `dir` when complete. */
  readonly staging: string
  /** The lab's SSH key pair, `key` and `key.pub`. */
  readonly key: string
  readonly knownHosts: string
  readonly sshConfig: string
  readonly kubeconfig: string
  /** The API server's last answer about its nodes. `status` shows it while a slow server takes its time. */
  readonly seen: string
  /** sha256 of the machines' definitions when nothing in them was open. `status` parses only other ones. */
  readonly closed: string
  /** One folder for each snapshot: manifest.json, and the RAM of each node. */
  readonly snapshots: string
  /** The snapshot verb that is running. */
  readonly journal: string
  /** klab's own log of the last runs (JSON lines). */
  readonly log: string
  /** When the phases and steps of its last runs of `up` began and ended, a file for each run (`klab timeline`). */
  readonly runs: string
  /** How long runs of `up` took on this machine, one file for each kind of lab. Of all labs. */
  readonly times: string
  /** What happened in its lessons (JSON lines). Neither a restore nor `destroy` takes it away. */
  readonly lessons: string
  /** What happened in its exams (JSON lines). */
  readonly exams: string
  /** Images that were added to it (extra-images.ts). Survives `destroy`, as a bundle does. */
  readonly images: string
  /** Sockets: short, because a unix socket's path ends at 107 bytes. */
  readonly run: string
  node(name: string): NodePaths
}

export interface NodePaths {
  readonly dir: string
  /** Overlay on the node image: the first one of the node (see LabRecord.disks). */
  readonly disk: string
  /** The overlay that a snapshot verb made. */
  overlay(id: string): string
  /** NoCloud seed; holds the host's private key. */
  readonly seed: string
  readonly console: string
  /** Host key pair of the guest's sshd, `hostkey` and `hostkey.pub`. */
  readonly hostKey: string
}

/** Paths of the lab with this id. `at`: its folder, if the lab is somewhere else at the moment. */
export function labPaths(r: Roots, id: string, at?: string): LabPaths {
  const dir = at ?? join(r.state, 'labs', id)
  return {
    dir,
    record: join(dir, 'lab.json'),
    // Beside the folder, not in it: destroy removes the folder while it holds the lock.
    lock: join(r.state, 'locks', `${id}.lock`),
    staging: join(r.state, 'labs', `.${id}`),
    key: join(dir, 'key'),
    knownHosts: join(dir, 'known_hosts'),
    sshConfig: join(dir, 'ssh_config'),
    kubeconfig: join(dir, 'kubeconfig'),
    seen: join(dir, 'seen.json'),
    closed: join(dir, 'closed.sha256'),
    snapshots: join(dir, 'snapshots'),
    journal: join(dir, 'journal.json'),
    log: join(dir, 'klab.log'),
    runs: join(dir, 'runs'),
    times: join(r.state, 'times'),
    lessons: join(r.state, 'lessons', `${id}.jsonl`),
    exams: join(r.state, 'lessons', `${id}.exams.jsonl`),
    images: join(r.state, 'images', `${id}.json`),
    run: join(r.run, id.slice(-8)),
    node: (name) => {
      const n = join(dir, 'nodes', name)
      return {
        dir: n,
        disk: join(n, 'disk.qcow2'),
        overlay: (id) => join(n, `disk-${id}.qcow2`),
        seed: join(n, 'seed.iso'),
        console: join(n, 'console.log'),
        hostKey: join(n, 'hostkey'),
      }
    },
  }
}

/** Folders of the cache: `layers/<key>`, `downloads/<sha256>`, `seals/<key>`. */
export const cachePaths = (r: Roots) => ({
  layers: join(r.cache, 'layers'),
  downloads: join(r.cache, 'downloads'),
  seals: join(r.cache, 'seals'),
})
