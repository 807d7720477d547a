import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import t, { type Test } from 'tap'
import { open } from './facade-stage.js'

async function openLogs(t: Test) {
  const s = await open(t)
  const { lab } = s
  const console = s.paths.node('k8s-node01').console
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
  return { ...s, console, follow }
}

t.test('the end, then what comes, in whole lines', async (t) => {
  const s = await openLogs(t)
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
  const s = await openLogs(t)
  const said = await s.follow(
    undefined,
    () => writeFileSync(s.console, 'first boot\n'),
    () => writeFileSync(s.console, 'again\n'),
  )
  t.equal(said, 'first boot\nagain\n')
})

t.test('mistakes', async (t) => {
  const { lab } = await openLogs(t)
  const onText = (): void => undefined
  await t.rejects(lab.followLogs({ node: 'nobody', onText }), { name: 'UsageError', message: /no such node/ })
  await t.rejects(lab.followLogs({ lines: 0, onText }), { name: 'UsageError' })
})
