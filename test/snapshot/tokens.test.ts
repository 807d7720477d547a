import t from 'tap'
import { refreshCalicoToken, refreshControllers } from '../../src/snapshot/tokens.js'
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

t.test('kube-controller-manager is started anew after a step that its tokens do not bear, and its health waited for', async (t) => {
  const started = async (steppedS: number): Promise<readonly string[]> => {
    const s = await makeStage(t)
    const asked: string[] = []
    s.world.guests.answers.unshift(({ node, text }) => (text.includes('name=kube-controller-manager') ? (asked.push(node), '') : undefined))
    await refreshControllers(s.lab, { steppedS, restarted: false }, 1000)
    t.equal(s.said.length, asked.length)
    return asked
  }
  // Renewed with 12 minutes left (a fifth of an hour): less than that is borne at any moment.
  t.same(await started(599), [])
  t.same(await started(601), ['k8s-master01'])
  t.same(await started(86_400), ['k8s-master01'])
})
