/**
 * NetworkPolicy across nodes: without one both clients reach the server on another node; deny-all stops both; an allow
 * rule lets the one with the label in; with both removed both get through again. Each state is waited for, not timed.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

type Kubectl = (...args: string[]) => Promise<string>

const IMAGE = 'klab.local/probe:1'
/** A try of a client to fetch the page: seconds. */
const TRY_S = 10
/** ms until a state must be there: felix on an emulated node takes seconds to program a rule, more when it is busy. */
const LIMIT_MS = 300_000

const pod = (name: string, node: string, script: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `policy-${name}`, labels: { policy: name } },
  spec: {
    nodeName: node,
    terminationGracePeriodSeconds: 0,
    tolerations: [{ operator: 'Exists' }],
    containers: [{ name: 'c', image: IMAGE, imagePullPolicy: 'Never', command: ['sh', '-c', script] }],
  },
})

const deny = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'policy-deny' },
  spec: { podSelector: { matchLabels: { policy: 'server' } }, policyTypes: ['Ingress'] },
}
const allow = {
  ...deny,
  metadata: { name: 'policy-allow' },
  spec: { ...deny.spec, ingress: [{ from: [{ podSelector: { matchLabels: { policy: 'friend' } } }] }] },
}

/** Who gets through: the client with the label of the allow rule, and the other. */
type Reach = readonly [friend: boolean, stranger: boolean]

export interface PolicyProof {
  /** Asserts who gets through now; waits for it. */
  expect(t: Test, reach: Reach, when: string): Promise<void>
  deny(): Promise<void>
  /** Takes all policies away. */
  open(): Promise<void>
  /** All states, one after the other; open at the end. */
  all(t: Test, when: string): Promise<void>
  end(): Promise<void>
}

/** Makes server and clients on different nodes; `end` removes all of it. */
export async function policyProof(
  kubectl: Kubectl,
  [serverNode = '', clientNode = '']: readonly string[],
): Promise<PolicyProof> {
  const put = async (...items: object[]): Promise<void> => {
    const dir = await mkdtemp(join(tmpdir(), 'klab-policy-'))
    try {
      await writeFile(join(dir, 'list.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
      const file = join(dir, 'list.json')
      // A busy API server may give up on one object; what was applied stays as it is when it is applied again.
      for (const until = Date.now() + LIMIT_MS; ;) {
        try {
          // Without the option kubectl loads the API server's whole schema first, with a limit of 32 s.
          await kubectl('apply', '--validate=false', '-f', file)
          break
        } catch (error) {
          if (Date.now() > until) throw error
        }
      }
    } finally {
      await rm(dir, { recursive: true })
    }
  }
  await put(
    pod('server', serverNode, 'mkdir /tmp/w; echo page >/tmp/w/index.html; exec httpd -f -p 80 -h /tmp/w'),
    pod('friend', clientNode, 'exec sleep 1000000'),
    pod('stranger', clientNode, 'exec sleep 1000000'),
  )
  await kubectl('wait', '--for=condition=Ready', 'pod', '-l', 'policy', '--timeout=600s')
  const ip = await kubectl('get', 'pod', 'policy-server', '-o', 'jsonpath={.status.podIP}')
  const reaches = async (client: string): Promise<boolean> => {
    // Words for both outcomes: an exec that did not run proves nothing.
    const fetch = `timeout ${TRY_S} wget -q -O - http://${ip} || echo none`
    const said = (await kubectl('exec', `policy-${client}`, '--', 'sh', '-c', fetch)).trim()
    if (said !== 'page' && said !== 'none') throw new Error(`policy-${client} said ${JSON.stringify(said)}`)
    return said === 'page'
  }
  const remove = (name: string) => kubectl('delete', 'networkpolicy', name, '--ignore-not-found')
  const proof: PolicyProof = {
    async expect(t, reach, when) {
      const until = Date.now() + LIMIT_MS
      let seen: Reach
      do seen = [await reaches('friend'), await reaches('stranger')]
      while ((seen[0] !== reach[0] || seen[1] !== reach[1]) && Date.now() < until)
      t.same(
        seen,
        reach,
        `NetworkPolicy ${when}: friend ${reach[0] ? 'in' : 'out'}, stranger ${reach[1] ? 'in' : 'out'}`,
      )
    },
    async deny() {
      await put(deny)
    },
    async open() {
      await remove('policy-allow')
      await remove('policy-deny')
    },
    async all(t, when) {
      await proof.expect(t, [true, true], `${when}, none`)
      await put(deny)
      await proof.expect(t, [false, false], `${when}, deny-all`)
      await put(allow)
      await proof.expect(t, [true, false], `${when}, one label allowed`)
      await proof.open()
      await proof.expect(t, [true, true], `${when}, removed`)
    },
    async end() {
      await proof.open()
      await kubectl('delete', 'pod', '-l', 'policy', '--grace-period=0', '--force')
    },
  }
  return proof
}
