/** Labels and taints of nodes: what kubectl is told, when it is told again, and what a changed Labfile takes away. */
import t, { type Test } from 'tap'
import { CorruptError } from '../../src/errors.js'
import { createMarks } from '../../src/node/baked-phase.js'
import { labelSteps } from '../../src/phases/labels.js'
import { planUp } from '../../src/plan/up.js'
import type { LabRun } from '../../src/world.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const text = fourNodes()
const withFields = (fields: string) => labOf(text.replace('ip: 192.168.31.63', `$&, ${fields}`))
const FIELDS = 'labels: { disk: ssd, example.com/row: "7" }, taints: ["team=red:NoSchedule", "old:NoExecute"]'

/** A cluster whose API server knows the nodes; the guest keeps klab's marks. */
function stage(t: Test, o: { fields: string; before?: string; taints?: object[]; answer?: string }) {
  const told: string[] = []
  const cluster = { uid: 'u1', there: true }
  const world = makeWorld(t, {
    kubectl: (args) => {
      if (args === 'get nodes -o json') {
        if (o.answer !== undefined) return o.answer
        const item = {
          metadata: { name: 'k8s-node02', uid: cluster.uid },
          spec: o.taints ? { taints: o.taints } : {},
        }
        return JSON.stringify({ items: cluster.there ? [item] : [] })
      }
      if (/^(label|taint) node/.test(args)) return (told.push(args), '')
      return new Error(`unexpected: ${args}`)
    },
  })
  const plain = makeRun(world, withFields(o.fields), { keys: true })
  const before = o.before === undefined ? {} : { applying: withFields(o.before) }
  const run: LabRun = { ...plain, record: { ...plain.record, ...before } }
  const marks = new Map<string, string>()
  world.guests.answers.push(({ node, text: said }) => {
    if (node !== 'k8s-node02') return undefined
    if (said.includes('/var/lib/klab/done 2>')) return [...marks].map(([k, v]) => `${k}:${v}\n`).join('')
    const [, gone] = /done\/\$1" (\S+)$/.exec(said) ?? []
    if (gone !== undefined) return (marks.delete(gone), '')
    return undefined
  })
  const read = (): void => {
    for (const [path, f] of world.guests.files.get('k8s-node02') ?? [])
      if (path.startsWith('/var/lib/klab/done/')) marks.set(path.split('/').at(-1)!, f.content.trim())
  }
  const lines: string[] = []
  const context = { line: (l: string) => lines.push(l), signal: world.signal }
  const steps = () => labelSteps(run, createMarks(run))
  const go = async (): Promise<'already' | 'done'> => {
    const [step] = steps()
    if (await step!.done!(context)) return 'already'
    await step!.run(context)
    read()
    return 'done'
  }
  return { run, steps, go, told, cluster, lines, context, marks }
}

t.test('set once; again when the node is another one in the cluster; provision does it again', async (t) => {
  const s = stage(t, { fields: FIELDS })
  t.match(s.steps(), [{ id: 'labels/k8s-node02', title: /disk=ssd, example\.com\/row=7, team=red:NoSchedule/ }])
  t.equal(await s.go(), 'done')
  t.same(s.told, [
    'label node k8s-node02 disk=ssd example.com/row=7 --overwrite',
    'taint node k8s-node02 team=red:NoSchedule old:NoExecute --overwrite',
  ])
  t.equal(await s.go(), 'already')
  s.cluster.uid = 'u2'
  t.equal(await s.go(), 'done', 'it left and joined again')
  t.equal(await s.go(), 'already')
  await s.steps()[0]!.again!(s.context)
  t.equal(await s.go(), 'done')
})

t.test('what the Labfile no longer has is taken away, a taint only if it is there', async (t) => {
  const taints = [
    { key: 'team', effect: 'NoSchedule', value: 'red' },
    { key: 'node.kubernetes.io/x', effect: 'NoExecute' },
  ]
  const s = stage(t, { fields: 'labels: { disk: hdd }, taints: []', before: FIELDS, taints })
  t.equal(await s.go(), 'done')
  t.same(s.told, [
    'label node k8s-node02 disk=hdd example.com/row- --overwrite',
    'taint node k8s-node02 team:NoSchedule- --overwrite',
  ])
  const none = stage(t, { fields: 'cpus: 2', before: FIELDS })
  t.match(none.steps(), [{ title: 'k8s-node02: disk-, example.com/row-' }])
  await none.go()
  t.same(none.told, ['label node k8s-node02 disk- example.com/row- --overwrite'])
})

t.test('no fields, no phase; a node that is not in the cluster; an answer that is no list', async (t) => {
  const s = stage(t, { fields: FIELDS })
  s.cluster.there = false
  t.equal(await s.go(), 'done')
  t.same([s.told, s.lines], [[], ['it is not in the cluster']])
  t.same([...s.marks.keys()], [], 'the next up sets them')
  const plain = stage(t, { fields: 'cpus: 2' })
  t.same(plain.steps(), [])
  t.notOk(planUp({ ...plain.run, until: 'ready' }).phases.some((p) => p.name === 'labels'))
  t.ok(planUp({ ...s.run, until: 'ready' }).phases.some((p) => p.name === 'labels'))
  for (const answer of ['{', '{}', '{"items":[{}]}'])
    await t.rejects(stage(t, { fields: FIELDS, answer }).go(), CorruptError)
})
