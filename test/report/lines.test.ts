import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { columns } from '../../src/report/columns.js'
import type { Event, Renderer } from '../../src/report/events.js'
import { openLogFile } from '../../src/report/log-file.js'
import { createRenderer } from '../../src/report/renderer.js'
import { wantsColor } from '../../src/report/options.js'
import { tee } from '../../src/report/tee.js'
import { age, clean, duration, truncate, width } from '../../src/report/text.js'
import { handClock, START, story } from './fixtures/story.js'

async function tell(kind: 'plain' | 'json', color = false): Promise<string> {
  const clock = handClock()
  let text = ''
  const renderer = await createRenderer(kind, { stream: { write: (s) => (text += s) }, clock, color })
  for (const [at, event] of story) {
    clock.time = START + at
    renderer.report(event)
  }
  renderer.close()
  return text
}

t.test('age, as kubectl writes it', (t) => {
  const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000] as const
  for (const [ms, text] of [
    [-second, '0s'],
    [119 * second, '119s'],
    [120 * second, '2m'],
    [9 * minute + 5 * second, '9m5s'],
    [179 * minute, '179m'],
    [3 * hour + 20 * minute, '3h20m'],
    [47 * hour, '47h'],
    [5 * day + 3 * hour, '5d3h'],
    [400 * day, '400d'],
    [765 * day, '2y35d'],
  ] as const)
    t.equal(age(ms), text)
  t.end()
})

t.test('plain', async (t) => {
  t.equal(
    await tell('plain'),
    `[  0.0s] up quickstart: network, boot
[  0.0s] == network: private L2 segment
[  0.0s] network/switch: vde_switch
[  0.4s] network/switch: already
[  0.4s] == network: ended after 0.4s
[  0.4s] == boot: power on, SSH, cloud-init (1m30s the last time)
[  0.4s] boot/k8s-master01: k8s-master01 boots
[  0.4s] boot/k8s-node01: 节点一 boots
[  0.5s] boot/k8s-node01 | powered on, SSH on 127.0.0.1:22001
[  0.6s] slow-host profile: TCG
[ 1m05s] boot/k8s-master01: done in 1m05s
[ 1m06s] warning: the clock of k8s-node01 is 3 s behind
[ 2m05s] boot/k8s-node01: failed in 2m05s
[ 2m05s] boot/k8s-node01 ! k8s-node01: SSH: gave up
[ 2m05s] boot/k8s-node01 ! last lines
`,
  )
  const painted = await tell('plain', true)
  t.match(painted, '\u001b[31mfailed\u001b[39m in 2m05s')
  t.match(painted, '\u001b[36malready\u001b[39m')
})

t.test('json: each event with its time, one a line', async (t) => {
  const lines = (await tell('json')).split('\n')
  t.equal(lines.pop(), '')
  t.equal(
    lines[3],
    '{"time":"2026-11-23T12:00:00.410Z","type":"end","phase":"network","step":"network/switch",' +
      '"outcome":"already","ms":400}',
  )
  t.same(
    lines.map((l) => {
      const { time, ...event } = JSON.parse(l) as Event & { time: string }
      return [Date.parse(time) - START, event]
    }),
    story,
  )
})

t.test('log file: appended, 0600, without tokens; set aside when it is big', (t) => {
  const path = join(t.testdir(), 'klab.log')
  const clock = handClock()
  for (const text of ['first', 'kubeadm join --token abcdef.0123456789abcdef x']) {
    const log = openLogFile(path, clock)
    log.report({ type: 'note', text })
    log.close()
    log.close()
    log.report({ type: 'note', text: 'after the end' })
  }
  t.equal(
    readFileSync(path, 'utf8'),
    `{"time":"2026-11-23T12:00:00.000Z","type":"note","text":"first"}
{"time":"2026-11-23T12:00:00.000Z","type":"note","text":"kubeadm join --token <token> x"}
`,
  )
  t.equal(statSync(path).mode & 0o777, 0o600)
  writeFileSync(path, 'x'.repeat(6 * 1024 * 1024))
  chmodSync(path, 0o600)
  openLogFile(path, clock).close()
  t.ok(existsSync(`${path}.1`))
  t.equal(statSync(path).size, 0)
  const log = openLogFile(path, clock)
  for (let i = 0; i < 40; i++) log.report({ type: 'note', text: 'x'.repeat(300_000) })
  log.close()
  const most = 5.5 * 1024 * 1024
  t.ok(statSync(path).size < most && statSync(`${path}.1`).size < most, 'one run does not make it longer either')
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.end()
})

t.test('log file: a full disk does not end what klab does', (t) => {
  const log = openLogFile('/dev/full', handClock())
  log.report({ type: 'note', text: 'lost' })
  log.close()
  t.end()
})

t.test('tee', (t) => {
  const seen: string[] = []
  const r = (name: string): Renderer => ({
    report: (e) => seen.push(`${name} ${e.type}`),
    close: () => seen.push(`${name} closed`),
  })
  const both = tee(r('a'), r('b'))
  both.report({ type: 'note', text: '' })
  both.close()
  t.same(seen, ['a note', 'b note', 'a closed', 'b closed'])
  t.end()
})

t.test('columns', (t) => {
  const rows = [
    ['NAME', 'ROLE', 'STATE'],
    ['k8s-master01', 'control-plane', 'running'],
    ['节点', 'worker', ''],
  ]
  t.equal(
    columns(rows),
    `NAME           ROLE            STATE
k8s-master01   control-plane   running
节点           worker
`,
  )
  t.equal(columns([]), '')
  t.end()
})

t.test('text', (t) => {
  t.same([0, 49, 9_949, 9_950, 59_499, 59_500, 185_000, 3_599_499, 3_599_500, 7_325_000].map(duration), [
    '0.0s',
    '0.0s',
    '9.9s',
    '10s',
    '59s',
    '1m00s',
    '3m05s',
    '59m59s',
    '1h00m',
    '2h02m',
  ])
  t.same(['abc', '课程', 'e\u0301', '😀', ''].map(width), [3, 4, 1, 2, 0])
  t.same(
    [truncate('abcdef', 6), truncate('abcdef', 5), truncate('课程课程', 6), truncate('abc', 0)],
    ['abcdef', 'abcd…', '课程…', ''],
  )
  t.equal(clean('\u001b[2K\u001b[1;31mred\u001b[0m\u0007\tx\b\r'), 'red x')
  t.end()
})

t.test('colours: on a terminal, not with NO_COLOR, not on a dumb one, and as told', (t) => {
  const tty = { write: () => true, isTTY: true }
  t.equal(wantsColor({ stream: tty, env: { NO_COLOR: '' } }), true)
  t.equal(wantsColor({ stream: tty, env: { NO_COLOR: '1' } }), false)
  t.equal(wantsColor({ stream: tty, env: { TERM: 'dumb' } }), false)
  t.equal(wantsColor({ stream: { write: () => true } }), false)
  t.equal(wantsColor({ stream: tty, color: false }), false)
  t.equal(wantsColor({ stream: { write: () => true }, color: true, env: { NO_COLOR: '1' } }), false)
  t.equal(wantsColor({ stream: { write: () => true }, color: true }), true)
  t.end()
})
