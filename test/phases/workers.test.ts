import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { topologyOf } from '../../src/cluster/topology.js'
import { CommandError } from '../../src/errors.js'
import { createMarks } from '../../src/node/baked-phase.js'
import { bootstrapToken } from '../../src/phases/control-plane.js'
import { caCertHash, workerSteps } from '../../src/phases/workers.js'
import { failure, type GuestCall } from '../fakes/guests.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'
import { ca, HASH } from './ca.js'

t.test('the hash of the CA is the one that kubeadm’s documentation computes with openssl', (t) => {
  t.equal(caCertHash(ca), HASH)
  for (const text of ['no certificate', '', '\u0000'.repeat(1e6), '-----BEGIN CERTIFICATE-----\n'])
    t.throws(() => caCertHash(text), { name: 'CorruptError', hint: /klab snapshot restore/ })
  t.end()
})

t.test('tokens have kubeadm’s form and do not repeat', (t) => {
  const all = new Set(Array.from({ length: 500 }, bootstrapToken))
  t.equal(all.size, 500)
  for (const token of all) if (!/^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(token)) t.fail(token)
  t.end()
})

type KubectlAnswer = string | Error | Promise<string | Error>

interface Stage {
  /** What a join gives. */
  readonly join?: (node: string) => string | Error | Promise<string>
  /** What kubectl on the host gives to `create` and `delete`. */
  readonly kubectl?: (verb: string) => KubectlAnswer
}

interface Secret {
  readonly metadata: { readonly name: string }
  readonly stringData: Readonly<Record<string, string>>
}

/** Three workers on a control plane that answers. */
function stage(t: Test, o: Stage = {}) {
  const tokens: string[] = []
  const secrets: Secret[] = []
  const world = makeWorld(t, {
    kubectl: (args, input) => {
      if (args === 'create --validate=false -f -') {
        const secret = JSON.parse(input) as Secret
        secrets.push(secret)
        tokens.push(`create ${secret.stringData['token-id']!}.${secret.stringData['token-secret']!}`)
        return o.kubectl?.('create') ?? ''
      }
      const gone = /^-n kube-system delete secret bootstrap-token-(\w+) --wait=false$/.exec(args)
      if (!gone) return new Error(`unexpected: kubectl ${args}`)
      tokens.push(`delete ${gone[1]!}`)
      return o.kubectl?.('delete') ?? ''
    },
  })
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  world.guests.answers.push(async ({ node, text }: GuestCall) => {
    if (text === 'sudo: cat /etc/kubernetes/pki/ca.crt') return ca
    if (text.includes('/var/lib/klab/done')) return ''
    if (text.includes('run.sh workers')) return o.join?.(node) ?? ''
    return undefined
  })
  const topology = topologyOf(run.lab)!
  const { workers } = topology
  const steps = workerSteps(run, run.lab.kubernetes!, topology, { marks: createMarks(run) })
  const play = () => Promise.allSettled(steps.map((s) => s.run({ line: () => undefined, signal: world.signal })))
  const config = (node: string) =>
    parse(world.guests.files.get(node)?.get('/etc/klab/kubeadm-join.yaml')?.content ?? '') as {
      discovery: { bootstrapToken: { token: string; caCertHashes: string[]; apiServerEndpoint: string } }
    }
  return { world, run, steps, play, tokens, secrets, config, workers: workers.map((w) => w.name) }
}

t.test('one token for all workers, deleted after the last', async (t) => {
  let waiting: (() => void)[] = []
  const s = stage(t, { join: () => new Promise<string>((resolve) => waiting.push(() => resolve(''))) })
  const ended = s.play()
  while (waiting.length < 3) await new Promise((r) => setTimeout(r, 5))
  const [first, ...rest] = waiting
  waiting = []
  first!()
  await new Promise((r) => setTimeout(r, 30))
  t.equal(s.tokens.length, 1, 'not deleted while others join')
  for (const go of rest) go()
  t.same(new Set((await ended).map((r) => r.status)), new Set(['fulfilled']))
  const token = s.tokens[0]!.replace('create ', '')
  t.same(s.tokens, [`create ${token}`, `delete ${token.slice(0, 6)}`])
  for (const node of s.workers) {
    t.same(
      s.config(node).discovery.bootstrapToken,
      { apiServerEndpoint: '192.168.31.61:6443', token, caCertHashes: [HASH] },
      node,
    )
    t.equal(s.world.guests.files.get(node)!.get('/etc/klab/kubeadm-join.yaml')!.mode, 0o600, 'not for everybody’s eyes')
  }
})

t.test('the token’s secret is on no command line, on the host or in a guest', async (t) => {
  const s = stage(t)
  await s.play()
  const secret = s.tokens[0]!.split('.')[1]!
  for (const call of s.world.guests.calls) t.notMatch(call.text, secret)
  for (const command of s.world.commands) t.notMatch(command, secret)
})

t.test('the token is what kubeadm token create makes, and dies by itself after 15 minutes', async (t) => {
  const s = stage(t)
  const before = s.world.clock.now()
  await s.play()
  t.match(s.secrets, [
    {
      metadata: { name: `bootstrap-token-${s.tokens[1]!.replace('delete ', '')}`, namespace: 'kube-system' },
      type: 'bootstrap.kubernetes.io/token',
      stringData: {
        'usage-bootstrap-authentication': 'true',
        'usage-bootstrap-signing': 'true',
        'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
      },
    },
  ])
  t.equal(Date.parse(s.secrets[0]!.stringData['expiration']!), before + 15 * 60_000)
})

t.test('one that fails does not take the token from the others, nor keep it alive', async (t) => {
  const s = stage(t, { join: (node) => (node === 'k8s-node02' ? new Error('refused') : '') })
  const ended = await s.play()
  t.same(
    ended.map((r) => r.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  t.same(
    s.tokens.map((x) => x.split(' ')[0]),
    ['create', 'delete'],
  )
  await s.play()
  t.equal(s.tokens.length, 4, 'a second run makes a token of its own')
  t.not(s.tokens[0], s.tokens[2])
})

const refused = (stderr: string): Error => failure('host', ['kubectl'], 1, stderr)

t.test(
  'a token that cannot be deleted does not hide how the join went; one that cannot be made fails every worker',
  async (t) => {
    const s = stage(t, { kubectl: (verb) => (verb === 'delete' ? refused('busy') : '') })
    t.same(new Set((await s.play()).map((r) => r.status)), new Set(['fulfilled']))
    const broken = stage(t, { kubectl: (verb) => (verb === 'create' ? refused('no API server') : '') })
    for (const r of await broken.play())
      t.match(r, { status: 'rejected', reason: { constructor: CommandError, message: /no API server/ } })
    t.notOk(broken.world.guests.files.has('k8s-node01'), 'nothing was sent to the workers')
  },
)

t.test('a token whose CA cannot be read is deleted too', async (t) => {
  const s = stage(t)
  s.world.guests.answers.unshift(({ text }) =>
    text.includes('pki/ca.crt') ? { exitCode: 1, stderr: 'gone' } : undefined,
  )
  for (const r of await s.play()) t.equal(r.status, 'rejected')
  t.same(
    s.tokens.map((x) => x.split(' ')[0]),
    s.tokens.length === 0 ? [] : ['create', 'delete'],
    'none is left behind',
  )
})

t.test('done: the mark of this very CA and node; another CA means join again', async (t) => {
  const s = stage(t)
  await s.play()
  const marks = new Map(
    s.world.guests.calls.flatMap((c) => {
      const m = /run\.sh workers (\w+)/.exec(c.text)
      return m ? [[c.node, m[1]!]] : []
    }),
  )
  t.equal(marks.size, 3)
  t.equal(new Set(marks.values()).size, 3, 'each node has a mark of its own')
  const again = stage(t)
  again.world.guests.answers.unshift(({ node, text }) =>
    text.includes('/var/lib/klab/done')
      ? `workers:${marks.get(node)!}\n`
      : text.includes('kubelet-client-current.pem')
        ? ''
        : undefined,
  )
  const context = { line: () => undefined, signal: again.world.signal }
  for (const step of again.steps) t.equal(await step.done!(context), true)
  const fresh = stage(t)
  for (const step of fresh.steps) t.equal(await step.done!(context), false)
})

t.test('who asks while the last token is being deleted gets one that lives', async (t) => {
  let deleting: (() => void) | undefined
  const s = stage(t, {
    kubectl: (verb) => (verb === 'delete' && !deleting ? new Promise<string>((go) => (deleting = () => go(''))) : ''),
  })
  const context = { line: () => undefined, signal: s.world.signal }
  const first = s.steps[0]!.run(context)
  while (!deleting) await new Promise((r) => setTimeout(r, 5))
  const second = s.steps[1]!.run(context)
  while (!s.world.guests.files.has('k8s-node02')) await new Promise((r) => setTimeout(r, 5))
  deleting()
  await first
  const used = (node: string): string => s.config(node).discovery.bootstrapToken.token
  t.not(used('k8s-node01'), used('k8s-node02'))
  await Promise.race([second, new Promise((r) => setTimeout(r, 200))])
})
