/**
 * `klab explain`: the commands that klab runs for a section of the course. They are rendered from the scripts and
 * configurations that it really uses. Pure.
 */
import { initConfig, initFlags, joinConfig } from '../cluster/kubeadm.js'
import type { Profile } from '../cluster/profile.js'
import { hostPort, topologyOf, type Topology } from '../cluster/topology.js'
import type { KubernetesSpec, Lab } from '../labfile/model.js'
import { callsAny, functionsOf, withFunctions } from './functions.js'
import { commandsOf, fill } from './script.js'
import type { Section } from './sections.js'
import type { WantedImages } from './types.js'

export interface ExplainInput {
  readonly lab: Lab
  /** Names of the guest's scripts → texts. */
  readonly scripts: ReadonlyMap<string, string>
  readonly settings: Readonly<Record<string, string>>
  /** Which of the families' scripts are among them, for people; and whether the Labfile says so or klab assumes it. */
  readonly family: { readonly name: 'debian' | 'rhel'; readonly known: boolean }
  readonly profile: Profile
  /** undefined: no bundle in the cache. */
  readonly images: WantedImages | undefined
}

type ClusterInput = ExplainInput & { readonly k: KubernetesSpec; readonly topology: Topology }

/** Placeholders for what each init and join makes. */
const TOKEN = 'abcdef.0123456789abcdef'
const HASH = 'sha256:HASH-OF-THE-CA'

const file = (path: string, content: string): string => `cat >${path} <<'EOF'\n${content.trimEnd()}\nEOF`
const note = (text: string): string => `# ${text}`

const save = (archive: string, refs: readonly string[] | undefined): string =>
  `docker save -o ${archive} \\\n  ${(refs ?? ['…']).join(' \\\n  ')}`

/** Work that is not in the scripts: libvirt, cloud-init or the host does it. */
const MORE: Readonly<Record<string, (i: ExplainInput) => string>> = {
  '2.1': ({ lab }) =>
    [
      ...lab.nodes.map((n) => note(`${n.name}: ${n.cpus} cpus, ${n.memoryMiB} MiB, ${n.diskGiB} GiB`)),
      'lscpu',
      'free -h',
      'fdisk -l',
    ].join('\n'),
  '2.1-mirror': ({ lab }) =>
    note(
      lab.mirrors.os !== undefined
        ? `mirrors.os: ${lab.mirrors.os}`
        : lab.network.internet
          ? 'mirrors.os is not set: as the image has it, or the vault for a release that has ended'
          : 'network.internet is false: all comes with the image and the bundle',
    ),
  '2.1-kernel': ({ lab }) =>
    `${lab.os.kernel === 'lt' ? '' : `${note('os.kernel is stock: as the image has it')}\n`}uname -r`,
}

const origin = (k: KubernetesSpec): string =>
  k.packages === 'repository' ? 'the repository of mirrors.kubernetes' : `the bundle (${k.bundle.source})`

function dockerRepository({ k, family }: ClusterInput): string {
  const further = family.name === 'rhel' || (k.runtime === 'docker' && k.dockerVersion !== undefined)
  return note(
    further
      ? 'part of the installation: klab explain 2.3.5'
      : `nothing: ${k.runtime} is the system’s own package, which brings what it needs`,
  )
}

const kubernetesRepository = ({ k }: ClusterInput): string =>
  note(
    k.packages === 'repository'
      ? 'part of the installation: klab explain 2.5.6'
      : 'nothing: the bundle’s disk takes the place of the repository',
  )

function podNetwork({ cni, podCidr }: KubernetesSpec): string {
  if (cni === 'none') return note('kubernetes.cni is none: the pod network is yours')
  if (typeof cni === 'object' && 'manifest' in cni) return `kubectl apply -f ${cni.manifest} ${note('as it is')}`
  const [name, more] =
    typeof cni === 'string'
      ? [cni, '']
      : [cni.name, `${cni.version === '' ? '' : `${cni.version}, `}${cni.encapsulation}, `]
  return `kubectl apply -f ${name}.yaml ${note(`${more}from the bundle, pods in ${podCidr}, on card lab0`)}`
}

const CLUSTER: Readonly<Record<string, (i: ClusterInput) => string>> = {
  '2.3.2': dockerRepository,
  '2.3.3': dockerRepository,
  '2.4': ({ k }) => note(`kubeadm, kubelet and kubectl ${k.version}, ${k.runtime}, from ${origin(k)}`),
  '2.5.1': kubernetesRepository,
  '2.5.2': kubernetesRepository,
  '2.6.1': (i) =>
    [
      note('in /etc/klab/kubeadm-init.yaml (2.9.2), KubeletConfiguration:'),
      note((/^cgroupDriver: .*$/m.exec(config(i)) ?? [''])[0]),
    ].join('\n'),
  '2.7.2': ({ k }) => `${note(`on the host; bundle ${k.bundle.source}`)}\nklab bundle build`,
  '2.7.3': ({ k }) => `${note(`on the host; bundle ${k.bundle.source}`)}\nklab bundle build`,
  '2.7.4': ({ k, images }) =>
    [
      note('klab bundle build writes these archives; by hand:'),
      save(`k8s.${k.version}.tar`, images?.all),
      save(`k8s.${k.version}.node.tar`, images?.node),
    ].join('\n'),
  '2.9.1': ({ k, lab }) =>
    [
      ...lab.nodes.map((n) => `hostnamectl set-hostname ${n.name} ${note(`on ${n.name}, by cloud-init`)}`),
      podNetwork(k),
    ].join('\n'),
  '2.9.2': (i) =>
    [
      note('the course’s line:'),
      note(
        `kubeadm init --apiserver-advertise-address=${i.topology.first.ip} --kubernetes-version v${i.k.version} ` +
          `--service-cidr=${i.k.serviceCidr} --pod-network-cidr=${i.k.podCidr}`,
      ),
      file('/etc/klab/kubeadm-init.yaml', config(i)),
    ].join('\n'),
  '2.9.4': ({ k, profile, topology }) => {
    const { first, workers, endpoint } = topology
    const join = joinConfig(k, workers[0] ?? first, profile, { endpoint, token: TOKEN, caHash: HASH })
    return [
      note('the course’s line, on each worker:'),
      note(`kubeadm join ${hostPort(endpoint)} --token ${TOKEN} --discovery-token-ca-cert-hash ${HASH}`),
      file('/etc/klab/kubeadm-join.yaml', join),
    ].join('\n')
  },
  '2.9.6': () => note('nothing: no mail program is installed'),
  '2.9.7': ({ k, family }) =>
    note(
      family.name === 'rhel' && k.packages === 'repository'
        ? 'part of kubernetes_install: klab explain 2.5.6'
        : 'nothing: no yum repository of Kubernetes',
    ),
}

const config = ({ k, topology, profile }: ClusterInput): string =>
  initConfig(k, topology.first, profile, { token: TOKEN, shared: topology.shared })

/** The commands of one section for this lab; comments if there are none. */
export function explainSection(section: Section, i: ExplainInput): string {
  const k = i.lab.kubernetes
  if (!k && section.plain === undefined) return note('nothing: the Labfile has no Kubernetes')
  const topology = topologyOf(i.lab)
  const c: ClusterInput | undefined = k && topology && { ...i, k, topology }
  const settings = { ...i.settings, KLAB_INIT_FLAGS: c ? initFlags(c.k, c.profile).join(' ') : '' }
  const look = i.family.name === 'rhel' ? (section.lookRhel ?? section.look) : section.look
  if (look !== undefined) return `${note('klab runs nothing here; to look:')}\n${fill(look, settings)}`
  if (section.id === '2.9.4' && topology?.workers.length === 0) return note('nothing: the lab has no workers')
  const scripts = [...i.scripts.values()]
  const commands = scripts.map((script) => commandsOf(script, section.id, settings)).filter(Boolean)
  const functions = functionsOf(scripts, settings)
  const run = withFunctions(commands.join('\n'), functions, settings)
  const parts = [
    MORE[section.id]?.(i) ?? (c && CLUSTER[section.id]?.(c)) ?? '',
    i.family.known || !commands.some((text) => callsAny(text, functions))
      ? ''
      : note(
          'the image’s name does not say its distribution: ' +
            `shown for ${i.family.name === 'rhel' ? 'CentOS 7' : 'Debian and Ubuntu'}`,
        ),
    run,
  ].filter(Boolean)
  return parts.length > 0 ? parts.join('\n') : note('nothing to run in this lab')
}
