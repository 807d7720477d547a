import { readFileSync } from 'node:fs'
import t from 'tap'
import { formatStatus } from '../../src/cli/status.js'
import { root } from '../fakes/world.js'
import { stage } from './status-stage.js'

t.test(
  'three control planes: the first is off, another one’s API server is shown, and the address they share',
  async (t) => {
    const labfile = readFileSync(`${root}/labs/ha/Labfile`, 'utf8')
    const s = stage(t, ['shut-off', 'running', 'running', 'running'], labfile)
    s.cluster()
    const names = ['k8s-master01', 'k8s-master02', 'k8s-master03', 'k8s-node01']
    const status = await s.read(() => Promise.resolve(new Map(names.map((name, i) => [name, i > 0]))))
    t.match(status.cluster, {
      apiServer: 'https://127.0.0.1:22101',
      endpoint: '192.168.31.60:8443',
      ready: 3,
      total: 4,
    })
    t.equal(status.nodes.filter((n) => n.role === 'control-plane').length, 3)
    const text = formatStatus(status, 0)
    t.match(text, /^the control planes share 192\.168\.31\.60:8443$/m)
    t.match(text, /^k8s-master01 .*shut-off/m)
    const all = stage(t, ['running', 'running', 'running', 'running'], labfile)
    all.cluster()
    t.match((await all.read(() => Promise.resolve(undefined))).cluster, { apiServer: 'https://127.0.0.1:22100' })
    t.notMatch(formatStatus(await stage(t, []).read(), 0), 'share')
  },
)
