/** cloud-init/renew/node.sh: what `up` puts back in a node whose kubelet is not Ready. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../fakes/world.js'
import { scriptStage } from './script-stage.js'

t.test('node.sh: hostname, /etc/hosts and the lab card’s address are put back, and kubelet starts anew', (t) => {
  const s = scriptStage(t, 'workers.sh')
  const { dir, program } = s
  mkdirSync(join(dir, 'net/lab0'), { recursive: true })
  const moved = readFileSync(join(root, 'cloud-init/renew/node.sh'), 'utf8')
    .replaceAll('/sys/class/net', join(dir, 'net'))
    .replaceAll('/proc/sys/kernel/hostname', join(dir, 'hostname'))
    .replaceAll('/etc/hosts', join(dir, 'hosts'))
  writeFileSync(join(dir, 'node.sh'), moved)
  writeFileSync(join(dir, 'hostname'), 'other\n')
  writeFileSync(join(dir, 'hosts'), '127.0.0.1 localhost\n10.9.9.9 a mine\n192.168.31.62 b\n')
  program('hostnamectl', `echo "$2" >"${dir}/hostname"`)
  program('systemctl', '')
  program(
    'ip',
    `[[ $* != *'addr show'* ]] || cat "${dir}/addresses"
[[ $* != *'addr add'* ]] || echo "2: lab0 inet $3 x" >"${dir}/addresses"`,
  )
  writeFileSync(join(dir, 'addresses'), '2: lab0 inet 192.168.31.99/24 x\n')
  const look = (): { said: string; log: string } => {
    writeFileSync(join(dir, 'log'), '')
    const env = { PATH: `${dir}/bin:${process.env['PATH'] ?? ''}` }
    const own = ['a', '192.168.31.61/24', '192.168.31.61 a\n192.168.31.62 b', 'false']
    const argv = [join(dir, 'node.sh'), ...own, 'docker', 'kubelet']
    return { said: execFileSync('bash', argv, { env, encoding: 'utf8' }), log: readFileSync(join(dir, 'log'), 'utf8') }
  }
  const first = look()
  t.equal(
    first.said,
    'its hostname was other: a again\n' +
      `${dir}/hosts had 10.9.9.9 for a: 192.168.31.61 again\n` +
      'its card lab0 had 192.168.31.99/24: 192.168.31.61/24 again\n',
  )
  t.match(
    first.log,
    /ip addr add 192\.168\.31\.61\/24 dev lab0[^]*ip route add default dev lab0[^]*systemctl restart kubelet/,
  )
  t.equal(readFileSync(join(dir, 'hosts'), 'utf8'), '127.0.0.1 localhost\n192.168.31.62 b\n192.168.31.61 a\n')
  const second = look()
  t.equal(second.said, '')
  t.notMatch(second.log, /restart|addr add|hostnamectl/, 'nothing is done to one that is as it should be')
  t.end()
})
