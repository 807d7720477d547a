/**
 * NAT mode on a libvirt in a network namespace: the network, machines on it, who reaches whom, snapshots, and what is
 * left afterwards.
 */
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { createVirshHypervisor } from '../../src/hypervisor/virsh.js'
import { listManifests } from '../../src/snapshot/manifest.js'
import { restore } from '../../src/snapshot/restore.js'
import { save } from '../../src/snapshot/save.js'
import { networkContract } from '../contract/network.js'
import { exec, qemuOf, uid, until, workDir } from './libvirt.js'
import { miniGuestDir } from './machines.js'
import { buildMiniGuest, ECHO_PORT, talk, untilUp } from './mini-guest.js'
import { natKlab, natLab } from './nat-lab.js'
import { againInNamespace, insideNamespace, INTERNET, networkTraces, privateLibvirt } from './netns.js'

const uri = 'qemu:///system'
const virsh = async (...args: string[]): Promise<string> => (await exec.run(['virsh', '-q', '-c', uri, ...args])).stdout

if (uid !== 0) t.pass('NAT mode', { skip: 'needs root' })
else if (!insideNamespace())
  t.test('in a namespace of its own', async (t) => {
    // Nothing can be downloaded in there.
    await buildMiniGuest(exec, await miniGuestDir())
    await againInNamespace(t, fileURLToPath(import.meta.url))
  })
else {
  t.before(() => privateLibvirt(t))

  t.test('the contract', async (t) => {
    const dir = await workDir(t)
    await networkContract(t, {
      hypervisor: createVirshHypervisor({ exec, uri }),
      foreign: async ({ name, uuid, bridge, range }) => {
        const [address, prefix] = range.split('/') as [string, string]
        const xml =
          `<network><name>${name}</name><uuid>${uuid}</uuid><bridge name='${bridge}'/><ip ` +
          `address='${address}' prefix='${prefix}'/></network>`
        await writeFile(join(dir, 'net.xml'), xml)
        await virsh('net-define', join(dir, 'net.xml'))
        return async () => {
          await virsh('net-undefine', uuid)
        }
      },
    })
  })

  t.test('up, up again, another lab with the same range, destroy', async (t) => {
    const [klab, other] = [await natKlab(t, 'one'), await natKlab(t, 'two')]
    const first = await klab.run('up', '--until', 'network')
    t.equal(first.code, 0, first.stderr)
    const [net = '', bridge = ''] = await networkTraces()
    t.match(net, /^klab-one-[0-9a-f]{8}$/)
    const index = (await exec.run(['cat', `/sys/class/net/${bridge}/ifindex`])).stdout
    const status = JSON.parse((await klab.run('status', '--json')).stdout) as {
      nodes: { sshHost: string; sshPort: number }[]
    }
    t.match(status.nodes, [
      { sshHost: '192.168.31.61', sshPort: 22 },
      { sshHost: '192.168.31.62', sshPort: 22 },
    ])
    const again = await klab.run('up', '--until', 'network')
    t.equal(again.code, 0, again.stderr)
    t.equal((await exec.run(['cat', `/sys/class/net/${bridge}/ifindex`])).stdout, index, 'the same bridge')
    t.equal((await klab.run('doctor')).code, 0, 'its own network is no clash')

    for (const verb of [['up'], ['doctor'], ['plan']]) {
      const refused = await other.run(...verb)
      t.equal(refused.code, 3, verb.join(' '))
      t.match(refused.stdout + refused.stderr, new RegExp(`192.168.31.0/24 overlaps the libvirt network ${net}`))
    }
    t.notOk(existsSync(join(other.dir, 's', 'labs')), 'and nothing was written')
    t.equal((await other.run('destroy', '--force')).code, 0)
    t.equal((await networkTraces())[0], net, 'not the other lab’s')
    const gone = await klab.run('destroy', '--force')
    t.equal(gone.code, 0, gone.stderr)
    t.same(await networkTraces(), [])
  })

  t.test('a range that the host has a route to', async (t) => {
    const klab = await natKlab(t, 'clash')
    await exec.run(['ip', 'link', 'add', 'clash0', 'type', 'bridge'])
    t.teardown(() => exec.run(['ip', 'link', 'del', 'clash0']))
    await exec.run(['ip', 'addr', 'add', '192.168.31.200/25', 'dev', 'clash0'])
    await exec.run(['ip', 'link', 'set', 'clash0', 'up'])
    for (const verb of [['up'], ['doctor'], ['plan']]) {
      const refused = await klab.run(...verb)
      t.equal(refused.code, 3, verb.join(' '))
      t.match(refused.stdout + refused.stderr, /route to 192\.168\.31\.128\/25 through clash0/)
    }
    t.notOk(existsSync(join(klab.dir, 's', 'labs')))
    t.same(await networkTraces(), [])
  })

  t.test('klab killed as soon as the network is there; a lost record; a network that is only defined', async (t) => {
    const klab = await natKlab(t, 'killed')
    for (const seen of [
      async () => (await networkTraces()).length > 0,
      async () => (await networkTraces()).includes('/usr/sbin/dnsmasq'),
    ]) {
      const { child, ended } = klab.start('up', '--until', 'network')
      await until(seen, 'the network')
      child.kill('SIGKILL')
      await ended
      t.equal((await klab.run('destroy', '--force')).code, 0)
      t.same(await networkTraces(), [])
    }
    t.equal((await klab.run('up', '--until', 'network')).code, 0)
    await rm(join(klab.dir, 's'), { recursive: true })
    t.equal((await klab.run('destroy', '--force')).code, 0, 'without a record')
    t.same(await networkTraces(), [])
    t.equal((await klab.run('up', '--until', 'network')).code, 0)
    await virsh('net-destroy', (await networkTraces())[0]!)
    t.equal((await klab.run('up', '--until', 'network')).code, 0, 'started again, as after a reboot')
    t.ok((await networkTraces()).includes('/usr/sbin/dnsmasq'))
    await virsh('net-destroy', (await networkTraces())[0]!)
    t.equal((await klab.run('destroy', '--force')).code, 0)
    t.same(await networkTraces(), [])
  })

  t.test('isolated: fixed leases, host and guests reach each other and nobody else; snapshots', async (t) => {
    const m = await natLab(t, 'still')
    const lab = await m.open()
    t.match(await m.shell('ip -4 -o addr show scope global'), [/ 192\.168\.31\.61\/24 /, / 192\.168\.31\.62\/24 /])
    t.match(await talk(ECHO_PORT, 'to its address\n', /to its address/, { host: m.ips[1]! }), /to its address/)
    t.match(await m.shell('ping -c 2 -w 20 192.168.31.62'), [/\b2 packets received/, /\b2 packets received/])
    const out = `ip route replace default via 192.168.31.1; ping -c 1 -w 3 ${INTERNET}`
    for (const said of await m.shell(out)) t.notMatch(said, /1 packets received/, 'the host forwards nothing')

    const word = (w: string) => m.shell(`echo ${w} >/word`)
    const words = async () => (await m.shell('cat /word')).map((w) => w.trim())
    await word('saved')
    await save(lab, { name: 'one', kind: 'manual' })
    t.same(await words(), ['saved', 'saved'], 'they go on')
    for (const gone of [false, true]) {
      await word('lost')
      // As after a reboot: the machines are off, and so is the network.
      if (gone) {
        for (const machine of await lab.world.hypervisor.owned(lab.record.id))
          await lab.world.hypervisor.stop(machine.name, 0)
        await virsh('net-destroy', `klab-${lab.record.id}`)
      }
      const [one] = await listManifests(lab.paths)
      await restore(lab, one!)
      await Promise.all(m.ips.map((ip) => untilUp(ECHO_PORT, 30_000, ip)))
      t.same(await words(), ['saved', 'saved'], gone ? 'with a new network' : 'with the old one')
    }
    const qemu = await qemuOf(`klab-${lab.record.id}-a`)
    t.match(qemu?.argv.join(' '), /virtio-net-pci.*addr":?"?0x1e/i)
  })

  t.test('internet: true masquerades', async (t) => {
    const m = await natLab(t, 'open', true)
    t.match(await m.shell(`ping -c 1 -w 20 ${INTERNET}`), [/1 packets received/, /1 packets received/])
    t.match(await readFile('/proc/sys/net/ipv4/ip_forward', 'utf8'), '1')
  })

  t.test('nothing is left', async (t) => t.same(await networkTraces(), []))
}
