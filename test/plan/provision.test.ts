import t from 'tap'
import { GUEST_PHASES } from '../../src/labfile/phases.js'
import { planProvision } from '../../src/plan/provision.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const ids = (
  t: Parameters<typeof makeWorld>[0],
  ...args: [readonly (typeof GUEST_PHASES)[number][], readonly string[]]
): string[] =>
  planProvision(makeRun(makeWorld(t), labOf(fourNodes())), ...args).phases.flatMap((p) => p.steps.map((s) => s.id))
const ALL = ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node03']

t.test('all phases on all nodes: the guest phases of up, none of which asks whether it is done', (t) => {
  const plan = planProvision(makeRun(makeWorld(t), labOf(fourNodes())), GUEST_PHASES, ALL)
  t.equal(plan.goal, 'provision')
  t.same(
    plan.phases.map((p) => p.name),
    // This lab has no add-ons.
    GUEST_PHASES.filter((p) => p !== 'addons' && p !== 'labels'),
  )
  for (const p of plan.phases) for (const s of p.steps) t.notOk('done' in s, s.id)
  t.end()
})

t.test('a worker alone: its own steps, nothing of the cluster', (t) => {
  t.same(
    ids(t, GUEST_PHASES, ['k8s-node02']),
    ['system', 'runtime', 'packages', 'images', 'workers'].map((p) => `${p}/k8s-node02`),
  )
  t.end()
})

t.test('the control plane has the cluster’s steps', (t) => {
  t.same(ids(t, ['control-plane', 'workers', 'cni', 'ready'], ['k8s-master01']), [
    'control-plane/k8s-master01',
    'cni/calico',
    'ready/cluster',
  ])
  t.same(ids(t, ['workers'], ['k8s-master01']), [])
  t.end()
})

t.test('its mark is dropped before a step runs', async (t) => {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  world.guests.answers.push(() => '')
  const [system] = planProvision(run, ['system'], ['k8s-node01']).phases
  await system!.steps[0]!.run({ line: () => undefined, signal: world.signal })
  const said = world.guests.calls.map((c) => c.text)
  t.match(said, [/rm -f -- .* system$/, /set-hostname/, /run\.sh system /])
})
