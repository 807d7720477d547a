/** Judges of 2.4 to 2.8: kubeadm, kubelet, kubectl, and the images. */
import { runtimeDriver } from './runtime.js'
import { done, notApplicable, notDone, wrong, type ClusterJudge, type ClusterSubject, type Finding } from './types.js'

const PROGRAMS = ['kubeadm', 'kubelet', 'kubectl'] as const

const version = ({ k, facts }: ClusterSubject, program: string): Finding => {
  const [found] = facts.of('version', program) ?? []
  if (found === undefined) return notDone(`${program}: command not found`)
  return found === `v${k.version}` ? done(`${program} ${found}`) : wrong(`${program} ${found}, want v${k.version}`)
}

const versions: ClusterJudge = (s) => {
  const runtime = s.facts.one(s.k.runtime)?.split(' ')[0]
  return [
    version(s, 'kubeadm'),
    runtime === undefined ? notDone(`${s.k.runtime} does not answer`) : done(`${s.k.runtime} ${runtime}`),
  ]
}

const repository: ClusterJudge = ({ facts, k }) => {
  const line = facts.all('repo').find((r) => r.includes('kubernetes'))
  if (line !== undefined) return [done(line)]
  if (k.packages === 'repository') return [notDone('no repository of Kubernetes in /etc/apt or /etc/yum.repos.d')]
  return [notApplicable(`no repository: the programs come from the bundle (${k.bundle.source})`)]
}

/**
 * The driver that kubelet uses: its flags win over its file, and KUBELET_EXTRA_ARGS come last on its command line
 * (10-kubeadm.conf).
 */
function kubeletDriver({ facts }: ClusterSubject): { driver: string; line: string } | undefined {
  const args = facts.all('kubelet.args')
  for (const line of [...args.filter((a) => a.startsWith('KUBELET_EXTRA_ARGS')), ...args]) {
    const driver = /--cgroup-driver[= ](\w+)/.exec(line)?.[1]
    if (driver !== undefined) return { driver, line: `--cgroup-driver=${driver} (${line.split('=')[0] ?? ''})` }
  }
  const driver = facts.one('kubelet.cgroupDriver')
  if (driver !== undefined) return { driver, line: `cgroupDriver: ${driver} (/var/lib/kubelet/config.yaml)` }
  if (facts.one('kubelet.config') === undefined) return undefined
  return { driver: 'cgroupfs', line: 'no cgroupDriver in /var/lib/kubelet/config.yaml: cgroupfs' }
}

const driver: ClusterJudge = (s) => {
  const found = kubeletDriver(s)
  const runtime = runtimeDriver(s.k.runtime, s.facts)
  if (!found) return [notDone('kubelet has no configuration yet: kubeadm init or join writes it')]
  if (runtime === undefined) return [notDone(`kubelet: ${found.line}; ${s.k.runtime} reports no cgroup driver`)]
  return [
    found.driver === runtime
      ? done(`kubelet: ${found.line}`)
      : wrong(`kubelet: ${found.line}, but ${s.k.runtime} has ${runtime}`),
  ]
}

const enabled: ClusterJudge = ({ facts }) => {
  const [load, active, file] = facts.of('unit', 'kubelet.service') ?? []
  if (load === undefined || load === 'not-found') return [notDone('kubelet.service is not there')]
  return [(file === 'enabled' ? done : active === 'active' ? wrong : notDone)(`kubelet.service: ${file ?? 'none'}`)]
}

const archives: ClusterJudge = ({ node, k, images }) => {
  if (node.role !== 'control-plane') return []
  const names = [`k8s.${k.version}.tar`, `k8s.${k.version}.node.tar`]
  return names.map((name) =>
    images?.archives.includes(`images/${name}`)
      ? done(`bundle: images/${name}`)
      : notDone(`no bundle in the cache has images/${name}`),
  )
}

/** The name as docker shows it; containerd's ctr writes docker.io too. */
const short = (ref: string): string => ref.replace(/^docker\.io\/(library\/)?/, '')

/** Which of the references are in the runtime. */
export function present({ facts }: Pick<ClusterSubject, 'facts'>, refs: readonly string[]): readonly Finding[] {
  const there = new Set(facts.all('image').map(short))
  return refs.map((ref) => (there.has(short(ref)) ? done : notDone)(there.has(short(ref)) ? ref : `${ref} is missing`))
}

const UNKNOWN = notDone('the bundle is not in the cache, so its images are not known: klab bundle list')
const images =
  (role: 'control-plane' | 'worker', of: 'all' | 'node'): ClusterJudge =>
  (s) =>
    s.node.role !== role ? [] : s.images ? present(s, s.images[of]) : [UNKNOWN]

const made: ClusterJudge = ({ k }) => [
  notApplicable(`bundle ${k.bundle.source}: klab makes the archives on the host (klab bundle build)`),
]

export const PACKAGE_JUDGES: Readonly<Record<string, ClusterJudge>> = {
  '2.4': versions,
  '2.5.1': repository,
  '2.5.2': repository,
  '2.5.6': (s) => PROGRAMS.map((p) => version(s, p)),
  '2.6.1': driver,
  '2.6.2': enabled,
  '2.7.2': made,
  '2.7.3': made,
  '2.7.4': archives,
  '2.8.1': images('control-plane', 'all'),
  '2.8.2': images('worker', 'node'),
}
