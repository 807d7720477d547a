import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CommandError, HostError, KlabError } from '../../src/errors.js'
import type { HostExec, HostRunOptions, Output } from '../../src/host/types.js'
import { createVirshHypervisor, defaultUri, isPortBusy } from '../../src/hypervisor/virsh.js'
import { specDigest } from '../../src/hypervisor/spec.js'
import { node } from './specs.js'

type Answer = Partial<Output> | Error

/** An Exec that answers by the command after `virsh -q -c URI`, and fails on any that is not expected. */
function scripted(
  answers: Record<string, Answer | (() => Answer)>,
  installed: readonly string[] = ['libvirtd'],
): HostExec & { readonly argv: string[][]; readonly limits: (number | undefined)[] } {
  const argv: string[][] = []
  const limits: (number | undefined)[] = []
  return {
    argv,
    limits,
    filter: () => Promise.reject(new Error('no streams')),
    run: (line: readonly string[], o: HostRunOptions = {}) => {
      argv.push([...line])
      limits.push(o.timeoutMs)
      const key = Object.keys(answers).find((k) => line.slice(4).join(' ').startsWith(k))
      if (key === undefined) return Promise.reject(new Error(`unexpected: ${line.join(' ')}`))
      const given = answers[key]!
      const answer = typeof given === 'function' ? given() : given
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve({ stdout: '', stderr: '', exitCode: 0, durationMs: 1, ...answer })
    },
    spawnDetached: () => Promise.reject(new Error('unexpected')),
    which: (tool) => Promise.resolve(installed.includes(tool) ? `/usr/sbin/${tool}` : undefined),
  }
}

const row = (state: string, reason: string): Answer => ({
  stdout: `${node.uuid} ${node.name}\n\nDomain: '${node.name}'\n  state.state=${state}\n  state.reason=${reason}\n`,
})
const refused = (words: string): Answer => ({
  exitCode: 1,
  stderr: `error: failed to connect to the hypervisor\nerror: ${words}\n`,
})

t.test('list is one process with a time limit', async (t) => {
  const exec = scripted({ list: row('1', '1') })
  t.same(await createVirshHypervisor({ exec, uri: 'qemu:///session' }).list(), [
    { name: node.name, uuid: node.uuid, state: 'running' },
  ])
  t.equal(exec.argv.length, 1)
  t.same(exec.argv[0]!.slice(0, 4), ['virsh', '-q', '-c', 'qemu:///session'])
  t.ok(exec.limits[0]! > 0)
})

t.test('a machine that will not end is waited for whatever the wall clock does', async (t) => {
  let looks = 0
  let passed = 0
  const exec = scripted({
    list: () => row(++looks < 6 ? '1' : '5', '1'),
    destroy: {},
  })
  const clock = {
    now: () => looks * 8 * 3_600_000,
    monotonic: () => passed,
    sleep: (ms: number) => Promise.resolve(void (passed += ms)),
  }
  await createVirshHypervisor({ exec, uri: 'qemu:///session', clock }).stop(node.name, 0)
  t.equal(looks, 6)
})

t.test('a machine that is off and was opened with virsh is defined anew, whatever its mark says', async (t) => {
  const live = readFileSync(join(import.meta.dirname, 'fixtures/saved.xml'), 'utf8')
  const dir = t.testdir()
  const spec = { ...node, consoleLog: join(dir, 'console.log') }
  const marked = live
    .replace(/<uuid>.*<\/uuid>/, `<uuid>${spec.uuid}</uuid>`)
    .replace(
      /lab="[^"]*" node="[^"]*" digest="[^"]*"/,
      `lab="${spec.labId}" node="${spec.node}" digest="${specDigest(spec)}"`,
    )
  for (const [xml, defines] of [
    [marked, 0],
    [marked.replace('127.0.0.1', '0.0.0.0'), 1],
  ] as const) {
    const exec = scripted({
      list: row('5', '1'),
      dumpxml: { stdout: xml },
      capabilities: { stdout: '<capabilities/>' },
      'managedsave-remove': {},
      define: {},
    })
    await createVirshHypervisor({ exec, uri: 'qemu:///session' }).ensureMachine(spec)
    t.equal(exec.argv.filter((a) => a[4] === 'define').length, defines)
  }
})

t.test('openings: what virsh says now counts, whatever the mark remembers', async (t) => {
  const live = readFileSync(join(import.meta.dirname, 'fixtures/saved.xml'), 'utf8')
  const mark = join(t.testdir(), 'closed.sha256')
  let stdout = live
  const exec = scripted({ dumpxml: () => ({ stdout }) })
  const find = () =>
    createVirshHypervisor({ exec, uri: 'qemu:///session' }).openings(
      [node.uuid],
      { internet: false, network: undefined },
      mark,
    )
  t.equal((await find()).size, 0)
  t.match(readFileSync(mark, 'utf8'), /^[0-9a-f]{64}$/)
  t.equal((await find()).size, 0)
  stdout = live.replace('127.0.0.1', '0.0.0.0')
  t.match([...(await find()).values()], [[/open on 0\.0\.0\.0$/]])
})

t.test("an unreachable libvirt is the host's failure, with what helps", async (t) => {
  const ask = async (uri: string, answer: Answer, installed?: readonly string[]): Promise<KlabError> =>
    createVirshHypervisor({ exec: scripted({ list: answer }, installed), uri })
      .list()
      .then(
        () => t.fail('must fail') as never,
        (error: unknown) => error as KlabError,
      )
  const cases: [string, Answer, RegExp][] = [
    [
      'qemu:///system',
      refused("Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory"),
      /libvirtd/,
    ],
    [
      'qemu:///system',
      refused("Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied"),
      /usermod -aG libvirt/,
    ],
    ['qemu:///session', refused('no such daemon'), /virsh -c qemu:\/\/\/session/],
    [
      'qemu:///system',
      new CommandError({
        where: 'host',
        argv: [],
        exitCode: undefined,
        signal: 'SIGTERM',
        timedOut: true,
        durationMs: 30_000,
        tail: '',
      }),
      /hangs/,
    ],
  ]
  for (const [uri, answer, hint] of cases) {
    const error = await ask(uri, answer)
    t.type(error, HostError)
    t.match(error, { exitCode: 3, hint })
  }
  t.notOk((await ask('qemu:///system', { exitCode: 1, stderr: 'error: something else' })) instanceof HostError)
  const none = refused("Failed to connect socket to '/var/run/libvirt/virtqemud-sock': No such file or directory")
  t.match(
    await ask('qemu:///system', none, ['virtqemud']),
    { hint: 'start libvirt: sudo systemctl start virtqemud.socket virtlogd.socket' },
    'a daemon for each driver',
  )
  for (const uri of ['qemu:///system', 'qemu:///session'])
    t.match(await ask(uri, none, []), { hint: /install .*libvirt-daemon/ }, `${uri}: no daemon at all`)
})

t.test('a command that lost a race is no failure when the machine is as wanted', async (t) => {
  const states = ['1', '5']
  const exec = scripted({
    list: () => row(states.shift() ?? '5', '1'),
    destroy: { exitCode: 1, stderr: 'error: Requested operation is not valid: domain is not running' },
  })
  await createVirshHypervisor({ exec, uri: 'qemu:///session' }).stop(node.name, 0)
  const stuck = scripted({ list: row('5', '1'), start: { exitCode: 1, stderr: 'error: internal error: x' } })
  await t.rejects(createVirshHypervisor({ exec: stuck, uri: 'qemu:///session' }).start(node.name), CommandError)
})

t.test('one that libvirt itself lets go on meanwhile is resumed', async (t) => {
  const resumed = (then: string): Promise<void> => {
    const states = ['3', then]
    const exec = scripted({
      list: () => row(states.shift() ?? then, '1'),
      resume: { exitCode: 1, stderr: 'error: Requested operation is not valid: domain is already running' },
    })
    return createVirshHypervisor({ exec, uri: 'qemu:///session' }).resume([node.name])
  }
  await resumed('1')
  await t.rejects(resumed('3'), CommandError, 'still paused')
})

t.test('isPortBusy reads what QEMU says', async (t) => {
  const busy =
    'error: internal error: QEMU unexpectedly closed the monitor: -netdev user: Could not set ' +
    "up host forwarding rule 'tcp:127.0.0.1:1-10.0.2.15:22'"
  for (const [stderr, expected] of [
    [busy, true],
    ['error: no memory', false],
  ] as const) {
    const exec = scripted({ list: row('5', '6'), start: { exitCode: 1, stderr } })
    t.equal(
      isPortBusy(
        await createVirshHypervisor({ exec, uri: 'qemu:///session' })
          .start(node.name)
          .catch((e: unknown) => e),
      ),
      expected,
    )
  }
})

t.test('define is validated; AppArmor hosts get their label, asked for once', async (t) => {
  const dir = t.testdir()
  mkdirSync(join(dir, 'n'))
  const spec = { ...node, consoleLog: join(dir, 'n/console.log') }
  const exec = scripted({
    capabilities: { stdout: '<capabilities><host><secmodel><model>apparmor</model></secmodel></host></capabilities>' },
    list: { stdout: '\n' },
    define: {},
  })
  const h = createVirshHypervisor({ exec, uri: 'qemu:///system' })
  await h.ensureMachine(spec)
  await h.ensureMachine(spec)
  t.equal(exec.argv.filter((a) => a[4] === 'capabilities').length, 1)
  const define = exec.argv.find((a) => a[4] === 'define')!
  t.equal(define[5], '--validate')
  t.match(readFileSync(define[6]!, 'utf8'), /<seclabel type="none" model="apparmor"\/>/)
})

t.test('defaultUri', (t) => {
  t.equal(defaultUri(0), 'qemu:///system')
  t.equal(defaultUri(1000), 'qemu:///session')
  t.end()
})
