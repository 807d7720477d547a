import t from 'tap'
import { refreshCalicoToken } from '../../src/snapshot/calico-token.js'
import { makeStage } from './stage.js'

t.test('Calico, after a longer sleep than its CNI plugin’s token may live, is started anew', async (t) => {
  for (const [hours, times] of [
    [0.5, 0],
    [26, 1],
  ] as const) {
    const s = await makeStage(t)
    const { kubernetes, ...lab } = s.lab.record.lab
    s.lab.record = {
      ...s.lab.record,
      lab: { ...lab, kubernetes: { ...kubernetes!, cni: { name: 'calico', version: '3.21.6', encapsulation: 'vxlan' } } },
    }
    let restarts = 0
    s.world.guests.answers.unshift(({ text }) => (text.includes('rollout restart daemonset/calico-node') ? (restarts++, '') : undefined))
    await refreshCalicoToken(s.lab, hours * 3600, 1000)
    t.equal(restarts, times, `${hours} h`)
  }
  const s = await makeStage(t)
  await refreshCalicoToken(s.lab, 93_600, 1000)
  t.same(s.world.guests.calls, [], 'flannel has no such token')
})
