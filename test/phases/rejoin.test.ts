/** What trainees do to nodes after `up`, and what the next `up` makes of it. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { topologyOf } from '../../src/cluster/topology.js'
import { createMarks } from '../../src/node/baked-phase.js'
import { reviver } from '../../src/phases/revive.js'
import { workerSteps } from '../../src/phases/workers.js'
import { failure, type GuestCall } from '../fakes/guests.js'
import { fourNodes, labOf, makeRun, makeWorld, root } from '../fakes/world.js'

const cert = (t: Test): string => {
  const dir = t.testdir()
  const [key, crt] = [join(dir, 'ca.key'), join(dir, 'ca.crt')]
  const argv = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=k']
  execFileSync('openssl', [...argv, '-keyout', key, '-out', crt], { stdio: 'ignore' })
  return readFileSync(crt, 'utf8')
}

t.test('workers: joined is what the API server says, not klab’s mark alone', async (t) => {
  const ca = cert(t)
  const world = makeWorld(t, { kubectl: () => '' })
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  const marks = new Map<string, string>()
  const reset = new Set<string>()
  const dropped: string[] = []
  world.guests.answers.push(({ node, text }: GuestCall) => {
    if (text === 'sudo: cat /etc/kubernetes/pki/ca.crt') return ca
    if (text.includes('rm -f')) return dropped.push(node) ? '' : ''
    if (text.includes('/var/lib/klab/done')) return marks.has(node) ? `workers:${marks.get(node)!}` : ''
    if (text.includes('kubelet.conf')) return { exitCode: reset.has(node) ? 1 : 0 }
    const mark = /run\.sh workers (\w+)/.exec(text)?.[1]
    if (mark !== undefined) marks.set(node, mark)
    return mark === undefined ? undefined : ''
  })
  const context = { line: () => undefined, signal: world.signal }
  const steps = (nodes: ReadonlyMap<string, boolean> | undefined) =>
    workerSteps(run, run.lab.kubernetes!, topologyOf(run.lab)!, {
      marks: createMarks(run),
      askNodes: () => Promise.resolve(nodes),
    })
  const done = (nodes: ReadonlyMap<string, boolean> | undefined) =>
    Promise.all(steps(nodes).map((s) => s.done!(context)))
  t.same(await done(undefined), [false, false, false], 'never joined')
  for (const s of steps(undefined)) await s.run(context)
  t.same(dropped, [])
  t.same(await done(undefined), [true, true, true], 'a server that does not answer cannot tell')
  const all = { 'k8s-master01': true, 'k8s-node01': true, 'k8s-node02': true, 'k8s-node03': true }
  t.same(await done(new Map(Object.entries(all))), [true, true, true])
  const deleted = new Map(Object.entries({ ...all, 'k8s-node02': false }).filter(([n]) => n !== 'k8s-node03'))
  t.same(await done(deleted), [true, true, false], 'deleted; NotReady alone is no reason')
  reset.add('k8s-node02')
  t.same(await done(deleted), [true, false, false], 'reset')
  await steps(deleted)[2]!.run(context)
  t.same(dropped, ['k8s-node03'], 'else run.sh would find its mark, and do nothing')
})

t.test('workers.sh: a node that was deleted comes back when its kubelet starts anew', (t) => {
  const dir = t.testdir()
  for (const d of ['bin', 'etc/kubernetes', 'etc/klab', 'var/lib/klab', 'var/lib/kubelet/pki', 'usr/lib/klab'])
    mkdirSync(join(dir, d), { recursive: true })
  const moved = (text: string): string =>
    text.replace(/\/(etc\/kubernetes|etc\/klab|var\/lib|usr\/lib\/klab)\b/g, `${dir}/$1`)
  const phases = join(root, 'cloud-init/phases')
  writeFileSync(join(dir, 'usr/lib/klab/retry.sh'), readFileSync(join(phases, 'retry.sh')))
  writeFileSync(join(dir, 'workers.sh'), moved(readFileSync(join(phases, 'workers.sh'), 'utf8')))
  writeFileSync(join(dir, 'etc/kubernetes/kubelet.conf'), 'x')
  writeFileSync(join(dir, 'var/lib/kubelet/pki/kubelet-client-current.pem'), 'x')
  const program = (name: string, text: string): void => {
    writeFileSync(join(dir, 'bin', name), `#!/bin/bash\necho "${name} $*" >>"${dir}/log"\n${text}\n`)
    chmodSync(join(dir, 'bin', name), 0o755)
  }
  const run = (): string => {
    writeFileSync(join(dir, 'log'), '')
    const env = { PATH: `${dir}/bin:${process.env['PATH'] ?? ''}`, KLAB_NODE: 'n', KLAB_CRI_SOCKET: '/s' }
    execFileSync('bash', ['-euo', 'pipefail', join(dir, 'workers.sh')], { env, stdio: 'ignore' })
    return readFileSync(join(dir, 'log'), 'utf8')
  }
  program('kubeadm', 'exit 1')
  program('ip', '')
  program('systemctl', `[ "$1" != restart ] || touch "${dir}/known"`)
  program(
    'kubectl',
    `[ -e "${dir}/known" ] || { echo 'Error from server (NotFound): nodes "n" not found' >&2; exit 1; }`,
  )
  t.match(run(), /ip link delete cni0\nsystemctl restart kubelet[^]*annotate/)
  t.notMatch(run(), /restart|cni0/, 'one that is known is left alone')
  program('kubectl', `[[ $* != *get* ]] || { echo 'Unable to connect to the server' >&2; exit 1; }`)
  t.notMatch(run(), /restart/, 'as is one whose API server does not answer')
  t.end()
})

t.test('kubelet or docker stopped or masked: started again after a while, once, and told', async (t) => {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  const lines: string[] = []
  const asked: string[] = []
  world.guests.answers.push(({ node, text }) => {
    if (!text.includes('unmask')) return undefined
    asked.push(node)
    t.match(text, / docker kubelet$/)
    return node === 'k8s-node02' ? failure(node, ['sudo'], 1, 'no route') : 'kubelet was stopped and masked: active\n'
  })
  const revive = reviver(run, (line) => lines.push(line))
  await revive(['k8s-node01', 'k8s-node02'])
  world.clock.pass(30_000)
  await revive(['k8s-node01'])
  world.clock.pass(60_000 * run.profile.patience)
  await revive(['k8s-node01', 'k8s-node02'])
  await revive(['k8s-node01', 'k8s-node02'])
  t.same(asked, ['k8s-node01'], 'one that was Ready in between begins anew')
  world.clock.pass(60_000 * run.profile.patience)
  await revive(['k8s-node01', 'k8s-node02'])
  t.same(asked, ['k8s-node01', 'k8s-node02'])
  t.match(lines, [/^k8s-node01: kubelet was stopped and masked: active$/, /^k8s-node02: .*/])
})
