import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import t, { type Test } from 'tap'
import { openLab } from '../../src/index.js'
import { fakeDoors } from '../fakes/doors.js'
import { fourNodes } from '../fakes/world.js'
import { makeStage } from '../snapshot/stage.js'

async function open(t: Test) {
  const s = await makeStage(t, fourNodes('kubernetes: false\n'))
  writeFileSync(s.lab.record.labfile, fourNodes('kubernetes: false\n'))
  const lab = await openLab({ doors: fakeDoors(s.world) })
  const console = s.lab.paths.node('k8s-node01').console
  mkdirSync(dirname(console), { recursive: true })
  /** Follows; at each look when nothing is new, the next of `steps` is taken; then it ends. */
  const follow = async (lines: number | undefined, ...steps: (() => void)[]): Promise<string> => {
    let said = ''
    const sleep = s.world.clock.sleep.bind(s.world.clock)
    s.world.clock.sleep = (ms, signal) => {
      const step = steps.shift()
      if (step) step()
      else s.world.abort.abort()
      return sleep(ms, signal)
    }
    await lab.followLogs({ node: 'k8s-node01', lines, onText: (text) => (said += text) })
    return said
  }
  return { ...s, lab, console, follow }
}

t.test('the end, then what comes, in whole lines', async (t) => {
  const s = await open(t)
  writeFileSync(s.console, 'one\ntwo\nthree\nha')
  const half = Buffer.from('课\n')
  const said = await s.follow(
    2,
    () => appendFileSync(s.console, 'lf\nfour\n'),
    () => appendFileSync(s.console, half.subarray(0, 1)),
    () => appendFileSync(s.console, half.subarray(1)),
  )
  t.equal(said, 'two\nthree\nhalf\nfour\n课\n')
})

t.test('one that is not there yet, or begins anew with a boot', async (t) => {
  const s = await open(t)
  const said = await s.follow(
    undefined,
    () => writeFileSync(s.console, 'first boot\n'),
    () => writeFileSync(s.console, 'again\n'),
  )
  t.equal(said, 'first boot\nagain\n')
})

t.test('mistakes', async (t) => {
  const { lab } = await open(t)
  const onText = (): void => undefined
  await t.rejects(lab.followLogs({ node: 'nobody', onText }), { name: 'UsageError', message: /no such node/ })
  await t.rejects(lab.followLogs({ lines: 0, onText }), { name: 'UsageError' })
})
