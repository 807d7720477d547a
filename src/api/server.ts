/**
 * An API server's answer to "which nodes are Ready", over a forwarded port. Small on purpose: `klab status` has 0.2
 * s.
 */
import { readFile } from 'node:fs/promises'
import { request } from 'node:https'
import { setTimeout } from 'node:timers/promises'
import type { Observation } from '../guest/until.js'

export interface Login {
  /** The one that kubectl uses. */
  readonly server: URL
  /** The other control planes'. */
  readonly others: readonly URL[]
  readonly ca: string
  readonly cert: string
  readonly key: string
}

const field = (text: string, name: string): string | undefined =>
  new RegExp(`^\\s*${name}:\\s*"?([^"\\s]+)"?\\s*$`, 'm').exec(text)?.[1]
const decode = (data: string): string => Buffer.from(data, 'base64').toString()

/**
 * Server and client certificate of a kubeconfig that klab itself wrote (cluster/kubeconfig.ts); undefined for any
 * other. There is no YAML parser here: loading one takes a third of the time.
 */
export function parseLogin(kubeconfig: string): Login | undefined {
  const [server, ca, cert, key] = [
    'server',
    'certificate-authority-data',
    'client-certificate-data',
    'client-key-data',
  ].map((n) => field(kubeconfig, n))
  if (server === undefined || ca === undefined || cert === undefined || key === undefined || !URL.canParse(server))
    return undefined
  const listed = [...kubeconfig.matchAll(/^\s*- "?(https:[^"\s]+)"?\s*$/gm)].flatMap(([, url = '']) =>
    URL.canParse(url) ? [new URL(url)] : [],
  )
  const used = new URL(server)
  const others = listed.filter((url) => url.href !== used.href)
  return { server: used, others, ca: decode(ca), cert: decode(cert), key: decode(key) }
}

interface NodeList {
  items?: { metadata: { name: string }; status?: { conditions?: { type: string; status: string }[] } }[]
}

/** The guest decides how long its answer is. Sixteen nodes take about 300 kB. */
const MAX_ANSWER_BYTES = 8 * 1024 ** 2

function get(login: Omit<Login, 'others'>, path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      new URL(path, login.server),
      { ca: login.ca, cert: login.cert, key: login.key, signal, agent: false },
      (reply) => {
        const parts: Buffer[] = []
        let bytes = 0
        reply
          .on('data', (part: Buffer) => {
            bytes += part.length
            if (bytes > MAX_ANSWER_BYTES) reply.destroy(new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`))
            else parts.push(part)
          })
          .once('end', () =>
            reply.statusCode === 200
              ? resolve(Buffer.concat(parts).toString())
              : reject(new Error(`HTTP ${reply.statusCode ?? '?'}`)),
          )
          .once('error', reject)
      },
    )
    call.once('error', reject)
    call.end()
  })
}

/** ms that the server that kubectl uses has for itself before the others are asked too. A busy one may take seconds. */
export const HEAD_START_MS = 5000

/**
 * The first answer of any of the API servers, and whose it is. The others are asked when the one that kubectl uses has
 * failed, or has not answered for a while. Rejects if none answers before `end`.
 */
export async function firstAnswer(
  login: Login,
  path: string,
  end: AbortSignal,
): Promise<{ readonly server: URL; readonly text: string }> {
  const stop = new AbortController()
  const signal = AbortSignal.any([end, stop.signal])
  const ask = async (server: URL) => ({ server, text: await get({ ...login, server }, path, signal) })
  const asked = ask(login.server)
  if (login.others.length === 0) return asked
  const turn = Promise.race([asked.catch(() => undefined), setTimeout(HEAD_START_MS, undefined, { signal })])
  const later = login.others.map(async (server) => (await turn) ?? ask(server))
  try {
    return await Promise.any([asked, ...later])
  } finally {
    stop.abort()
  }
}

/** What `read` makes of an API server's answer; undefined if there is none before `end`, or if it cannot be read. */
async function ask<T>(
  kubeconfig: string,
  path: string,
  end: AbortSignal,
  read: (answer: unknown) => T,
): Promise<T | undefined> {
  try {
    const login = parseLogin(await readFile(kubeconfig, 'utf8'))
    return login && read(JSON.parse((await firstAnswer(login, path, end)).text))
  } catch {
    return undefined
  }
}

interface LeaseList {
  items?: { metadata: { name: string }; spec?: { renewTime?: string } }[]
}

/** Aborts after `timeoutMs`, or when the signal aborts. */
export const within = (timeoutMs: number, signal: AbortSignal | undefined): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])])

/**
 * Node name → the last sign of life of its kubelet, ms since the epoch; undefined if the API server does not answer in
 * time (ms), or before the signal aborts. kubernetes.io: leases, "Node heartbeats".
 */
export const nodeLeases = (
  kubeconfig: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, number> | undefined> =>
  ask(
    kubeconfig,
    '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases',
    within(timeoutMs, signal),
    (answer) => {
      const { items = [] } = answer as LeaseList
      return new Map(items.map((l) => [l.metadata.name, Date.parse(l.spec?.renewTime ?? '')]))
    },
  )

/** Node name → Ready; undefined if the API server does not answer in time (ms), or before the signal aborts. */
export const nodeConditions = (
  kubeconfig: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, boolean> | undefined> =>
  // Not with resourceVersion=0: that is answered out of the API server's memory, where all nodes stay Ready after etcd
  // has lost its majority.
  ask(kubeconfig, '/api/v1/nodes', within(timeoutMs, signal), (answer) => {
    const { items = [] } = answer as NodeList
    return new Map(
      items.map((n) => [
        n.metadata.name,
        n.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false,
      ]),
    )
  })

/** For until: whether the API server answers, within ms. */
export const apiAnswers = async (
  kubeconfig: string,
  timeoutMs: number,
  askNodes = nodeConditions,
  signal?: AbortSignal,
): Promise<Observation> => ({
  ok: (await askNodes(kubeconfig, timeoutMs, signal)) !== undefined,
  seen: 'the API server does not answer',
})
