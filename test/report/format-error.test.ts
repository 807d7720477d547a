import t from 'tap'
import { CommandError, HostError, Interrupted, LabfileError, StepError } from '../../src/errors.js'
import { exitCodeOf, formatError } from '../../src/report/format-error.js'

const command = (where: string): CommandError =>
  new CommandError(
    {
      where,
      argv: ['kubeadm', 'join'],
      exitCode: 1,
      signal: undefined,
      timedOut: false,
      durationMs: 1,
      tail: 'one\ntwo',
    },
    { hint: `klab logs ${where}` },
  )

t.test('one expected error: message and what to try', (t) => {
  t.equal(
    formatError(new HostError('no virsh', { hint: 'apt install libvirt-clients' })),
    'error: no virsh\ntry: apt install libvirt-clients\n',
  )
  t.equal(
    formatError(new LabfileError('Labfile', [{ field: 'nodes[1].ip', message: 'outside', line: 3, column: 9 }])),
    'error: Labfile:3:9: nodes[1].ip: outside\n',
  )
  t.equal(formatError(new HostError('x'), { paint: (s) => `<${s}>` }), '<error:> x\n')
  t.equal(formatError(new Interrupted()), 'interrupted; run the same command again to go on\n')
  t.end()
})

t.test('a step names its place, and what was said last', (t) => {
  t.equal(
    formatError(new StepError('workers', 'workers/n1', command('n1'))),
    `error: phase workers, step workers/n1:
  n1: \`kubeadm join\` failed with exit status 1
  one
  two
try: klab logs n1
`,
  )
  t.match(
    formatError(new StepError('boot', 'boot/n1', new RangeError('bad'))),
    /step boot\/n1:\n {2}this is a bug in klab: RangeError: bad\n/,
  )
  t.end()
})

t.test('several are told one after the other, also inside a step', (t) => {
  const both = [
    new StepError('workers', 'workers/n1', command('n1')),
    new StepError('workers', 'workers/n2', command('n2')),
  ]
  const text = formatError(new AggregateError(both, '2 steps failed'))
  t.equal(text, `${formatError(both[0])}\n${formatError(both[1])}`)
  const inside = new StepError(
    'cni',
    'cni/pods',
    new AggregateError([new HostError('a'), new AggregateError([new HostError('b')])]),
  )
  t.equal(formatError(inside), 'error: phase cni, step cni/pods:\n  a\n\nerror: phase cni, step cni/pods:\n  b\n')
  t.end()
})

t.test('anything else is a bug; its stack only when asked for', (t) => {
  const error = new TypeError('x is undefined', { cause: new Error('deep') })
  t.equal(
    formatError(error),
    'error: this is a bug in klab: TypeError: x is undefined\n' +
      'please report it with what the same command says with --verbose\n',
  )
  const long = formatError(error, { verbose: true })
  t.match(long, /format-error\.test/)
  t.match(long, /caused by Error: deep/)
  t.equal(
    formatError('text'),
    'error: this is a bug in klab: text\nplease report it with what the same command says with --verbose\n',
  )
  t.match(
    formatError(new HostError('no', { cause: new Error('why') }), { verbose: true }),
    /error: no\n\nHostError: no\n[^]+caused by Error: why/,
  )
  t.end()
})

t.test('exit status', (t) => {
  t.equal(exitCodeOf(new HostError('x')), 3)
  t.equal(exitCodeOf(new StepError('p', 's', new HostError('x'))), 3)
  t.equal(exitCodeOf(new StepError('p', 's', command('n1'))), 1)
  t.equal(exitCodeOf(new AggregateError([new StepError('p', 's', new Interrupted())])), 130)
  t.equal(exitCodeOf(new Error('bug')), 1)
  t.equal(exitCodeOf(undefined), 1)
  t.end()
})

t.test('what the system refused is no bug of klab’s: which file, why, what to look at', (t) => {
  const system = (code: string, syscall = 'mkdir', path?: string): Error =>
    Object.assign(new Error(`${code}: whatever, ${syscall}`), { code, syscall, ...(path && { path }) })
  t.equal(
    formatError(system('EROFS', 'open', '/srv/lab.json')),
    'error: /srv/lab.json: the file system is read-only (EROFS, open)\ntry: ls -ld /srv/lab.json\n',
  )
  t.match(formatError(system('ENOSPC', 'write', '/srv/x')), /the disk is full.*\ntry: df -h \/srv\/x\n$/)
  t.equal(formatError(system('ENOSPC', 'write')), 'error: write: the disk is full (ENOSPC, write)\n')
  t.equal(exitCodeOf(system('EACCES')), 3)
  for (const code of ['EACCES', 'EPERM', 'EIO', 'ENOTDIR', 'EEXIST', 'EDQUOT', 'EMFILE'])
    t.notMatch(formatError(new StepError('files', 'files/lab', system(code, 'rm', '/x'))), /bug in klab/, code)
  t.equal(exitCodeOf(new StepError('files', 'files/lab', system('EROFS'))), 3)
  t.match(formatError(new TypeError('x is undefined')), /bug in klab/, 'but this is')
  t.match(formatError(Object.assign(new Error('x'), { code: 'EACCES' })), /bug in klab/, 'nor is a code alone a reason')
  t.end()
})
