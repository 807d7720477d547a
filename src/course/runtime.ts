/** Judges of 2.3: the container runtime. With containerd the same sections ask for the same things. */
import type { GuestFacts } from './facts.js'
import { done, notApplicable, notDone, wrong, type ClusterJudge } from './types.js'

/**
 * The cgroup driver that the runtime really uses; undefined: it does not say. containerd's default is cgroupfs (its
 * cri/config.md).
 */
export function runtimeDriver(runtime: 'docker' | 'containerd', facts: GuestFacts): string | undefined {
  if (runtime === 'docker') return facts.one('docker')?.split(' ')[1]
  if (facts.one('containerd') === undefined) return undefined
  return facts.all('containerd.conf').some((line) => /^SystemdCgroup ?= ?true$/.test(line)) ? 'systemd' : 'cgroupfs'
}

/** What `docker info` or containerd said of its version. */
const versionOf: ClusterJudge = ({ k, facts }) => {
  const version = facts.one(k.runtime)?.split(' ')[0]
  const want = k.runtime === 'docker' ? k.dockerVersion : undefined
  if (version !== undefined)
    return [
      want === undefined || version === want
        ? done(`${k.runtime} ${version}`)
        : wrong(`docker ${version}, want ${want}`),
    ]
  if (facts.has('program', k.runtime))
    return [wrong(facts.one('docker.error') ?? `${k.runtime} is installed, but does not answer`)]
  return [notDone(`${k.runtime}: command not found`)]
}

const unit = ({ k, facts }: Parameters<ClusterJudge>[0]): readonly string[] | undefined => {
  const found = facts.of('unit', `${k.runtime}.service`)
  return found?.[0] === 'not-found' ? undefined : found
}

const started: ClusterJudge = (s) => {
  const [, active] = unit(s) ?? []
  const name = `${s.k.runtime}.service`
  if (active === undefined) return [notDone(`${name} is not there`)]
  return [(active === 'active' ? done : active === 'failed' ? wrong : notDone)(`${name}: ${active}`)]
}

const enabled: ClusterJudge = (s) => {
  const [, , file] = unit(s) ?? []
  const name = `${s.k.runtime}.service`
  return [
    file === undefined ? notDone(`${name} is not there`) : (file === 'enabled' ? done : notDone)(`${name}: ${file}`),
  ]
}

const trimmed = (address: string): string => address.replace(/\/+$/, '')

const mirrors: ClusterJudge = ({ k, facts }) => {
  if (k.registryMirrors.length === 0) return [notApplicable('the Labfile names no kubernetes.registryMirrors')]
  // docker says what it uses. For containerd we use its file.
  const said = k.runtime === 'docker' ? (facts.one('docker') ?? '') : facts.all('containerd.conf').join(' ')
  const used = [...said.matchAll(/"(https?:[^"]+)"/g)].map(([, address = '']) => trimmed(address))
  return k.registryMirrors.map((m) => {
    if (used.includes(trimmed(m))) return done(`${k.runtime} uses ${m}`)
    const written = facts.one('daemon.json')?.includes(trimmed(m)) ?? false
    return written
      ? wrong(`/etc/docker/daemon.json has ${m}, but docker does not use it: restart it`)
      : notDone(`${k.runtime} does not use ${m}`)
  })
}

const driver: ClusterJudge = ({ k, facts }) => {
  const found = runtimeDriver(k.runtime, facts)
  if (found === undefined) return [notDone(`${k.runtime} reports no cgroup driver`)]
  return [
    (found === 'systemd' ? done : wrong)(
      `${k.runtime}’s cgroup driver: ${found}${found === 'systemd' ? '' : ', want systemd'}`,
    ),
  ]
}

const repository: ClusterJudge = ({ k, facts }) => {
  const line = facts.all('repo').find((r) => r.includes('docker'))
  if (line !== undefined) return [done(line)]
  if (k.runtime === 'docker' && k.dockerVersion !== undefined)
    return [notDone('no repository of docker in /etc/apt or /etc/yum.repos.d')]
  return [notApplicable(`${k.runtime} is the system’s own package: no further repository`)]
}

export const RUNTIME_JUDGES: Readonly<Record<string, ClusterJudge>> = {
  '2.3.2': ({ k }) => [notApplicable(`what ${k.runtime} needs comes with its package: 2.3.5`)],
  '2.3.3': repository,
  '2.3.5': versionOf,
  '2.3.6': started,
  '2.3.7': mirrors,
  '2.3.8': enabled,
  '2.3.9': driver,
}
