import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { consoleCheck } from '../../src/doctor/console.js'
import { makeWorld } from '../fakes/world.js'

t.test('what virtlogd allows, and the settings that take the limit away', async (t) => {
  const world = makeWorld(t)
  const etc = join(world.dir, 'etc')
  mkdirSync(etc)
  const check = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(etc, name), text)
    return consoleCheck(world, etc)
  }
  t.same(await check({}), { name: 'console logs', state: 'ok', found: 'at most 8 MiB a node' })
  const usual = { 'qemu.conf': '#stdio_handler = "file"\nstdio_handler = "logd"\n', 'virtlogd.conf': '#max_size = 0\n' }
  t.match(await check(usual), { state: 'ok', found: 'at most 8 MiB a node' })
  const other = 'max_size = 1048576\nmax_backups = 0\n'
  t.match(await check({ 'virtlogd.conf': other }), { found: 'at most 1 MiB a node' })
  t.match(await check({ 'virtlogd.conf': 'max_size = 0\n' }), {
    state: 'warn',
    fix: /max_size = 2097152 in .*virtlogd/,
  })
  t.match(await check({ 'qemu.conf': 'stdio_handler = "file"\n' }), { state: 'warn', fix: /stdio_handler = "logd"/ })
})

t.test('an ordinary user’s libvirt has files of its own', async (t) => {
  const world = makeWorld(t)
  const dir = join(world.env.home, '.config/libvirt')
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'virtlogd.conf'), 'max_size = 0\n')
  const session = { ...world, hypervisor: { ...world.hypervisor, uri: 'qemu:///session' } }
  t.match(await consoleCheck(session, '/nowhere'), { state: 'warn' })
})
