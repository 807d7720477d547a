/**
 * `klab check` against a lab that is up: steps of the course are undone by hand, one after the other, and put back. For
 * each the section must turn red on that node alone, with the line that says what is wrong, and be green again
 * afterwards.
 */
import type { Test } from 'tap'
import type { CheckReport } from '../../src/course/types.js'

/** klab with arguments of the lab's: exit status and stdout. */
export type Klab = (...args: string[]) => Promise<{ code: number; stdout: string }>

interface Undo {
  readonly what: string
  readonly section: string
  readonly line: RegExp
  /** Commands for root's shell on the node. */
  readonly undo: string
  readonly redo: string
}

/** What the issue names; `other`: a node's name that the hosts file must have. */
const undos = (other: string, image: string): readonly Undo[] => [
  {
    what: 'swap on',
    section: '2.2.7',
    line: /^\/proc\/swaps: \/swapfile file /,
    undo:
      'dd if=/dev/zero of=/swapfile bs=1M count=16 status=none; chmod 600 /swapfile; mkswap ' +
      '/swapfile >/dev/null; swapon /swapfile',
    redo: 'swapoff /swapfile; rm /swapfile',
  },
  {
    what: 'swap in fstab',
    section: '2.2.7',
    line: /^\/etc\/fstab: \/swapfile none swap/,
    undo: 'cp -a /etc/fstab /etc/fstab.klab-e2e; echo "/swapfile none swap sw 0 0" >>/etc/fstab',
    redo: 'mv /etc/fstab.klab-e2e /etc/fstab',
  },
  {
    what: 'sysctl off',
    section: '2.2.3',
    line: /^net\.bridge\.bridge-nf-call-iptables = 0, want 1$/,
    undo: 'sysctl -qw net.bridge.bridge-nf-call-iptables=0',
    redo: 'sysctl -qw net.bridge.bridge-nf-call-iptables=1',
  },
  {
    what: 'hosts entry gone',
    section: '2.2.8',
    line: new RegExp(`^/etc/hosts: no line for ${other} `),
    undo: `cp -a /etc/hosts /etc/hosts.klab-e2e; sed -i "/ ${other}\\$/d" /etc/hosts`,
    redo: 'mv /etc/hosts.klab-e2e /etc/hosts',
  },
  {
    what: 'kubelet disabled',
    section: '2.6.2',
    line: /^kubelet\.service: disabled$/,
    undo: 'systemctl -q disable kubelet.service',
    redo: 'systemctl -q enable kubelet.service',
  },
  {
    what: 'image missing',
    section: image.includes('flannel') ? '2.9.1' : '2.8',
    line: new RegExp(`^${image.replaceAll('.', '\\.')} is missing$`),
    undo: `docker tag ${image} klab.e2e/kept:1; docker rmi -f ${image} >/dev/null`,
    redo: `docker tag klab.e2e/kept:1 ${image}; docker rmi klab.e2e/kept:1 >/dev/null`,
  },
  {
    what: 'wrong cgroup driver',
    section: '2.3.9',
    line: /^docker’s cgroup driver: cgroupfs, want systemd$/,
    undo:
      'systemctl -q stop kubelet; cp -a /etc/docker/daemon.json /root/daemon.klab-e2e; sed -i ' +
      's/cgroupdriver=systemd/cgroupdriver=cgroupfs/ /etc/docker/daemon.json; systemctl restart ' +
      'docker',
    redo: 'mv /root/daemon.klab-e2e /etc/docker/daemon.json; systemctl restart docker; systemctl -q start kubelet',
  },
]

/** Undoes, checks, redoes, checks; `node` has docker, and `other` is a node of the same lab (or itself). */
export async function proveCheck(
  t: Test,
  klab: Klab,
  { node, other, image }: { readonly node: string; readonly other: string; readonly image: string },
): Promise<void> {
  const root = async (script: string): Promise<void> => {
    const { code, stdout } = await klab('ssh', node, '--', 'sudo', 'bash', '-euc', script)
    t.equal(code, 0, `${script}${stdout}`)
  }
  const check = async (section: string): Promise<{ code: number; report: CheckReport }> => {
    const { code, stdout } = await klab('check', section, '--json')
    const report = JSON.parse(stdout) as CheckReport
    t.same(
      report.nodes.filter((n) => !n.reached),
      [],
      'all nodes are reached',
    )
    return { code, report }
  }
  /** Findings of a state other than done, as `node: line`. */
  const bad = (report: CheckReport): readonly string[] =>
    report.sections.flatMap((s) =>
      s.nodes.flatMap((n) =>
        n.findings.filter((f) => f.state === 'wrong' || f.state === 'not-done').map((f) => `${n.node}: ${f.line}`),
      ),
    )
  for (const { what, section, line, undo, redo } of undos(other, image)) {
    const before = bad((await check(section)).report)
    await root(undo)
    try {
      const { code, report } = await check(section)
      const fresh = bad(report).filter((l) => !before.includes(l))
      t.equal(code, 1, `${what}: exit status`)
      t.ok(
        fresh.some((l) => l.startsWith(`${node}: `) && line.test(l.slice(node.length + 2))),
        `${what}: ${fresh.join('; ')}`,
      )
      t.same(
        fresh.filter((l) => !l.startsWith(`${node}: `)),
        [],
        `${what}: no other node is blamed`,
      )
    } finally {
      await root(redo)
    }
    const after = await check(section)
    t.same(bad(after.report), before, `${what}, put back: as before`)
    t.equal(after.code, before.length > 0 ? 1 : 0, `${what}, put back: exit status`)
  }
}
