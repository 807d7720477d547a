/** Judges of 2.1 and 2.2: the machine and its system. Numbers and names are the course's. */
import type { GuestFacts } from './facts.js'
import { done, notApplicable, notDone, wrong, type Finding, type Judge, type Subject } from './types.js'

const GIB = 2 ** 30
/** The kernel keeps some of a machine's memory for itself; 3 GiB show as about 2.85. */
const KERNEL_SHARE = 0.88
/**
 * kernel-lt of the course's days was 5.4; from 4.19 on nf_conntrack_ipv4 is nf_conntrack, and kube-proxy has what it
 * wants.
 */
const NEW_KERNEL = [4, 19] as const
/** A larger difference between host and guest, in seconds, would disturb certificates and leases. */
const MAX_SKEW_S = 30

const num = (text: string | undefined): number => Number(text ?? Number.NaN)

/** 2.1: the course's minimum, or what the Labfile asks for if that is less. */
const hardware: Judge = ({ facts, node }) => {
  const memory = num(facts.one('memory')) * 1024
  const disk = Math.max(0, ...facts.all('disk').map(Number))
  const row = (
    what: string,
    {
      found,
      course,
      asked,
      unit,
      slack = 1,
    }: {
      readonly found: number
      readonly course: number
      readonly asked: number
      readonly unit: string
      readonly slack?: number | undefined
    },
  ): Finding => {
    const least = Math.min(course, asked)
    const why =
      asked < course
        ? `the Labfile asks for ${asked}${unit}, the course for ${course}${unit}`
        : `at least ${course}${unit}`
    return (found >= least * slack ? done : wrong)(`${what} ${Math.round(found * 10) / 10}${unit} (${why})`)
  }
  return [
    row('cpus', { found: num(facts.one('cpus')), course: 2, asked: node.cpus, unit: '' }),
    row('memory', { found: memory / GIB, course: 3, asked: node.memoryMiB / 1024, unit: 'GiB', slack: KERNEL_SHARE }),
    row('disk', { found: disk / GIB, course: 50, asked: node.diskGiB, unit: 'GiB' }),
  ]
}

const mirror: Judge = ({ facts, lab }) => {
  const [first, ...more] = facts.all('repo')
  if (first !== undefined) return [done(`${first}${more.length > 0 ? ` and ${more.length} more` : ''}`)]
  if (!lab.network.internet)
    return [notApplicable('network.internet is false: all packages come with the image and the bundle')]
  return [notDone('no repository in /etc/apt or /etc/yum.repos.d')]
}

/** Whether the running kernel is this one or later. */
function kernelFrom(facts: GuestFacts, [wantMajor, wantMinor]: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = (facts.one('kernel') ?? '').split('.').map((n) => Number.parseInt(n, 10))
  return major > wantMajor || (major === wantMajor && minor >= wantMinor)
}

const kernel: Judge = ({ facts, lab }) => {
  const release = facts.one('kernel') ?? ''
  const isNew = kernelFrom(facts, NEW_KERNEL)
  if (!isNew && lab.os.kernel === 'lt')
    return [notDone(`uname -r: ${release}; os.kernel is lt, which runs from the next boot on`)]
  const found = `uname -r: ${release}`
  return [isNew ? done(found) : notApplicable(`${found}; the course's kernel-lt is optional`)]
}

const FIREWALLS = ['firewalld.service', 'ufw.service', 'nftables.service', 'iptables.service']
const firewall: Judge = ({ facts }) => {
  const found = FIREWALLS.flatMap((unit) => {
    const [load, active, file] = facts.of('unit', unit) ?? []
    if (load === undefined || load === 'not-found') return []
    const on = [...(active === 'active' ? ['active'] : []), ...(file === 'enabled' ? ['enabled'] : [])]
    return [
      on.length > 0
        ? (on.length === 2 ? notDone : wrong)(`${unit}: ${on.join(', ')}`)
        : done(`${unit}: inactive, ${file ?? 'none'}`),
    ]
  })
  return found.length > 0 ? found : [done('no firewall is installed')]
}

const selinux: Judge = ({ facts }) => {
  const [now, conf] = [facts.one('selinux'), facts.one('selinux.conf')]
  if (now === undefined && conf === undefined) return [notApplicable('this system has no SELinux')]
  // From RHEL 9 on the kernel ignores `disabled` in the file; permissive is what kubeadm's manual asks for, and what
  // klab writes from 8 on.
  const release = Number.parseInt(
    facts
      .all('os')
      .map((line) => /^VERSION_ID="?(\d+)/.exec(line)?.[1])
      .find((v) => v !== undefined) ?? '0',
    10,
  )
  return [
    now === '1' ? notDone('getenforce: Enforcing') : done(`getenforce: ${now === '0' ? 'Permissive' : 'Disabled'}`),
    (conf === undefined || conf === 'disabled' || (conf === 'permissive' && release >= 8)
      ? done
      : conf === 'enforcing'
        ? notDone
        : wrong)(`/etc/selinux/config: SELINUX=${conf ?? 'disabled'}`),
  ]
}

const SYSCTLS = {
  'net.bridge.bridge-nf-call-ip6tables': '1',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.bridge.bridge-nf-call-arptables': '1',
  'net.ipv4.ip_forward': '1',
  'net.ipv4.ip_forward_use_pmtu': '0',
} as const

const bridgeFilter: Judge = ({ facts }) =>
  Object.entries(SYSCTLS).flatMap(([key, want]): readonly Finding[] => {
    const [now] = facts.of('sysctl', key) ?? []
    const saved = facts
      .all('sysctl.conf')
      .map((line) => line.split(' '))
      .filter(([name]) => name === key)
      .at(-1)
    // The course's kernel is older: Linux 3.14 brought the key.
    if (now === undefined && key === 'net.ipv4.ip_forward_use_pmtu' && !kernelFrom(facts, [3, 14])) return []
    if (now === undefined) return [notDone(`${key} is not there: br_netfilter is not loaded`)]
    if (now !== want) return [(saved ? wrong : notDone)(`${key} = ${now}, want ${want}`)]
    if (saved && saved[1] !== want)
      return [wrong(`${key} = ${want} now, but ${saved[2] ?? ''} says ${saved[1] ?? ''} for the next boot`)]
    // Docker and the kernel set some of them correctly. Without a line in a file, they may also change them.
    if (!saved) return [notDone(`${key} = ${want} now, but no file of /etc/sysctl.d nor /etc/sysctl.conf keeps it`)]
    return [done(`${key} = ${want} (${saved[2] ?? ''})`)]
  })

const IPVS = ['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh'] as const

/** Modules now and at the next boot; and kube-proxy's own answer about its mode, if the Labfile asks for ipvs. */
const ipvs: Judge = ({ facts, lab }) => {
  if (!lab.os.ipvs) return [notApplicable('os.ipvs is false in the Labfile')]
  // Linux 4.19 merged two modules into one.
  const conntrack = facts.has('module', 'nf_conntrack_ipv4') ? 'nf_conntrack_ipv4' : 'nf_conntrack'
  const findings = [...IPVS, conntrack].map((name) => {
    const file = facts.of('module.conf', name)?.[0]
    if (!facts.has('module', name)) return (file === undefined ? notDone : wrong)(`lsmod: ${name} is missing`)
    return file === undefined
      ? wrong(`${name} is loaded, but no file loads it at the next boot`)
      : done(`lsmod: ${name} (${file})`)
  })
  const mode = facts.one('proxyMode')
  const want = lab.kubernetes?.proxyMode
  if (want === 'ipvs')
    findings.push(
      mode === undefined
        ? notDone('kube-proxy does not run yet, so no mode')
        : (mode === want ? done : wrong)(`kube-proxy’s mode: ${mode}`),
    )
  return findings
}

const SERVERS = ['chronyd.service', 'chrony.service', 'ntpd.service', 'ntp.service', 'systemd-timesyncd.service']

/** A zone's offset from UTC at that time; undefined: there is no such time (ECMA-262, time values). */
function offsetOf(zone: string, epochS: number): string | undefined {
  if (!(Math.abs(epochS) <= 8.64e12)) return undefined
  const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(epochS * 1000)
    .find((p) => p.type === 'timeZoneName')?.value
  return name === undefined ? undefined : name === 'GMT' ? '+0000' : name.slice(3).replace(':', '')
}

function clockFinding(skewS: number): Finding {
  if (!Number.isFinite(skewS)) return wrong('the guest does not report its time')
  return Math.abs(skewS) > MAX_SKEW_S
    ? wrong(`the clock is ${Math.abs(Math.round(skewS))} s ${skewS > 0 ? 'ahead of' : 'behind'} the host's`)
    : done('the clock is the host’s')
}

const time: Judge = ({ facts, lab, skewS }) => {
  const want = lab.os.timezone
  const link = facts.one('zone') ?? ''
  const zone = link.slice(link.indexOf('zoneinfo/') + 'zoneinfo/'.length)
  const offset = facts.one('offset') ?? ''
  // A copy of the zone's file has no name. Then its offset must be enough.
  const right = link.includes('zoneinfo/') ? zone === want : offset === offsetOf(want, num(facts.one('epoch')))
  const said = link === '' ? `/etc/localtime: offset ${offset}` : `/etc/localtime -> ${link}`
  const findings = [
    right ? done(said) : (offset === '+0000' ? notDone : wrong)(`${said}, want ${want}`),
    clockFinding(skewS),
  ]
  if (lab.os.timeServers.length > 0) {
    const running = SERVERS.find((unit) => facts.of('unit', unit)?.[1] === 'active')
    findings.push(
      running === undefined
        ? notDone('no time service runs, and the Labfile names servers')
        : done(`${running}: active`),
    )
  }
  return findings
}

const completion: Judge = ({ facts }) => {
  const file = '/usr/share/bash-completion/bash_completion'
  return [facts.has('file', file) ? done(file) : notDone(`${file} is not there`)]
}

const swap: Judge = ({ facts }) => {
  const saved = facts.all('fstab')
  const bad = [
    ...facts
      .all('swap')
      .map((line) => (saved.length > 0 ? notDone : wrong)(`/proc/swaps: ${line.split(/\s+/).join(' ')}`)),
    ...saved.map((line) =>
      (facts.all('swap').length > 0 ? notDone : wrong)(`/etc/fstab: ${line.split(/\s+/).join(' ')}`),
    ),
  ]
  return bad.length > 0 ? bad : [done('/proc/swaps is empty, /etc/fstab has no swap')]
}

/** Every node of the node table (the course's own listing is off by one from its table of machines). */
const hosts: Judge = ({ facts, lab, node }) => {
  const lines = facts.all('hosts').map((line) => line.replace(/\s*#.*$/, '').split(' '))
  const rows = lab.nodes.map(({ name, ip }) => {
    const found = lines.filter(([, ...names]) => names.includes(name)).map(([address = '']) => address)
    if (found.length === 0) return notDone(`/etc/hosts: no line for ${name} (${ip})`)
    const other = found.find((address) => address !== ip)
    return other === undefined ? done(`/etc/hosts: ${ip} ${name}`) : wrong(`/etc/hosts: ${other} ${name}, want ${ip}`)
  })
  if (lab.kubernetes) return rows
  // In a cluster, 2.9.1 checks the node's own name.
  const own = facts.one('hostname') ?? 'none'
  return [...rows, own === node.name ? done(`hostname: ${own}`) : wrong(`hostname: ${own}, want ${node.name}`)]
}

export const SYSTEM_JUDGES: Readonly<Record<string, (s: Subject) => readonly Finding[]>> = {
  '2.1': hardware,
  '2.1-mirror': mirror,
  '2.1-kernel': kernel,
  '2.2.1': firewall,
  '2.2.2': selinux,
  '2.2.3': bridgeFilter,
  '2.2.4': ipvs,
  '2.2.5': time,
  '2.2.6': completion,
  '2.2.7': swap,
  '2.2.8': hosts,
}
