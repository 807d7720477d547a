import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { openLab } from '../../src/index.js'
import { parseLabfile } from '../../src/labfile/load.js'
import { writeSshFiles } from '../../src/node/access.js'
import { fakeDoors } from '../fakes/doors.js'
import { fourNodes, labOf, makeWorld } from '../fakes/world.js'
import { makeStage } from '../snapshot/stage.js'

async function empty(t: Test, file?: string) {
  const world = makeWorld(t)
  const lab = await openLab({ doors: fakeDoors(world), file: file === undefined ? file : join(world.dir, file) })
  return { world, lab, labfile: join(world.dir, 'Labfile') }
}

t.test('init: every template is a Labfile that is valid, with a schema that is there', async (t) => {
  const { lab } = await empty(t)
  const all = await lab.labs.templates()
  t.equal(all[0]?.name, 'quickstart')
  t.ok(['single', 'plain'].every((n) => all.some((x) => x.name === n)))
  for (const { name, about } of all) {
    t.match(about, /^\S.{10,200}$/, name)
    t.notMatch(about, /[#.]$/, name)
    const { lab, labfile } = await empty(t)
    t.match(await lab.labs.init(name), { labfile, template: { name } })
    const text = readFileSync(labfile, 'utf8')
    const schema = /^# yaml-language-server: \$schema=(.*)\n/.exec(text)?.[1]
    t.ok(existsSync(schema ?? 'no schema line'))
    t.match(parseLabfile(text, labfile), { name: String })
    t.equal(statSync(labfile).mode & 0o777, 0o644)
  }
})

t.test('init: quickstart unless told, where -f says, never over a file', async (t) => {
  const { lab, labfile } = await empty(t)
  t.match(await lab.labs.init(), { template: { name: 'quickstart' } })
  writeFileSync(labfile, 'mine')
  await t.rejects(lab.labs.init('plain'), { name: 'StateError', message: /already exists/ })
  t.equal(readFileSync(labfile, 'utf8'), 'mine')
  await t.rejects(lab.labs.init('quikstart'), { name: 'UsageError', hint: 'klab init quickstart' })
  const other = await empty(t, 'sub')
  mkdirSync(join(other.world.dir, 'sub'))
  t.match(await other.lab.labs.init('single'), { labfile: join(other.world.dir, 'sub/Labfile') })
  const none = await empty(t, 'none/x')
  await t.rejects(none.lab.labs.init(), { name: 'UsageError', message: /no such folder/ })
  const link = await empty(t)
  symlinkSync(join(link.world.dir, 'elsewhere'), link.labfile)
  await t.rejects(link.lab.labs.init(), { name: 'StateError' })
  t.notOk(existsSync(join(link.world.dir, 'elsewhere')), 'nor through a link')
})

t.test('words for a shell: of the lab, and none where there is none', async (t) => {
  const { lab, labfile } = await empty(t)
  t.same(await lab.words('node'), [])
  t.same(await lab.words('snapshot'), [])
  t.ok((await lab.words('section')).includes('2.2.7'))
  t.ok((await lab.words('template')).includes('plain'))
  writeFileSync(labfile, fourNodes())
  t.same(await lab.words('node'), labOf(fourNodes()).nodes.map((n) => n.name)) // prettier-ignore
  writeFileSync(labfile, 'nodes: [')
  t.same(await lab.words('node'), [])
})

t.test('ssh-config and inventory: every node, with the lab’s own key and host keys', async (t) => {
  const s = await makeStage(t)
  const { paths, record } = s.lab
  writeFileSync(record.labfile, fourNodes())
  const lab = await openLab({ doors: fakeDoors(s.world) })
  await t.rejects(lab.sshConfig(), { name: 'StateError', message: /not booted yet/ })
  await writeSshFiles({ paths, record, lab: record.lab })
  const text = await lab.sshConfig()
  t.same(
    text.match(/^Host .*/gm),
    s.nodes.map((n) => `Host ${n} ${n}.course`),
    'and no Host * that would reach others',
  )
  t.match(text, `IdentityFile "${paths.key}"`)
  const { inventory, text: yaml } = await lab.inventory()
  t.same(parse(yaml), inventory)
  const master = inventory.all.children['control_plane']?.hosts['k8s-master01']
  t.match(master, {
    ansible_host: '127.0.0.1',
    ansible_port: 22000,
    ansible_user: record.lab.os.user,
    ip: '192.168.31.61',
  })
  t.match(master?.['ansible_ssh_common_args'], `-F ${paths.sshConfig} -o HostKeyAlias=k8s-master01`)
  t.same(Object.keys(inventory.all.children['workers']?.hosts ?? {}), s.nodes.slice(1))
})
