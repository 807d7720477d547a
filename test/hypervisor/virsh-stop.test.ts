/** What a virsh that runs does when klab is told to stop. */
import { join } from 'node:path'
import t from 'tap'
import { Interrupted } from '../../src/errors.js'
import type { HostExec, HostRunOptions } from '../../src/host/types.js'
import { createVirshHypervisor } from '../../src/hypervisor/virsh.js'
import { node } from './specs.js'

/** A virsh that says this state of the one machine; `seen` is called for each other command. */
function virsh(state: number, seen: (verb: string, stops: boolean) => void) {
  const abort = new AbortController()
  const list = `${node.uuid} ${node.name}\n\nDomain: '${node.name}'\n  state.state=${state}\n  state.reason=1\n`
  const run = (argv: readonly string[], o: HostRunOptions = {}) => {
    const verb = argv[4]?.split(' ')[0] ?? ''
    if (verb !== 'list') seen(verb, o.signal !== undefined)
    return Promise.resolve({ stdout: verb === 'list' ? list : '', stderr: '', exitCode: 0, durationMs: 1 })
  }
  const exec = { run } as HostExec
  return { abort, h: createVirshHypervisor({ exec, uri: 'qemu:///session', signal: abort.signal }) }
}

t.test('Ctrl-C ends a virsh that runs, but none that writes RAM; what begins later cleans up', async (t) => {
  const told: [string, boolean][] = []
  const { h, abort } = virsh(3, (...what) => told.push(what))
  await h.start(node.name)
  await h.freeze(node.name, { memory: join(t.testdir(), 'm'), disk: '/d' })
  abort.abort()
  await h.start(node.name)
  t.same(told, [
    ['resume', true],
    ['domblklist', false],
    ['snapshot-create', false],
    ['resume', false],
  ])
})

t.test('a guest that takes its time to shut down is not waited for after Ctrl-C', async (t) => {
  const { h, abort } = virsh(1, () => abort.abort())
  await t.rejects(h.stop(node.name, 60_000), Interrupted)
})
