/** A lab and a run of `up` that fill a picture: four nodes, all phases, snapshots in four branches, long names. */
import { PHASES } from '../../src/labfile/phases.js'
import type { GraphSnapshot, LabGraph, Timeline, TimelinePhase, TimelineStep } from '../../src/picture/types.js'

export const NODES = ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node03']

/** s, as on two cores without KVM. Phases that are not here ran on each node, or found all there. */
const SECONDS: Readonly<Record<string, readonly (readonly [id: string, seconds: number])[]>> = {
  network: [
    ['network/access', 0.1],
    ['network/l2', 0.2],
  ],
  image: [
    ['image/base', 14],
    ['image/bundle', 358],
  ],
  'node-image': [['node-image/bake', 70]],
  'control-plane': [['control-plane/k8s-master01', 123]],
  workers: [
    ['workers/k8s-node01', 55],
    ['workers/k8s-node02', 76],
    ['workers/k8s-node03', 61],
  ],
  cni: [['cni/calico', 11]],
  addons: [['addons/cluster', 4]],
  ready: [
    ['ready/cluster', 72],
    ['ready/addon-metrics-server', 80],
  ],
}
const BAKED = ['system', 'runtime', 'packages', 'images']
const nodeOf = (id: string): string | null => NODES.find((n) => id.endsWith(n)) ?? null

/** All of it done; `more`: what is different. */
export function wholeRun(more: Partial<Timeline> = {}): Timeline {
  let now = 0
  const phases = PHASES.map(({ name, title }): TimelinePhase => {
    const startMs = now
    const each = NODES.map((n, i) => [`${name}/${n}`, name === 'boot' ? 48 + 4 * i : 1.2 + i / 10] as const)
    const steps = (SECONDS[name] ?? each).map(([id, s]): TimelineStep => {
      const [took, outcome] = BAKED.includes(name) ? [30, 'already' as const] : [s * 1000, 'done' as const]
      return { id, title: id, node: nodeOf(id), startMs, endMs: startMs + took, outcome }
    })
    now = Math.max(...steps.map((s) => s.endMs ?? 0))
    return { name, title, startMs, endMs: now, steps }
  })
  const run = { run: 1, startedAt: '2026-11-28T09:57:05.669Z', state: 'done' as const, ms: now }
  return { lab: 'course', ...run, phases, runs: [run], ...more }
}

/** The same, cut off at `ms`: later phases were not begun, and steps that ran have no end. */
export function cutRun(ms: number, state: Timeline['state']): Timeline {
  const whole = wholeRun()
  const cut = <T extends { startMs: number | null; endMs: number | null }>(x: T): T => ({
    ...x,
    endMs: (x.endMs ?? 0) > ms ? null : x.endMs,
  })
  const phases = whole.phases.map((p) =>
    (p.startMs ?? 0) >= ms
      ? { ...p, startMs: null, endMs: null, steps: [] }
      : { ...cut(p), steps: p.steps.map((s) => ((s.endMs ?? 0) > ms ? { ...cut(s), outcome: null } : s)) },
  )
  const run = { run: 1, startedAt: whole.startedAt, state, ms }
  return { ...whole, ...run, phases, runs: [run] }
}

/** Failed in the join of one worker. */
export function failedRun(): Timeline {
  const whole = wholeRun()
  const at = whole.phases.findIndex((p) => p.name === 'workers')
  const ms = whole.phases[at]?.endMs ?? 0
  const phases = whole.phases.map((p, i): TimelinePhase =>
    i < at
      ? p
      : i > at
        ? { ...p, startMs: null, endMs: null, steps: [] }
        : { ...p, steps: p.steps.map((s) => ({ ...s, outcome: s.node === 'k8s-node02' ? 'failed' : s.outcome })) },
  )
  const run = { run: 1, startedAt: whole.startedAt, state: 'failed' as const, ms }
  return { ...whole, ...run, phases, runs: [run] }
}

const snapshot = (id: string, parent: string | null, name: string, more: Partial<GraphSnapshot> = {}) => ({
  ...{ id, parent, name, message: '', running: true, current: false },
  createdAt: '2026-11-28T10:00:00.000Z',
  ...more,
})

/** Twelve, in four branches. Names of klab's own form, the longest that it allows, and Chinese. */
export const SNAPSHOTS: readonly GraphSnapshot[] = [
  snapshot('a', null, 'ready', { message: 'all nodes Ready' }),
  snapshot('b', 'a', 'lesson-1.start'),
  snapshot('c', 'b', 'try-flannel', { message: '换成 flannel 试试看' }),
  snapshot('d', 'c', 'try-flannel-again', { running: false }),
  snapshot('e', 'b', 'a-name-of-thirty-two-letters-abc', {
    message: 'a note that is far too long for its line, '.repeat(3),
  }),
  snapshot('f', 'b', 'lesson-1.step-1'),
  snapshot('g', 'f', '第三课开始之前的快照'),
  snapshot('h', 'g', '网络策略实验：拒绝所有流量，然后逐个放行各个命名空间', { message: '中文说明' }),
  snapshot('i', 'f', 'lesson-1.step-2', { current: true, message: 'metrics-server is there' }),
  snapshot('j', 'i', 'before-upgrade'),
  snapshot('k', 'j', 'push-1'),
  snapshot('l', 'k', 'undo', { message: 'before klab snapshot restore lesson-1.step-2' }),
]

export function wholeLab(more: Partial<LabGraph> = {}): LabGraph {
  return {
    lab: 'course',
    up: true,
    network: { mode: 'user', cidr: '192.168.31.0/24', internet: false },
    nodes: NODES.map((name, i) => ({
      name,
      role: i === 0 ? 'control-plane' : 'worker',
      ip: `192.168.31.${61 + i}`,
      sshPort: 40122 + i,
      apiPort: i === 0 ? 40126 : null,
    })),
    cluster: {
      version: '1.23.17',
      runtime: 'docker',
      podNetwork: 'Calico 3.25.2 (ipip)',
      podCidr: '10.244.0.0/16',
      serviceCidr: '10.1.0.0/16',
      endpoint: null,
      addons: ['metrics-server', 'dashboard'],
    },
    snapshots: SNAPSHOTS,
    ...more,
  }
}

/** What an attacker would put into a name. */
export const HOSTILE = [
  '</text><script>window.hacked=1</script>',
  '"><image href=x onerror="window.hacked=1"/>',
  ']]>&amp;<!--',
  'a"]; click n0 href "javascript:alert(1)" %%{init}%%',
  '\u001b]0;title\u0007\u009b31m\u202eevil\nsecond line\ttab',
  '\ud800half\ufffe',
]
