import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { explainInput } from '../../src/lab/explain.js'
import { labImages } from '../../src/bundle/cached-bundle.js'
import { readLab, recordedLab } from '../../src/lab/open.js'
import { planUpOf } from '../../src/lab/plan.js'
import { keptKubectl } from '../../src/lab/reach.js'
import { settleBundle } from '../../src/lab/settle-bundle.js'
import { createRun, up } from '../../src/lab/up-phases.js'
import type { BundleChoice } from '../../src/labfile/model.js'
import { imageSteps } from '../../src/phases/image.js'
import { readRecord, writeRecord, type LabRecord } from '../../src/state/record.js'
import { endlessClock } from '../fakes/clock.js'
import { fakeDoors } from '../fakes/doors.js'
import { fourNodes, makeWorld } from '../fakes/world.js'

/** Nobody listens on port 1. */
const LABFILE = fourNodes(
  'kubernetes:\n  version: 1.17.5\n  cni: flannel\n  bundle:\n    source: auto\n    mirrors:\n' +
    '      release: http://127.0.0.1:1\n      registries: { registry.k8s.io: "127.0.0.1:1/k8s" }\n',
)
const NOBODY = { source: 'source', why: /^127\.0\.0\.1:1 cannot be reached/ } as const

function stage(t: Test) {
  const world = makeWorld(t, { files: { Labfile: LABFILE }, host: { 'ip -json route': '[]' } })
  // Port 1 refuses at once; no limit is reached.
  const patient = { ...world, clock: endlessClock }
  const settled = async () => settleBundle(patient, await readLab(world.env, undefined))
  return { world, patient, settled }
}

t.test('plan says what auto becomes, and why; a Labfile that says it has no reason to give', async (t) => {
  const s = stage(t)
  const doors = { ...fakeDoors(s.world), world: () => Promise.resolve(s.patient) }
  const context = { doors, file: undefined, report: () => undefined }
  t.match((await planUpOf(context)).bundle, NOBODY)
  writeFileSync(join(s.world.dir, 'Labfile'), fourNodes('kubernetes: { bundle: source }\n'))
  t.same((await planUpOf(context)).bundle, { source: 'source' })
  writeFileSync(join(s.world.dir, 'Labfile'), fourNodes('kubernetes: false\n'))
  t.equal((await planUpOf(context)).bundle, null)
})

t.test('the choice is kept: the next up does not ask again, and all verbs see what it became', async (t) => {
  const s = stage(t)
  const open = await s.settled()
  t.match(open.bundle, NOBODY)
  await up(s.patient, open, { until: 'network', accel: 'tcg', report: () => undefined })
  const record = (await readRecord(open.paths.record))!
  t.match(record, { bundle: NOBODY, lab: { kubernetes: { bundle: { source: 'auto' } } } })
  t.same((await s.settled()).bundle, open.bundle)
  const chosen: BundleChoice = { source: 'upstream', why: 'it was so when the lab was made' }
  await writeRecord(open.paths.record, { ...record, bundle: chosen })
  const again = await s.settled()
  t.same(again.bundle, chosen, 'though nobody answers now')
  const run = createRun(s.patient, again, { ...record, bundle: chosen }, 'ready')
  t.match(run.lab.kubernetes?.bundle, { source: 'upstream', mirrors: { release: 'http://127.0.0.1:1' } })
  t.match((await explainInput(s.world, again)).lab.kubernetes?.bundle, { source: 'upstream' })
  writeFileSync(join(s.world.dir, 'Labfile'), LABFILE.replace('1.17.5', '1.23.17'))
  t.match((await s.settled()).bundle, NOBODY, 'another version is another bundle')
})

t.test('servers that broke off: what was made of it is recorded', async (t) => {
  const s = stage(t)
  const open = await s.settled()
  await up(s.patient, open, { until: 'network', accel: 'tcg', report: () => undefined })
  const record = (await readRecord(open.paths.record))!
  const run = createRun(s.patient, open, { ...record, bundle: { source: 'upstream', why: 'they answered' } }, 'images')
  const other: BundleChoice = { source: 'source', why: 'upstream broke off: x' }
  let made = false
  const artifacts = {
    ...run.artifacts,
    bundle: () => Promise.resolve(void (made = true)),
    choice: () => (made ? other : run.record.bundle),
  }
  const step = imageSteps({ ...run, artifacts }).find((one) => one.id === 'image/bundle')!
  await step.run({ line: () => undefined, signal: s.world.signal })
  t.match(await readRecord(open.paths.record), { bundle: other })
})

t.test('a lab that an earlier klab made with bundle debian still opens; up says what to write instead', async (t) => {
  const s = stage(t)
  const open = await s.settled()
  await up(s.patient, open, { until: 'network', accel: 'tcg', report: () => undefined })
  const record = (await readRecord(open.paths.record))!
  const lab = { ...record.lab, kubernetes: { ...record.lab.kubernetes, bundle: { source: 'debian' } } }
  const old = { ...record, lab } as LabRecord & { bundle?: unknown }
  delete old.bundle
  await writeRecord(open.paths.record, old)
  writeFileSync(join(s.world.dir, 'Labfile'), LABFILE.replace(/bundle:[^]*$/, 'bundle: debian\n'))
  const again = await recordedLab(s.world.env, undefined)
  t.match(again.record.lab.kubernetes?.bundle, { source: 'debian' })
  t.equal(await keptKubectl(s.world, again.record), undefined, 'the host’s kubectl stands in')
  t.match((await labImages(again.record.lab.kubernetes!, s.world.layers)).all, [/kube-apiserver:v1\.17\.5$/])
  await t.rejects(s.settled(), { name: 'LabfileError', message: /:10:11: kubernetes\.bundle: debian .*write source/ })
})
