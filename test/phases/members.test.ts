import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { topologyOf } from '../../src/cluster/topology.js'
import { createMarks } from '../../src/node/baked-phase.js'
import { ORIGINAL } from '../../src/phases/control-plane.js'
import { inTurn } from '../../src/phases/in-turn.js'
import { memberSteps } from '../../src/phases/members.js'
import type { Step } from '../../src/step.js'
import { failure } from '../fakes/guests.js'
import { staticPods } from '../fakes/static-pods.js'
import { labOf, makeRun, makeWorld, root } from '../fakes/world.js'
import { ca } from './ca.js'

const [FIRST, SECOND, THIRD] = ['k8s-master01', 'k8s-master02', 'k8s-master03'] as const

interface Choice {
  /** What a join gives. */
  readonly join?: (node: string) => string | Error
  /** node → its marks. */
  readonly marks?: Readonly<Record<string, string>>
  /** node → what its control plane has lost. */
  readonly lost?: Readonly<Record<string, string>>
  /** What `etcdctl member list` prints; a node whose etcd does not answer is in `silent`. */
  readonly members?: string
  readonly silent?: readonly string[]
  /** Nodes that have a static pod of etcd. */
  readonly running?: readonly string[]
}

/** labs/ha after the first control plane's init. */
function stage(t: Test, o: Choice = {}) {
  const events: string[] = []
  const world = makeWorld(t, {
    kubectl: (args) => {
      const [, , verb, pod, name] = args.split(' ')
      if (args.startsWith('create ')) events.push('token made')
      else if (verb === 'exec') {
        if (o.silent?.some((node) => pod === `etcd-${node}`)) return failure('host', ['kubectl'], 1, 'no such host')
        const asked = /(member .*)$/.exec(args)?.[1] ?? ''
        if (asked === 'member list') return o.members ?? ''
        events.push(`${pod ?? ''}: ${asked}`)
      } else if (verb === 'get') return 'bootstrap-token-abc123 something-else'
      else events.push(`delete ${name ?? ''}${args.includes('bootstrap-token-abc123') ? ' and its owner' : ''}`)
      return ''
    },
  })
  const run = makeRun(world, labOf(readFileSync(`${root}/labs/ha/Labfile`, 'utf8')), { keys: true })
  const k = run.lab.kubernetes!
  world.guests.answers.push(({ node, text }) => {
    if (text === 'sudo: cat /etc/kubernetes/pki/ca.crt') return ca
    if (text.includes('rm -f -- "/var/lib/klab/done/$1" member')) return ''
    if (text.includes('/var/lib/klab/done')) return o.marks?.[node] ?? ''
    if (text.includes('kubelet-client-current.pem')) return o.lost?.[node] ?? ''
    if (text.includes('manifests/etcd.yaml ]')) return { exitCode: o.running?.includes(node) ? 0 : 1 }
    if (text.includes('upload-certs')) {
      const key = /certificateKey: (\w+)/.exec(file(FIRST, '/etc/klab/kubeadm-certs.yaml'))?.[1]
      events.push(`upload ${node} ${key ?? 'none'}`)
      return ''
    }
    const pod = /^sudo: cat -- "\$1" \/etc\/kubernetes\/manifests\/(\S+)\.yaml$/.exec(text)?.[1]
    if (pod !== undefined) return staticPods(k, run.lab.nodes[0]!, run.profile)[pod]
    const phase = /run\.sh (\S+) (\w+)$/.exec(text)
    if (!phase) return undefined
    events.push(`${phase[1]!} ${node}`)
    return phase[1] === 'member' ? (o.join?.(node) ?? '') : ''
  })
  const file = (node: string, path: string): string => world.guests.files.get(node)?.get(path)?.content ?? ''
  const askNodes = () => Promise.resolve(new Map([FIRST, SECOND, THIRD].map((n) => [n, true])))
  const steps = memberSteps(run, k, topologyOf(run.lab)!, { marks: createMarks(run), askNodes })
  const context = { line: () => undefined, signal: world.signal }
  const play = async (step: Step): Promise<string> =>
    (await step.done!(context)) ? 'already' : step.run(context).then(() => 'done')
  const playAll = () => Promise.allSettled(inTurn(steps).map(play))
  return { world, run, events, steps, context, play, playAll, file }
}

t.test('the second joins, then the third; each with its own key and token, which are gone afterwards', async (t) => {
  const s = stage(t)
  t.same(
    s.steps.map((step) => step.id),
    [`control-plane/${SECOND}`, `control-plane/${THIRD}`],
  )
  t.same(
    (await s.playAll()).map((r) => r.status),
    ['fulfilled', 'fulfilled'],
  )
  const keys = s.events.flatMap((e) => /^upload \S+ (\w+)$/.exec(e)?.[1] ?? [])
  t.equal(new Set(keys).size, 2)
  for (const key of keys) t.match(key, /^[0-9a-f]{64}$/)
  const shown = s.events.map((e) => e.replace(/ \w{64}$/, '').replace(/(bootstrap-token)-\w+$/, '$1'))
  const own = (node: string): string[] => [
    'token made',
    `upload ${FIRST}`,
    `endpoint ${node}`,
    `member ${node}`,
    'delete kubeadm-certs and its owner',
    'delete bootstrap-token',
  ]
  t.same(shown, [...own(SECOND), ...own(THIRD)])
  for (const [i, node] of [SECOND, THIRD].entries()) {
    const config = parse(s.file(node, '/etc/klab/kubeadm-member.yaml')) as Record<string, never>
    t.match(config, {
      kind: 'JoinConfiguration',
      discovery: { bootstrapToken: { apiServerEndpoint: '192.168.31.60:8443' } },
      controlPlane: { certificateKey: keys[i], localAPIEndpoint: { advertiseAddress: `192.168.31.6${i + 2}` } },
    })
    t.equal(s.world.guests.files.get(node)!.get('/etc/klab/kubeadm-member.yaml')!.mode, 0o600)
    t.match(s.file(node, '/etc/klab/kubeadm-init.yaml'), `name: ${node}`, 'for repairs: its own name')
    t.match(s.file(node, '/etc/klab/keepalived.conf'), `unicast_src_ip 192.168.31.6${i + 2}`)
    t.ok(s.file(node, '/etc/klab/patches/etcd+strategic.yaml'))
  }
  for (const key of keys) {
    for (const call of s.world.guests.calls) t.notMatch(call.text, key, 'on no command line of a guest')
    for (const command of s.world.commands) t.notMatch(command, key, 'nor of the host')
  }
  t.match(
    s.world.guests.calls.find((c) => c.text.includes('upload-certs'))!.text,
    />\/dev\/null/,
    'kubeadm would print the key',
  )
})

t.test('the second fails: its certificates are deleted all the same, and the third does not begin', async (t) => {
  const s = stage(t, { join: (node) => (node === SECOND ? new Error('refused') : '') })
  const [second, third] = await s.playAll()
  t.match(second, { status: 'rejected', reason: { message: /refused/ } })
  t.match(third, { status: 'rejected', reason: { message: `not begun, because control-plane/${SECOND} failed` } })
  t.ok(s.events.includes('delete kubeadm-certs and its owner'))
  t.notOk(s.events.includes(`member ${THIRD}`))
})

t.test(
  'a member of etcd that an earlier join left is removed before the next join; one that runs is not',
  async (t) => {
    const members = [
      '9af2, started, k8s-master01, https://192.168.31.61:2380, https://192.168.31.61:2379, false',
      // kubeadm had added it and died: no vote, and never started.
      '5b1f, unstarted, , https://192.168.31.62:2380, , true',
      '77c0, started, k8s-master03, https://192.168.31.63:2380, https://192.168.31.63:2379, false',
      '',
    ].join('\n')
    const s = stage(t, { members, running: [THIRD] })
    t.same(
      (await s.playAll()).map((r) => r.status),
      ['fulfilled', 'fulfilled'],
    )
    const of = (events: readonly string[]) => events.filter((e) => /member/.test(e))
    t.same(of(s.events), [`etcd-${FIRST}: member remove 5b1f`, `member ${SECOND}`, `member ${THIRD}`])
    // The third’s machine was made anew, and the first’s etcd does not answer.
    const other = stage(t, { members, silent: [FIRST], running: [SECOND] })
    await other.playAll()
    t.same(of(other.events), [`member ${SECOND}`, `etcd-${SECOND}: member remove 77c0`, `member ${THIRD}`])
    // If none answers, kubeadm says what is wrong.
    const none = stage(t, { members, silent: [FIRST, SECOND, THIRD] })
    await none.playAll()
    t.same(of(none.events), [`member ${SECOND}`, `member ${THIRD}`])
  },
)

t.test(
  'one that has joined is left alone; lost certificates are made again; lost CAs mean to join again',
  async (t) => {
    const first = stage(t)
    await first.playAll()
    const marks: Record<string, string> = {}
    for (const { node, text } of first.world.guests.calls) {
      const [, phase, mark] = /run\.sh (\S+) (\w+)$/.exec(text) ?? []
      if (phase !== undefined) marks[node] = `${marks[node] ?? ''}${phase}:${mark ?? ''}\n`
    }
    const again = stage(t, { marks })
    t.same(
      await again.playAll(),
      [SECOND, THIRD].map(() => ({ status: 'fulfilled', value: 'already' })),
    )
    t.same(again.events, [])
    const hurt = stage(t, {
      marks,
      lost: { [SECOND]: 'pki/apiserver.crt\n', [THIRD]: ORIGINAL.join('\n') },
    })
    t.same(
      await hurt.playAll(),
      [SECOND, THIRD].map(() => ({ status: 'fulfilled', value: 'done' })),
    )
    t.match(hurt.file(SECOND, '/etc/klab/env'), "KLAB_REPAIR='true'")
    t.match(hurt.file(SECOND, '/etc/klab/env'), "KLAB_REJOIN=''")
    t.match(hurt.file(THIRD, '/etc/klab/env'), "KLAB_REJOIN='true'")
    // It may still be a member of etcd.
    const part = stage(t, { marks, lost: { [THIRD]: 'manifests/etcd.yaml\n' } })
    t.match(await part.playAll(), [
      { status: 'fulfilled', value: 'already' },
      {
        status: 'rejected',
        reason: { code: 'state', message: /no \/etc\/kubernetes\/manifests\/etcd\.yaml/, hint: /restore/ },
      },
    ])
  },
)

t.test('in turn: one at a time, also those that are begun alone, in any way', async (t) => {
  const log: string[] = []
  let busy = 0
  const step = (id: string, isDone = false): Step => ({
    id,
    title: id,
    done: () => Promise.resolve(isDone),
    again: () => Promise.resolve(void log.push(`again ${id}`)),
    run: async () => {
      busy++
      t.equal(busy, 1)
      await new Promise((r) => setTimeout(r, 5))
      busy--
      log.push(id)
    },
  })
  const context = { line: () => undefined, signal: new AbortController().signal }
  const play = async (s: Step) => (await s.done!(context)) || s.run(context)
  await Promise.all(inTurn([step('a'), step('b', true), step('c')]).map(play))
  t.same(log, ['a', 'c'])
  const [, alone] = inTurn([step('d'), step('e')])
  await alone!.again!(context)
  await alone!.run(context)
  t.same(log.slice(2), ['again e', 'e'], 'klab provision takes one of them')
  const stopped = { line: () => undefined, signal: AbortSignal.abort() }
  await t.rejects(inTurn([step('f')])[0]!.done!(stopped), { code: 'interrupted' })
})
