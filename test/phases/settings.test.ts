import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { HOSTS, KEYS, settingsSteps } from '../../src/phases/settings.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

/** Runs a script on a file in place of the guest's; the file afterwards. */
function edit(t: Test, text: string, script: (file: string) => string, ...args: readonly string[]): string {
  const file = join(t.testdir(), 'file')
  writeFileSync(file, text)
  execFileSync('bash', ['-s', '--', ...args], { input: script(file) })
  return readFileSync(file, 'utf8')
}
const hosts = (file: string): string => HOSTS.replaceAll('/etc/hosts', file)
const keys = (file: string): string => KEYS.replace(/^file=.*$/m, `file=${file}`)

t.test('/etc/hosts: nodes come and go, a trainee’s own lines stay', (t) => {
  const before = '127.0.0.1 localhost\n10.0.0.9 mine\n192.168.31.61 a\n192.168.31.62\tb alias\n192.168.31.6 ab\n'
  const lines = '192.168.31.61 a\n192.168.31.63 c'
  const after = `127.0.0.1 localhost\n10.0.0.9 mine\n192.168.31.6 ab\n${lines}\n`
  t.equal(edit(t, before, hosts, 'a b c', lines), after)
  t.equal(edit(t, after, hosts, 'a b c', lines), after, 'once more')
  t.end()
})

t.test('authorized keys: the Labfile’s come and go, others stay', (t) => {
  t.equal(edit(t, 'lab\nold one\nmine\n', keys, 'klab', 'old one\nnew', 'new'), 'lab\nmine\nnew\n')
  t.equal(edit(t, 'lab\nmine\nnew\n', keys, 'klab', 'new', ''), 'lab\nmine\n')
  t.equal(edit(t, 'lab\n', keys, 'klab', 'n', 'n'), 'lab\nn\n')
  t.end()
})

t.test('every node hears of names that are new and of those that left; keys only where there are some', async (t) => {
  const world = makeWorld(t)
  const before = labOf(fourNodes())
  const lab = labOf(
    fourNodes().replace(/ {2}- \{ name: k8s-node03.*\n/, '  - { name: k8s-node04, ip: 192.168.31.65 }\n'),
  )
  world.guests.answers.push(() => '')
  for (const step of settingsSteps(makeRun(world, lab, { keys: true }), before))
    await step.run({ line: () => undefined, signal: world.signal })
  t.same(
    world.guests.calls.map((c) => c.node),
    ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node04'],
  )
  t.match(world.guests.calls[0]?.text, /k8s-master01 k8s-node01 k8s-node02 k8s-node03 k8s-node04 192\.168\.31\.61/)
})
