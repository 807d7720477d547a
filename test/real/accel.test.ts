/** The boot-sector probe, run by QEMU itself. */
import t from 'tap'
import { CommandError } from '../../src/errors.js'
import { bootProbe, probeAccel } from '../../src/hypervisor/accel.js'
import { exec, uid } from './libvirt.js'

t.test('the payload runs under TCG', async (t) => {
  t.equal(await bootProbe(exec, 'tcg'), undefined)
  if (uid === 0) t.equal(await bootProbe(exec, 'tcg', { uid: 65534, gid: 65534 }), undefined, 'as another user')
})

t.test('the answer agrees with what a KVM guest does', async (t) => {
  const answer = await probeAccel(exec)
  if (answer.accel === 'kvm') t.equal(await bootProbe(exec, 'kvm'), undefined)
  else t.ok(answer.why.length > 10, answer.why)
})

t.test('flags alone do not make KVM', async (t) => {
  const flags = () => Promise.resolve('flags\t\t: fpu vmx sse')
  const ended = (exitCode: number, stderr = '', durationMs = 1) => ({
    ...exec,
    run: () => Promise.resolve({ stdout: '', stderr, exitCode, durationMs }),
  })
  t.same(await probeAccel(ended(99), { read: flags }), { accel: 'kvm' })
  t.match(await probeAccel(ended(1, 'x\nfailed to initialize kvm: Permission denied\n'), { read: flags }), {
    accel: 'tcg',
    why: /Permission denied/,
  })
  const failure = {
    where: 'host',
    argv: [],
    exitCode: undefined,
    signal: undefined,
    timedOut: true,
    durationMs: 10_000,
    tail: '',
  }
  const hung = { ...exec, run: () => Promise.reject(new CommandError(failure)) }
  t.match(await probeAccel(hung, { read: flags }), { accel: 'tcg', why: /within 10 s/ })
  t.match(await probeAccel(ended(0, '', 10_001), { read: flags }), { accel: 'tcg', why: /within 10 s/ })
  t.match(await probeAccel(ended(99), { read: () => Promise.resolve('flags : fpu sse') }), {
    accel: 'tcg',
    why: /neither vmx nor svm/,
  })
})
