/**
 * Phase `ready`: proves that all nodes are Ready, that CoreDNS runs, that every pod reaches every other, and that names
 * resolve.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError, StateError } from '../errors.js'
import { nodeConditions } from '../api/server.js'
import { tellingChanges, until, type Observation, type UntilOptions } from '../guest/until.js'
import type { Step } from '../step.js'
import { apply, hostKubectl, steadyKubectl, type Kubectl } from '../node/kubectl.js'
import type { LabRun } from '../world.js'
import { API_MS, untilApiAnswers } from './api-up.js'
import { reviver } from './revive.js'
import { english } from '../words/say.js'

const MINUTE = 60_000
const NAMESPACE = 'klab-probe'

export interface ProbePod {
  readonly name: string
  readonly ip: string
  readonly node: string
}

/** Lines of `name ip node`. */
export const parsePods = (text: string): readonly ProbePod[] =>
  text
    .split('\n')
    .map((line) => line.trim().split(' '))
    .flatMap(([name, ip, node]) =>
      name !== undefined && ip !== undefined && node !== undefined ? [{ name, ip, node }] : [],
    )

/**
 * What a probe pod could not reach: the addresses of `ips`, `dns` (a name, then a service by its name). `answer`: the
 * lines of probe.yaml's CGI script.
 */
export const unreached = (answer: string, ips: readonly string[]): readonly string[] => {
  const ok = new Set(answer.split('\n').map((line) => line.trim()))
  return [...ips, 'dns'].filter((what) => !ok.has(`ok ${what}`))
}

/**
 * From every pod to every pod, and names from every pod. Each pod is asked through the API server's proxy: `kubectl
 * exec` would start half a dozen processes in the guest, 3 s under TCG. Throws ProbeError that names who cannot reach
 * whom.
 */
async function proveNetwork(
  kubectl: Kubectl,
  pods: readonly ProbePod[],
  limits: Omit<UntilOptions, 'what'>,
): Promise<void> {
  const ips = pods.map((p) => p.ip)
  const missing = new Map(pods.map((p) => [p, [...ips, 'dns'] as readonly string[]]))
  const ask = async (pod: ProbePod): Promise<void> => {
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod.name}:8080/proxy/cgi-bin/reach/${ips.join('/')}`
    missing.set(pod, unreached((await kubectl(['get', '--raw', path])).stdout, ips))
  }
  await until(
    async () => {
      // A pod that does not answer must not hide what the others saw.
      const failures = (await Promise.allSettled(pods.filter((p) => missing.get(p)?.length).map(ask))).filter(
        (r) => r.status === 'rejected',
      )
      const other = failures.find((f) => !(f.reason instanceof CommandError))
      if (other) throw other.reason
      const bad = pods.filter((p) => missing.get(p)?.length)
      return {
        ok: bad.length === 0,
        seen: bad
          .map((p) => english('{node}: cannot reach {names}', { node: p.node, names: missing.get(p)?.join(' ') ?? '' }))
          .join('\n'),
      }
    },
    { what: english('pod to pod and DNS'), ...limits },
  )
}

/** Without a pod network no node can be Ready. What can be proved is that all of them have joined. */
export function joinedSteps(run: LabRun, askNodes: typeof nodeConditions = nodeConditions): readonly Step[] {
  const { world, profile, lab, paths } = run
  const total = lab.nodes.length
  return [
    {
      id: 'ready/joined',
      title: english('{count}/{count} nodes joined; Ready once a pod network is applied', { count: total }),
      run: async ({ line }) => {
        const probe = async (): Promise<Observation> => {
          const nodes = await askNodes(paths.kubeconfig, API_MS, world.signal)
          const joined = lab.nodes.filter((n) => nodes?.has(n.name)).map((n) => n.name)
          return {
            ok: joined.length === total,
            seen: nodes
              ? joined.length > 0
                ? english('joined: {nodes}', { nodes: joined.join(' ') })
                : english('joined: none')
              : english('the API server does not answer'),
          }
        }
        await until(probe, {
          what: english('{count} nodes joined', { count: total }),
          everyMs: 2000,
          withinMs: 5 * MINUTE * profile.patience,
          clock: world.clock,
          signal: world.signal,
          hint: 'klab kubectl get nodes',
        })
        line(
          english(
            '{count}/{count} nodes joined; they stay NotReady until you apply a pod network (kubernetes.cni is none)',
            { count: total },
          ),
        )
      },
    },
  ]
}

/** Who is Ready, and who was deleted from the cluster. */
function seenNodes(names: readonly string[], nodes: ReadonlyMap<string, boolean>): string {
  const ready = [...nodes].filter(([, isReady]) => isReady).map(([name]) => name)
  const gone = names.filter((n) => !nodes.has(n))
  const said = { nodes: ready.join(' '), gone: gone.join(' ') }
  if (gone.length === 0) return ready.length === 0 ? english('Ready: none') : english('Ready: {nodes}', said)
  return ready.length === 0
    ? english('Ready: none; not in the cluster: {gone}', said)
    : english('Ready: {nodes}; not in the cluster: {gone}', said)
}

/** The proof. It is made each time. */
export function readySteps(run: LabRun, askNodes: typeof nodeConditions = nodeConditions): readonly Step[] {
  const { world, profile, lab, paths } = run
  const total = lab.nodes.length
  const limits = (minutes: number, hint: string): Omit<UntilOptions, 'what'> => ({
    everyMs: 2000,
    withinMs: minutes * MINUTE * profile.patience,
    clock: world.clock,
    signal: world.signal,
    hint,
  })

  return [
    {
      id: 'ready/cluster',
      title: english('{count}/{count} Ready, DNS, pod to pod', { count: total }),
      run: async ({ line }) => {
        const kubectl = await hostKubectl(run)
        const steady = await steadyKubectl(run, line)
        const wait = (what: string, probe: () => Promise<Observation>): Promise<void> =>
          until(tellingChanges(probe, line), { what, ...limits(10, 'klab kubectl get nodes,pods -A') })
        const revive = reviver(run, line)
        await untilApiAnswers(run, line, revive, askNodes)
        await steady(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=300s'])
        // Before the nodes are Ready: CoreDNS and the probes start as soon as their node allows it.
        await apply(steady, await readFile(join(world.assets, 'cloud-init', 'manifests', 'probe.yaml'), 'utf8'), line)
        await wait(english('{count} nodes Ready', { count: total }), async () => {
          const nodes = await askNodes(paths.kubeconfig, API_MS, world.signal)
          const ready = [...(nodes ?? [])].filter(([, isReady]) => isReady).map(([name]) => name)
          await revive(lab.nodes.map((n) => n.name).filter((n) => nodes && !ready.includes(n)))
          return {
            ok: ready.length === total,
            seen: nodes
              ? seenNodes(
                  lab.nodes.map((n) => n.name),
                  nodes,
                )
              : english('the API server does not answer'),
          }
        })
        line(english('{count}/{count} nodes Ready', { count: total }))
        await wait(english('CoreDNS available'), async () => {
          const out = await kubectl([
            '-n',
            'kube-system',
            'get',
            'deployment',
            'coredns',
            '-o',
            'jsonpath={.status.availableReplicas}',
          ])
          return {
            ok: Number(out.stdout) >= 1,
            seen: english('available replicas: {count}', { count: out.stdout || '0' }),
          }
        })
        line(english('CoreDNS available'))
        await wait(english('{count} probe pods running', { count: total }), async () => {
          const out = await kubectl([
            '-n',
            NAMESPACE,
            'get',
            'daemonset',
            'probe',
            '-o',
            'jsonpath={.status.numberAvailable}',
          ])
          return { ok: Number(out.stdout) === total, seen: english('available: {count}', { count: out.stdout || '0' }) }
        })
        const list = await steady([
          '-n',
          NAMESPACE,
          'get',
          'pods',
          '-l',
          'app=probe',
          '-o',
          'jsonpath={range .items[*]}{.metadata.name} {.status.podIP} {.spec.nodeName}{"\\n"}{end}',
        ])
        const pods = parsePods(list.stdout)
        if (pods.length !== total)
          throw new StateError(english('want {total} probe pods, there are {count}', { total, count: pods.length }), {
            hint: `klab kubectl -n ${NAMESPACE} get pods -o wide`,
          })
        line(english('{count} probe pods running', { count: total }))
        await proveNetwork(kubectl, pods, limits(5, `klab kubectl -n ${NAMESPACE} get pods -o wide`))
        line(english('pod to pod {pairs}/{pairs}, DNS {count}/{count}', { pairs: total * total, count: total }))
        await steady(['delete', 'namespace', NAMESPACE, '--wait=false'])
      },
    },
  ]
}
