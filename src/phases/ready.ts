/** Phase `ready`: proved, not assumed: all nodes Ready, CoreDNS running, every pod reaches every other, names resolve. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError, StateError } from '../errors.js'
import { nodeConditions } from '../guest/api.js'
import { until } from '../guest/until.js'
import type { Step } from '../plan/types.js'
import { apply, hostKubectl, type Kubectl } from './kubectl.js'
import type { LabRun } from './world.js'

const MINUTE = 60_000
const NAMESPACE = 'klab-probe'
/** How long one answer of the API server may take, ms. */
const API_MS = 60_000

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
    .flatMap(([name, ip, node]) => (name !== undefined && ip !== undefined && node !== undefined ? [{ name, ip, node }] : []))

/**
 * Runs in a probe pod: a page from every pod (arguments), a service's name, a page through it; each tried for two minutes. Busybox's own
 * `wget -T` crashes in Debian 12 (1.35), so `timeout`.
 */
const PROBE = `
bad=
for ip; do
  n=0; until timeout 10 wget -q -O /dev/null "http://$ip:8080/"; do n=$((n+1)); [ $n -lt 12 ] || { bad="$bad $ip"; break; }; sleep 2; done
done
n=0; until nslookup kubernetes.default.svc.cluster.local >/dev/null 2>&1 && timeout 10 wget -q -O /dev/null http://probe.${NAMESPACE}.svc.cluster.local:8080/; do
  n=$((n+1)); [ $n -lt 12 ] || { bad="$bad dns"; break; }; sleep 2
done
[ -z "$bad" ] || { echo "cannot reach:$bad"; exit 1; }`

/** From every pod to every pod, and names from every pod. Throws StateError that names who cannot reach whom. */
async function proveNetwork(kubectl: Kubectl, pods: readonly ProbePod[], timeoutMs: number): Promise<void> {
  const ips = pods.map((p) => p.ip)
  const failures = await Promise.all(
    pods.map(async (pod) => {
      try {
        await kubectl(['--request-timeout=0', '-n', NAMESPACE, 'exec', pod.name, '--', 'sh', '-c', PROBE, 'probe', ...ips], { timeoutMs })
        return undefined
      } catch (error) {
        if (!(error instanceof CommandError)) throw error
        return `${pod.node}: ${error.failure.tail || error.message}`
      }
    }),
  )
  const bad = failures.filter((f) => f !== undefined)
  if (bad.length > 0)
    throw new StateError(`the pod network does not work:\n${bad.join('\n')}`, { hint: 'klab kubectl get pods -A -o wide' })
}

/** The proof, made anew each time. */
export function readySteps(run: LabRun, askNodes: typeof nodeConditions = nodeConditions): readonly Step[] {
  const { world, profile, lab, paths } = run
  const total = lab.nodes.length
  const wait = (what: string, probe: () => Promise<{ ok: boolean; seen: string }>): Promise<void> =>
    until(probe, {
      what,
      everyMs: 2000,
      withinMs: 10 * MINUTE * profile.patience,
      clock: world.clock,
      signal: world.signal,
      hint: 'klab kubectl get nodes,pods -A',
    })

  return [
    {
      id: 'ready/cluster',
      title: `${total}/${total} Ready, DNS, pod to pod`,
      run: async ({ line }) => {
        const kubectl = await hostKubectl(run)
        await wait(`${total} nodes Ready`, async () => {
          const nodes = await askNodes(paths.kubeconfig, API_MS)
          const ready = [...(nodes ?? [])].filter(([, isReady]) => isReady).map(([name]) => name)
          return { ok: ready.length === total, seen: nodes ? `Ready: ${ready.join(' ') || 'none'}` : 'the API server does not answer' }
        })
        line(`${total}/${total} nodes Ready`)
        await kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=300s'])
        await apply(kubectl, await readFile(join(world.assets, 'cloud-init', 'manifests', 'probe.yaml'), 'utf8'), line)
        // CoreDNS starts beside the probes.
        await wait('CoreDNS available', async () => {
          const out = await kubectl(['-n', 'kube-system', 'get', 'deployment', 'coredns', '-o', 'jsonpath={.status.availableReplicas}'])
          return { ok: Number(out.stdout) >= 1, seen: `available replicas: ${out.stdout || '0'}` }
        })
        line('CoreDNS available')
        await wait(`${total} probe pods running`, async () => {
          const out = await kubectl(['-n', NAMESPACE, 'get', 'daemonset', 'probe', '-o', 'jsonpath={.status.numberAvailable}'])
          return { ok: Number(out.stdout) === total, seen: `available: ${out.stdout || '0'}` }
        })
        const list = await kubectl([
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
          throw new StateError(`want ${total} probe pods, there are ${pods.length}`, {
            hint: `klab kubectl -n ${NAMESPACE} get pods -o wide`,
          })
        await proveNetwork(kubectl, pods, 5 * MINUTE * profile.patience)
        line(`pod to pod ${total * total}/${total * total}, DNS ${total}/${total}`)
        await kubectl(['delete', 'namespace', NAMESPACE, '--wait=false'])
      },
    },
  ]
}
