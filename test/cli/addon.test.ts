import t from 'tap'
import { formatAddons } from '../../src/cli/addon.js'
import { fourNodes } from '../fakes/world.js'
import { makeKlab } from './klab.js'

t.test('one line for each, and why one cannot be had', (t) => {
  const metrics = {
    name: 'metrics-server',
    title: 'CPU and memory',
    course: '1.3.3',
    version: '0.5.0',
    images: ['r/m:v1'],
  }
  const text = formatAddons([
    { ...metrics, enabled: true, image: 'bundle', problem: null },
    { ...metrics, name: 'x', version: null, enabled: false, image: 'none', problem: 'there is no x' },
    { ...metrics, name: 'y', enabled: false, image: 'make', problem: null },
  ])
  t.same(
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
    [
      ['ADDON', 'VERSION', 'ENABLED', 'IMAGES', 'COURSE', 'WHAT'],
      ['metrics-server', '0.5.0', 'yes', 'in the bundle', '1.3.3', 'CPU and memory'],
      ['x', '-', 'no', 'cannot be had', '1.3.3', 'CPU and memory'],
      ['y', '0.5.0', 'no', 'when enabled', '1.3.3', 'CPU and memory'],
      ['x: there is no x'],
    ],
  )
  t.end()
})

t.test('klab addon, as a program', async (t) => {
  const klab = makeKlab(t, fourNodes('kubernetes: { bundle: source, addons: [metrics-server] }\n'))
  const list = await klab.run('addon', 'list', '--json')
  t.equal(list.code, 0, list.stderr)
  t.match(JSON.parse(list.stdout), [
    { name: 'dashboard', enabled: false, image: 'none' },
    { name: 'metrics-server', enabled: true, image: 'make' },
  ])
  t.match((await klab.run('completion', 'bash', '--words', '--', 'addon', 'enable', 'm')).stdout, 'metrics-server\n')
  t.match(await klab.run('addon', 'enable', 'metrics-server'), { code: 1, stderr: /this lab is not up/ })
  t.match(await klab.run('addon', 'enable'), { code: 2 })
  t.match(await klab.run('addon'), { code: 2, stderr: /klab addon/ })
})
