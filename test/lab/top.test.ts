import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openLab } from '../../src/index.js'
import { formatUsage } from '../../src/cli/top.js'
import { parseUsage } from '../../src/hypervisor/parse.js'
import { domainName } from '../../src/node/names.js'
import { fakeDoors } from '../fakes/doors.js'
import { fourNodes } from '../fakes/world.js'
import { makeStage, saveAs } from '../snapshot/stage.js'

t.test('memory, CPU of the last second, disk; of a node that is off its disk alone', async (t) => {
  const s = await makeStage(t, fourNodes('kubernetes: false\n'))
  const { hypervisor, clock } = s.world
  writeFileSync(s.lab.record.labfile, fourNodes('kubernetes: false\n'))
  const lab = await openLab({ doors: fakeDoors(s.world) })
  const domain = (n: string): string => domainName(s.lab.record.id, n)
  await hypervisor.stop(domain('k8s-node02'), 0)
  writeFileSync(join(s.lab.paths.node('k8s-node02').dir, 'disk-x.qcow2'), Buffer.alloc(5 * 2 ** 20, 1))
  const sleep = clock.sleep.bind(clock)
  clock.sleep = (ms, signal) => {
    hypervisor.cpuNs.set(domain('k8s-node01'), 1.5e9)
    return sleep(ms, signal)
  }
  const usage = await lab.top()
  t.match(usage, {
    lab: 'course',
    snapshotBytes: 0,
    nodes: [
      { name: 'k8s-master01', state: 'running', memoryBytes: 2 ** 20, memoryLimitBytes: 3 * 2 ** 30, cpuPercent: 0 },
      { name: 'k8s-node01', cpuPercent: 150, cpus: 2 },
      { name: 'k8s-node02', state: 'shut-off', memoryBytes: null, cpuPercent: null },
      { name: 'k8s-node03' },
    ],
  })
  t.ok((usage.nodes[2]?.diskBytes ?? 0) >= 5 * 2 ** 20)
  const text = formatUsage(usage)
  t.match(text, /^NAME +STATE +MEMORY +OF +CPU +CPUS +DISK\nk8s-master01 +running +1\.0 MiB +3\.0 GiB +0% +2 /)
  t.match(text, /\nk8s-node02 +shut-off +- +3\.0 GiB +- +2 +5\.\d MiB\n/)
  t.match(text, /\nall +3\.0 MiB +12 GiB +150% +8 /)
  await hypervisor.start(domain('k8s-node02'))
  await saveAs(s, 'a')
  t.ok((await lab.top()).snapshotBytes > 0)
})

t.test('what virsh prints', (t) => {
  const text =
    "Domain: 'klab-a'\n  cpu.time=48618817000\n  cpu.user=1\n  balloon.current=3145728\n  balloon.rss=785052\n\n" +
    "Domain: 'off'\n\nDomain: 'b'\n  balloon.rss=1\n"
  t.same(
    [...parseUsage(text)],
    [
      ['klab-a', { memoryBytes: 785_052 * 1024, cpuNs: 48_618_817_000 }],
      ['b', { memoryBytes: 1024, cpuNs: undefined }],
    ],
  )
  t.end()
})
