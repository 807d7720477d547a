import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { validate } from '../../src/lab/look.js'
import { planUpOf } from '../../src/lab/plan.js'
import { makeBundle } from '../../src/bundle/ensure.js'
import { folderMaker, spec } from '../bundle/fixtures/user-folder.js'
import { makeContext } from '../bundle/fixtures/world.js'
import { fakeDoors } from '../fakes/doors.js'
import { fourNodes, makeWorld } from '../fakes/world.js'

t.setTimeout(300_000)
const { folderWith } = folderMaker(t)

const labfile = (dir: string, more = ''): string =>
  fourNodes(`kubernetes:\n  version: 1.17.5\n  cni: calico\n  bundle: { dir: ${dir} }\n${more}`)

t.test('a bundle folder that is empty or lacks something: validate and plan say so, at its place', async (t) => {
  const world = makeWorld(t, { files: { Labfile: '' }, host: { 'ip -json route': '[]' } })
  const c = { doors: fakeDoors(world), file: undefined, report: () => undefined }
  const write = (dir: string): void => writeFileSync(join(world.dir, 'Labfile'), labfile(dir))
  const refused = async (message: RegExp, what: string): Promise<void> => {
    const want = { name: 'LabfileError', exitCode: 2, message }
    await t.rejects(validate(c), want, `validate: ${what}`)
    await t.rejects(planUpOf(c), want, `plan: ${what}`)
  }
  const empty = join(world.dir, 'empty')
  mkdirSync(empty)
  write(empty)
  await refused(
    /Labfile:10:18: kubernetes\.bundle\.dir: .*empty: lacks what Kubernetes 1\.17\.5 with Calico needs:\n {2}image k8s/,
    'empty',
  )
  const dir = folderWith(world, ['k8s.1.17.5.tar', 'calico.tar'])
  write(dir)
  t.match(await validate(c), { lab: { name: 'course' } })
  t.match(await planUpOf(c), { bundle: { source: 'dir' } })
  rmSync(join(dir, 'kubeadm'))
  await refused(/handed-1: lacks what .* needs:\n {2}program kubeadm$/, 'no kubeadm')
  const whole = (
    await makeBundle(spec(folderWith(world, ['k8s.1.17.5.tar', 'calico.tar'])), makeContext(t, join(world.dir, 'own')))
  ).dir
  write(whole)
  await validate(c)
  rmSync(join(whole, 'bin/kubelet'))
  await refused(/lacks what it needs:\n {2}bin\/kubelet$/, 'a whole bundle')
  write('gone')
  await refused(/kubernetes\.bundle\.dir: no such folder/, 'gone')
})

t.test('plan shows the Labfile’s own settings of kubelet and the control plane', async (t) => {
  const own =
    'kubernetes:\n  bundle: source\n  kubelet: { maxPods: 50 }\n' +
    '  apiServer: { extraArgs: { audit-log-maxage: "7" } }\n  scheduler: { extraArgs: { v: "4" } }\n' +
    '  ignorePreflightErrors: [NumCPU, Mem]\n'
  const world = makeWorld(t, { files: { Labfile: fourNodes(own) }, host: { 'ip -json route': '[]' } })
  const plan = await planUpOf({ doors: fakeDoors(world), file: undefined, report: () => undefined })
  t.same(plan.settings, [
    'kubelet.maxPods: 50',
    'apiServer.extraArgs.audit-log-maxage: "7"',
    'scheduler.extraArgs.v: "4"',
    'ignorePreflightErrors: NumCPU, Mem',
  ])
})
