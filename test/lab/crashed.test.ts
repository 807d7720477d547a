import t from 'tap'
import { up } from '../../src/lab/up-phases.js'
import { readStatus } from '../../src/lab/status.js'
import { domainName } from '../../src/node/names.js'
import { upStage } from './up-stage.js'

t.test('a machine whose QEMU died: status names it, up boots that one and leaves the other alone', async (t) => {
  const s = await upStage(t)
  const go = async () => up(s.world, await s.open(), { until: 'system', accel: 'tcg', report: () => undefined })
  await go()
  const [a, b] = ['a', 'b'].map((n) => domainName(s.record.id, n)) as [string, string]
  s.world.hypervisor.kill(b)
  t.match(await readStatus(s.world, s.record, s.paths), {
    state: 'partial',
    nodes: [
      { name: 'a', state: 'running' },
      { name: 'b', state: 'crashed' },
    ],
  })
  s.world.hypervisor.calls.length = s.world.commands.length = 0
  t.match(await go(), { state: 'running' })
  t.same(
    s.world.hypervisor.calls.filter((c) => !c.startsWith('ensure')),
    [`start ${b}`],
  )
  t.notOk(s.world.hypervisor.calls.some((c) => c.endsWith(a)))
  t.same(s.world.commands, [], 'its disk is the old one')
})
