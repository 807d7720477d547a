import { writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { Interrupted } from '../../src/errors.js'
import { recover, markSettled } from '../../src/snapshot/recover.js'
import { refreshTokens } from '../../src/snapshot/tokens.js'
import { readRecord, writeRecord } from '../../src/state/record.js'
import { makeStage, saveAs, type Stage } from './stage.js'

/** What is restarted from now on, in order, and where. */
function watch(s: Stage): readonly string[] {
  const anew: string[] = []
  s.world.guests.answers.unshift(({ node, text }) => {
    const what =
      /daemonset\/(calico-node)/.exec(text)?.[1] ??
      (text.includes('name=kube-controller-manager') ? 'controllers' : undefined)
    return what === undefined ? undefined : (anew.push(`${what} ${node}`), '')
  })
  return anew
}

/** With Calico for its pod network. */
async function calicoStage(test: Test, version = '1.21.0'): Promise<Stage> {
  const s = await makeStage(test)
  const { kubernetes, ...lab } = s.lab.record.lab
  const cni = { name: 'calico', version: '3.21.6', encapsulation: 'vxlan' } as const
  s.lab.record = { ...s.lab.record, lab: { ...lab, kubernetes: { ...kubernetes!, version, cni } } }
  return s
}

t.test('what a step of the clock asks for: nothing, the controllers, Calico’s plugin too', async (t) => {
  for (const [seconds, wanted] of [
    // Renewed with 12 minutes left, a fifth of an hour.
    [599, []],
    [601, ['controllers k8s-master01']],
    [26 * 3600, ['controllers k8s-master01', 'calico-node k8s-master01']],
  ] as const) {
    const s = await calicoStage(t)
    const anew = watch(s)
    await refreshTokens(s.lab, seconds, 1000)
    t.same(anew, wanted, `${seconds} s`)
    t.equal(s.said.filter((line) => line.includes(' restarts')).length, anew.length, 'and it is said')
    t.equal(
      s.said.filter((line) => /^kube-controller-manager is healthy, [\d.]+ s later$/.test(line)).length,
      Math.min(1, anew.length),
      'also when it has come',
    )
  }
  for (const [s, why] of [
    [await makeStage(t), 'flannel has no such token'],
    [await calicoStage(t, '1.20.2'), 'before 1.21 it has no end'],
  ] as const) {
    const anew = watch(s)
    await refreshTokens(s.lab, 26 * 3600, 1000)
    t.same(anew, ['controllers k8s-master01'], why)
  }
})

t.test('Ctrl-C before the clocks are set: the next klab has them to set', async (t) => {
  const s = await calicoStage(t)
  s.lab.record = { ...s.lab.record, unsettled: true }
  await writeRecord(s.lab.paths.record, s.lab.record)
  s.world.guests.answers.unshift(({ text }) => {
    if (text.includes('rtc0')) s.world.abort.abort()
    return text.includes('rtc0') ? new Interrupted() : undefined
  })
  await t.rejects(recover(s.lab), Interrupted)
  t.match(await readRecord(s.lab.paths.record), { unsettled: true })
})

t.test('a klab that did not live to see to it: the next one does, once', async (t) => {
  const s = await calicoStage(t)
  writeFileSync(s.lab.paths.kubeconfig, 'ca')
  const { id } = await saveAs(s, 'a')
  s.lab.record = { ...s.lab.record, unsettled: true, snapshot: id }
  const anew = watch(s)
  await recover(s.lab)
  t.same(anew, [], 'a snapshot of just now')
  s.lab.record = { ...s.lab.record, unsettled: true }
  s.world.clock.time += 26 * 3_600_000
  t.equal(await recover(s.lab), undefined)
  t.same(
    anew,
    ['controllers k8s-master01', 'calico-node k8s-master01'],
    'however little the clocks went on: they may have been set before',
  )
  t.equal((await readRecord(s.lab.paths.record))?.unsettled, false)
  await recover(s.lab)
  t.equal(anew.length, 2)
  s.lab.record = { ...s.lab.record, unsettled: true }
  s.world.guests.answers.unshift(({ text }) => {
    if (text.includes('name=kube-controller-manager')) throw new Error('no answer')
    return undefined
  })
  await recover(s.lab)
  t.match(s.said.at(-1), /not restarted: no answer/, 'a broken guest stops no verb')
  t.equal(s.lab.record.unsettled, false)
  await markSettled(s.lab)
})

t.test('several control planes: the controllers of all of them, Calico’s plugin once', async (t) => {
  const s = await calicoStage(t)
  const { lab } = s.lab.record
  const nodes = lab.nodes.map((n, i) => ({ ...n, role: i < 3 ? ('control-plane' as const) : ('worker' as const) }))
  s.lab.record = { ...s.lab.record, lab: { ...lab, nodes } }
  const anew = watch(s)
  await refreshTokens(s.lab, 26 * 3600, 1000)
  t.same([...anew].sort(), [
    'calico-node k8s-master01',
    ...['k8s-master01', 'k8s-node01', 'k8s-node02'].map((n) => `controllers ${n}`),
  ])
})
