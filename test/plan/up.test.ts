import { readFileSync } from 'node:fs'
import t from 'tap'
import { PHASE_NAMES, upTo } from '../../src/labfile/phases.js'
import type { Plan } from '../../src/step.js'
import { planUp } from '../../src/plan/up.js'
import { golden } from '../fakes/golden.js'
import { fourNodes, labOf, makeRun, makeWorld, root, type RunChoice } from '../fakes/world.js'

const format = (plan: Plan): string =>
  [
    `${plan.goal} ${plan.lab}`,
    ...plan.phases.flatMap((p) => [`${p.name}: ${p.title}`, ...p.steps.map((s) => `  ${s.id}  ${s.title}`)]),
    '',
  ].join('\n')
const planned = (t: Parameters<typeof makeWorld>[0], text: string, o: RunChoice = {}): Plan =>
  planUp(makeRun(makeWorld(t), labOf(text), o))
const phases = (plan: Plan): string[] => plan.phases.map((p) => p.name)

for (const name of ['quickstart', 'single', 'plain', 'containerd', 'modern', 'ha']) {
  t.test(`labs/${name}`, (t) => {
    golden(t, `plan/${name}.txt`, format(planned(t, readFileSync(`${root}/labs/${name}/Labfile`, 'utf8'))))
    t.end()
  })
}

t.test('image: debian-13', (t) => {
  const text = fourNodes('image: debian-13\nkubernetes: { version: 1.30.14, runtime: containerd, bundle: source }\n')
  golden(t, 'plan/debian-13.txt', format(planned(t, text)))
  t.end()
})

t.test('Labfile.example', (t) => {
  golden(t, 'plan/example.txt', format(planned(t, readFileSync(`${root}/Labfile.example`, 'utf8'), { accel: 'kvm' })))
  t.end()
})

t.test('--until stops after that phase, for every phase', (t) => {
  for (const until of PHASE_NAMES) {
    t.same(
      phases(planned(t, fourNodes(), { until })),
      // A lab without them has no such phases.
      PHASE_NAMES.filter((p) => upTo(p, until) && p !== 'addons' && p !== 'labels'),
      until,
    )
  }
  t.end()
})

t.test('plain machines: no phase of Kubernetes, whatever --until says', (t) => {
  const plain = ['network', 'image', 'node-image', 'machines', 'boot', 'system']
  t.same(phases(planned(t, fourNodes('kubernetes: false\n'))), plain)
  t.same(phases(planned(t, fourNodes('kubernetes: false\n'), { until: 'boot' })), plain.slice(0, 5))
  t.end()
})

t.test('cni: none leaves the pod network to the trainee: only that all nodes joined is proved', (t) => {
  const plan = planned(t, fourNodes('kubernetes: { cni: none }\n'))
  t.same(phases(plan).slice(-3), ['control-plane', 'workers', 'ready'])
  t.same(
    plan.phases.at(-1)?.steps.map((s) => s.id),
    ['ready/joined'],
  )
  t.end()
})

t.test('step ids are unique and name their phase', (t) => {
  const plan = planned(t, fourNodes())
  const ids = plan.phases.flatMap((p) => p.steps.map((s) => s.id))
  t.equal(new Set(ids).size, ids.length)
  for (const p of plan.phases) for (const s of p.steps) t.ok(s.id.startsWith(`${p.name}/`), s.id)
  t.end()
})

t.test('planning touches nothing: no command, no guest, no file', (t) => {
  const world = makeWorld(t)
  planUp(makeRun(world, labOf(fourNodes())))
  t.same([world.commands, world.guests.calls, world.hypervisor.calls, world.l2Calls], [[], [], [], []])
  t.end()
})
