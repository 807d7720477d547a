import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import t, { type Test } from 'tap'
import { drainArgs, leaveSteps } from '../../src/phases/leave.js'
import { machineSpec } from '../../src/node/machine.js'
import { domainName } from '../../src/node/names.js'
import { cards, fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

/** The course's lab; k8s-node03 runs, and leaves. */
async function stage(t: Test, o: { known?: boolean; running?: boolean; reset?: number; cluster?: boolean } = {}) {
  const done: string[] = []
  const world = makeWorld(t, {
    kubectl: (args) => {
      done.push(`kubectl ${args}`)
      return args.startsWith('get') && o.known !== false ? 'node/k8s-node03\n' : ''
    },
  })
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  mkdirSync(dirname(run.paths.kubeconfig), { recursive: true })
  if (o.cluster !== false) writeFileSync(run.paths.kubeconfig, '')
  const node = run.lab.nodes[3]!
  await world.hypervisor.ensureMachine(
    machineSpec(run, node, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, node.name) }),
  )
  const domain = domainName(run.id, node.name)
  if (o.running !== false) await world.hypervisor.start(domain)
  world.hypervisor.calls.length = 0
  world.guests.answers.push(({ node: on, text }) => (done.push(`${on} ${text}`), { exitCode: o.reset ?? 0 }))
  world.hypervisor.onCall = (verb) => void done.push(verb)
  const context = { line: () => undefined, signal: world.signal }
  for (const step of leaveSteps(run, [node])) await step.run(context)
  return { done, world }
}

t.test('drained, reset, deleted from the cluster; then the machine goes', async (t) => {
  const { done, world } = await stage(t)
  t.same(done, [
    'kubectl get node k8s-node03 --ignore-not-found -o name',
    `kubectl drain k8s-node03 --ignore-daemonsets --delete-emptydir-data --force --timeout=${done[1]!.split('=')[1]!}`,
    'k8s-node03 sudo: kubeadm reset -f',
    'kubectl delete node k8s-node03 --ignore-not-found',
    'remove',
  ])
  t.same(await world.hypervisor.owned(), [])
})

t.test('what the cluster does not know is not drained; a machine that is off is not asked', async (t) => {
  const unknown = await stage(t, { known: false })
  t.notMatch(unknown.done.join('\n'), /drain/)
  const off = await stage(t, { running: false })
  t.notMatch(off.done.join('\n'), /drain|reset/)
  t.match(off.done.join('\n'), /delete node k8s-node03[^]*remove/)
})

t.test('a lab that has no cluster yet: its machine goes, and nobody is asked', async (t) => {
  const { done, world } = await stage(t, { cluster: false })
  t.same(done, ['remove'])
  t.same(await world.hypervisor.owned(), [])
})

t.test('a reset that fails does not keep the machine', async (t) => {
  const { world } = await stage(t, { reset: 1 })
  t.same(await world.hypervisor.owned(), [])
})

t.test('drain: the flag’s name before 1.20', (t) => {
  t.match(drainArgs('1.17.5', 'n', 5), ['drain', 'n', '--ignore-daemonsets', '--delete-local-data'])
  t.match(drainArgs('1.37.2', 'n', 5), ['drain', 'n', '--ignore-daemonsets', '--delete-emptydir-data'])
  t.end()
})
