import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CorruptError } from '../../src/errors.js'
import { collapse, rejoin, rejoinImage, IMAGE_IN_SEAL } from '../../src/sealed/disks.js'
import { backingOf } from '../../src/base-image/disk-format.js'
import { exec } from '../real/libvirt.js'

const { signal } = new AbortController()
const img = (...args: string[]) => execFileSync('qemu-img', args, { stdio: 'pipe' })
const io = (file: string, ...commands: string[]) =>
  execFileSync('qemu-io', ['-f', 'qcow2', ...commands.flatMap((c) => ['-c', c]), file], { encoding: 'utf8' })

t.test('a chain comes down to one file on the shared image, and is whole again elsewhere', async (t) => {
  const dir = t.testdir()
  const at = (name: string): string => join(dir, name)
  img('create', '-q', '-f', 'qcow2', at('base'), '8M')
  io(at('base'), 'write -P 1 0 1M')
  for (const [file, backing] of [
    ['one', 'base'],
    ['two', 'one'],
    ['three', 'two'],
  ] as const)
    img('create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', at(backing), at(file))
  io(at('one'), 'write -P 2 1M 64k', 'write -P 2 0 64k')
  io(at('two'), 'write -P 3 2M 64k')
  io(at('three'), 'write -z 0 64k')
  await collapse(exec, { disk: at('three'), base: at('base'), to: at('sent'), signal })
  t.equal(await backingOf(at('sent')), IMAGE_IN_SEAL, 'names nothing of this machine')
  img('create', '-q', '-f', 'qcow2', at('other'), '8M')
  io(at('other'), 'write -P 1 0 1M')
  await rejoin(exec, at('sent'), at('other'))
  const same = (): string =>
    io(at('sent'), 'read -P 0 0 64k', 'read -P 1 64k 64k', 'read -P 2 1M 64k', 'read -P 3 2M 64k')
  t.notMatch(same(), /failed/, 'every layer’s writes, and its zeroes')
  await collapse(exec, { disk: at('three'), base: undefined, to: at('alone'), signal })
  t.equal(await backingOf(at('alone')), undefined)
  await rejoin(exec, at('alone'), undefined)
  t.notMatch(io(at('alone'), 'read -P 1 64k 64k', 'read -P 3 2M 64k'), /failed/, 'or everything in one')
})

t.test('a disk that names another file is refused before QEMU sees it', async (t) => {
  const dir = t.testdir()
  const file = join(dir, 'evil')
  const make = (backing: string): void =>
    void img('create', '-q', '-u', '-f', 'qcow2', '-F', 'raw', '-b', backing, file, '1M')
  for (const backing of [
    '/etc/shadow',
    '../../../etc/shadow',
    'json:{"driver":"file","filename":"/etc/shadow"}',
    'nbd://127.0.0.1/x',
  ]) {
    make(backing)
    await t.rejects(rejoin(exec, file, join(dir, 'x')), CorruptError, backing)
  }
  make('nbd:unix:/x')
  img('create', '-q', '-f', 'qcow2', join(dir, 'base'), '1M')
  await t.rejects(rejoinImage(exec, [join(dir, 'base'), file], dir), CorruptError, 'in the image too')
  make('/etc/shadow')
  await t.rejects(rejoinImage(exec, [file], dir), CorruptError, 'and at its bottom')
  img('create', '-q', '-f', 'qcow2', '-o', `data_file=${join(dir, 'data')}`, file, '1M')
  await t.rejects(rejoin(exec, file, undefined), CorruptError, 'data in another file')
  img('create', '-q', '-f', 'qcow2', file, '1M')
  await t.rejects(rejoin(exec, file, join(dir, 'base')), CorruptError, 'no backing file where there should be one')
  writeFileSync(file, Buffer.alloc(70_000))
  await t.rejects(rejoin(exec, file, undefined), CorruptError, 'no qcow2')
})
