import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { includedConfig, knownHosts, sshConfig } from '../../src/guest/ssh-config.js'
import { makeKeyPair } from '../../src/state/keys.js'
import { startGuest } from './fixtures/server.js'

const ssh = (config: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)('ssh', ['-F', config, ...args])

t.test('the real ssh logs in with the generated files, and refuses another host key', async (t) => {
  const server = await startGuest(t)
  // Blanks and per cent signs in the path are what ssh_config trips over.
  const dir = join(t.testdir(), 'a lab 100%d')
  mkdirSync(dir)
  const [config, key, hosts] = [join(dir, 'ssh_config'), join(dir, 'key'), join(dir, 'known_hosts')]
  const { address } = server
  const host = {
    node: address.node,
    host: '127.0.0.1',
    port: address.port,
    user: address.user,
    hostKey: address.hostKey,
  }
  const others = [{ ...host, node: 'other', port: 1 }]
  writeFileSync(key, address.privateKey, { mode: 0o600 })
  writeFileSync(config, sshConfig([...others, host], { key, knownHosts: hosts }))
  writeFileSync(hosts, knownHosts([...others, host]))
  t.same(await ssh(config, 'k8s-node01', 'echo', '$((40+2))'), { stdout: '42\n', stderr: '' })
  writeFileSync(hosts, knownHosts([{ ...host, hostKey: makeKeyPair('x').publicKey }]))
  await t.rejects(ssh(config, 'k8s-node01', 'true'), {
    code: 255,
    stderr: /Host key verification failed|IDENTIFICATION HAS CHANGED/,
  })
  writeFileSync(hosts, '')
  await t.rejects(ssh(config, 'k8s-node01', 'true'), { code: 255 })
  t.equal(server.commands.length, 1)
})

t.test('text', (t) => {
  const host = { node: 'n1', host: '192.168.31.61', port: 22001, user: 'klab', hostKey: 'ssh-ed25519 AAAA comment' }
  t.equal(knownHosts([host]), 'n1 ssh-ed25519 AAAA\n')
  t.equal(
    sshConfig([host], { key: '/s/key', knownHosts: '/s/known_hosts' }),
    `Host n1
  HostName 192.168.31.61
  Port 22001
  User klab
  HostKeyAlias n1

Host *
  IdentityFile "/s/key"
  IdentitiesOnly yes
  IdentityAgent none
  PreferredAuthentications publickey
  UserKnownHostsFile "/s/known_hosts"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  CheckHostIP no
  UpdateHostKeys no
  ForwardAgent no
  ForwardX11 no
  LogLevel ERROR
`,
  )
  t.end()
})

t.test('for an Include: the real ssh logs in under both names, and other hosts are as they were', async (t) => {
  const server = await startGuest(t)
  const dir = t.testdir()
  const { address } = server
  const [config, key, hosts] = [join(dir, 'ssh config'), join(dir, 'key'), join(dir, 'known_hosts')]
  const host = { ...address, host: '127.0.0.1' }
  writeFileSync(key, address.privateKey, { mode: 0o600 })
  writeFileSync(hosts, knownHosts([host]))
  writeFileSync(config, includedConfig([host], { key, knownHosts: hosts, lab: 'course' }))
  for (const name of ['k8s-node01', 'k8s-node01.course'])
    t.same(await ssh(config, name, 'echo', 'in'), { stdout: 'in\n', stderr: '' })
  t.match((await ssh(config, '-G', 'elsewhere.example')).stdout, /^hostname elsewhere\.example$/m)
  t.notMatch((await ssh(config, '-G', 'elsewhere.example')).stdout, key)
})
