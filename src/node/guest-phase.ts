/** Phases that run inside a guest: the scripts of cloud-init/phases, their settings, and the marks they leave. */
import type { PhaseScripts, Settings } from '../artifacts.js'
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { criSocket, minorOf, releaseOf } from '../versions/kubernetes.js'
import { CommandError } from '../errors.js'
import type { Guest } from '../guest/types.js'
import type { Clock } from '../host/types.js'
import type { Lab } from '../labfile/model.js'
import type { Digest } from '../host/digest.js'
import { english } from '../words/say.js'

/** Where klab’s scripts are in a guest. */
export const GUEST_LIB = '/usr/lib/klab'

/** Reads the guest's phase scripts from klab's assets. */
export async function loadScripts(assets: string): Promise<PhaseScripts> {
  const dir = join(assets, 'cloud-init', 'phases')
  const names = (await readdir(dir)).sort()
  return {
    files: new Map(await Promise.all(names.map(async (n) => [n, await readFile(join(dir, n), 'utf8')] as const))),
  }
}

/** sha256 over strings, in order. */
export const digest = (...parts: readonly string[]): Digest =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex')

/** The files with what differs between distributions. Only the guest knows which one it is. */
const FAMILY = ['family.sh', 'family-debian.sh', 'family-rhel.sh', 'family-yum.sh', 'family-dnf.sh', 'bundle.sh']
/** What each phase depends on, besides its own script. */
const HELPERS: Readonly<Record<string, readonly string[]>> = {
  system: FAMILY,
  runtime: FAMILY,
  packages: [...FAMILY, 'kubelet.service', '10-kubeadm.conf', 'cni-plugin.sh'],
  images: ['bundle.sh'],
  'control-plane': ['retry.sh', 'pod-range.sh', 'bundle.sh', 'control-plane-repair.sh'],
  endpoint: FAMILY,
  member: ['retry.sh', 'pod-range.sh', 'control-plane-repair.sh'],
  workers: ['retry.sh', 'pod-range.sh'],
}

/** The script file of a phase: `runtime` has one for each runtime. */
export const scriptOf = (phase: string, lab: Lab): string =>
  phase === 'runtime' ? `runtime-${lab.kubernetes?.runtime ?? 'docker'}` : phase

/** Settings that are the same on every node, so they may shape a baked image. */
export function commonSettings(lab: Lab, images: readonly string[]): Settings {
  const k = lab.kubernetes
  return {
    KLAB_USER: lab.os.user,
    KLAB_TIMEZONE: lab.os.timezone,
    KLAB_TIME_SERVERS: lab.os.timeServers.join(' '),
    KLAB_IPVS: String(lab.os.ipvs),
    KLAB_VERSION: k?.version ?? '',
    KLAB_RUNTIME: k?.runtime ?? '',
    KLAB_CRI_SOCKET: k ? criSocket(k.runtime, minorOf(k.version)) : '',
    KLAB_CONTAINERD_MIN: k ? releaseOf(k.version).containerd : '',
    KLAB_PAUSE_IMAGE: images.find((i) => /\/pause:/.test(i)) ?? '',
    KLAB_PACKAGES: k?.packages ?? '',
    KLAB_KERNEL: lab.os.kernel,
    KLAB_DOCKER_VERSION: k?.dockerVersion ?? '',
    // JSON, which is also valid in TOML and daemon.json.
    KLAB_REGISTRY_MIRRORS: JSON.stringify(k?.registryMirrors ?? []),
    KLAB_MIRROR_OS: lab.mirrors.os ?? '',
    KLAB_MIRROR_DOCKER: lab.mirrors.docker ?? '',
    KLAB_MIRROR_KUBERNETES: lab.mirrors.kubernetes ?? '',
    KLAB_MIRROR_ELREPO: lab.mirrors.elrepo ?? '',
  }
}

/** Settings of one node. They shape no baked image, so they are in no phase's digest. */
export const nodeSettings = (lab: Pick<Lab, 'nodes'>, node: string): Settings => ({
  KLAB_NODE: node,
  // Lines of /etc/hosts (course 2.2.8).
  KLAB_HOSTS: lab.nodes.map((n) => `${n.ip} ${n.name}`).join('\n'),
})

/**
 * The digest of a phase: its scripts, the settings that they may read, and `extra` (the bundle's key, a config). A mark
 * with another digest does not count.
 */
export function phaseDigest(
  scripts: PhaseScripts,
  phase: string,
  { lab, settings, extra }: { readonly lab: Lab; readonly settings: Settings; readonly extra: string },
): Digest {
  const names = [`${scriptOf(phase, lab)}.sh`, ...(HELPERS[phase] ?? [])]
  return digest(...names.map((n) => scripts.files.get(n) ?? ''), JSON.stringify(settings), extra)
}

const quote = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`

/** Puts scripts and settings into the guest; one round trip. */
export async function installScripts(guest: Guest, scripts: PhaseScripts, settings: Settings): Promise<void> {
  const env = Object.entries(settings)
    .map(([k, v]) => `${k}=${quote(v)}\n`)
    .join('')
  await guest.put([
    { path: '/etc/klab/env', content: env },
    ...[...scripts.files].map(([name, content]) => ({
      path: `${GUEST_LIB}/${name}`,
      content,
      mode: name.endsWith('.sh') ? 0o755 : 0o644,
    })),
  ])
}

/** The marks of a guest: script name → digest. */
export async function readMarks(guest: Guest): Promise<ReadonlyMap<string, Digest>> {
  const out = await guest.sudo('cd /var/lib/klab/done 2>/dev/null && grep -H . -- * || true', [], {
    what: 'reading the marks of its phases',
  })
  return new Map(
    out.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
}

/** Leaves a mark: this was done, with this digest. Throws CommandError. */
export const putMark = (guest: Guest, name: string, mark: Digest): Promise<void> =>
  guest.put([{ path: `/var/lib/klab/done/${name}`, content: `${mark}\n` }])

/** Removes a mark, so that the phase runs again. */
export async function removeMark(guest: Guest, script: string): Promise<void> {
  await guest.sudo('rm -f -- "/var/lib/klab/done/$1"', [script], { what: `removing its mark of ${script}` })
}

/** ms until a phase whose connection broke is tried again. */
const RECONNECT_MS = 5000
const TRIES = 6

/**
 * Runs one phase in the guest. It survives a lost connection: run.sh is then called again, waits for the running phase,
 * and finds its mark. Throws CommandError with the log's last lines.
 */
export async function runGuestPhase(
  guest: Guest,
  script: string,
  mark: Digest,
  o: { line: (text: string) => void; signal: AbortSignal; timeoutMs: number; clock: Clock },
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await guest.run(['sudo', '-n', 'bash', `${GUEST_LIB}/run.sh`, script, mark], {
        onLine: o.line,
        signal: o.signal,
        timeoutMs: o.timeoutMs,
      })
      return
    } catch (error) {
      // No exit status and no time-out: the connection has ended, not the phase.
      const broken =
        error instanceof CommandError &&
        error.failure.exitCode === undefined &&
        error.failure.signal === undefined &&
        !error.failure.timedOut
      if (!broken || tries === TRIES) throw error
      o.line(english('the connection to {node} broke; trying again', { node: guest.node }))
      await o.clock.sleep(RECONNECT_MS, o.signal)
    }
  }
}
