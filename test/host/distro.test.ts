import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { hostDistro, installCommand, parseDistro } from '../../src/host/distro.js'
import { root } from '../fakes/world.js'

const dir = join(root, 'test/host/fixtures/os-release')
const of = (name: string) => parseDistro(readFileSync(join(dir, name), 'utf8'))

t.test('each distribution’s family, by its own os-release', (t) => {
  t.same(Object.fromEntries(readdirSync(dir).map((name) => [name, [of(name).id, of(name).family]])), {
    arch: ['arch', undefined],
    'debian-12': ['debian', 'debian'],
    'debian-13': ['debian', 'debian'],
    'fedora-42': ['fedora', 'fedora'],
    'rocky-9': ['rocky', 'fedora'],
    'ubuntu-24.04': ['ubuntu', 'debian'],
  })
  t.equal(of('debian-13').name, 'Debian GNU/Linux 13 (trixie)')
  t.equal(parseDistro("ID='ubuntu'\nID_LIKE='debian'\n").family, 'debian')
  t.same(parseDistro(''), { name: 'a system without os-release', id: '', family: undefined })
  t.end()
})

t.test('the command that installs: each name as the distribution has it, once', (t) => {
  const packages = ['libvirt-clients', 'qemu-utils', 'xorriso', 'qemu-utils']
  const apt = 'sudo apt-get install -y --no-install-recommends libvirt-clients qemu-utils xorriso'
  for (const name of ['debian-12', 'debian-13', 'ubuntu-24.04']) t.equal(installCommand(of(name), packages), apt, name)
  t.equal(
    installCommand(of('fedora-42'), [...packages, 'build-essential', 'make']),
    'sudo dnf install -y --setopt=install_weak_deps=False libvirt-client qemu-img xorriso gcc make',
  )
  t.equal(installCommand(of('arch'), packages), 'install what Debian calls libvirt-clients qemu-utils xorriso')
  t.end()
})

t.test('the host’s own file: /etc first, then /usr/lib, else none', async (t) => {
  const files: Record<string, string> = { '/usr/lib/os-release': 'ID=fedora\n' }
  const read = (path: string) => Promise.resolve(files[path])
  t.equal((await hostDistro(read)).id, 'fedora')
  files['/etc/os-release'] = 'ID=debian\n'
  t.equal((await hostDistro(read)).id, 'debian')
  t.equal((await hostDistro(() => Promise.resolve(undefined))).id, '')
})
