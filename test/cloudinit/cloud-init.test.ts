/**
 * cloud-init's own word on klab's seeds: the one of this Debian (12: 22.4, 13: 25.1), which .ci/setup unpacks into
 * .cloud-init/, checks user-data against its schema and turns network-config into what each kind of guest's network
 * service reads.
 */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { root } from '../fakes/world.js'

const run = promisify(execFile)
const packages = join(root, '.cloud-init', 'root', 'usr', 'lib', 'python3', 'dist-packages')
t.ok(existsSync(packages), `${packages}: made by .ci/setup`)

/** `cloud-init ARGS`: exit status and all that it said. */
async function cloudInit(...args: string[]): Promise<{ code: number; text: string }> {
  const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' }
  try {
    const { stdout, stderr } = await run('/usr/bin/python3', ['-m', 'cloudinit.cmd.main', ...args], { env })
    return { code: 0, text: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, text: stdout + stderr }
  }
}

const seeds = readdirSync(join(root, 'test/golden/cloudinit'))
/** What the schema says of a user-data file. */
const check = (file: string) => cloudInit('schema', '--config-file', file)

t.test('every user-data is valid, and uses nothing deprecated', async (t) => {
  t.ok(seeds.length >= 3)
  for (const seed of seeds) {
    const { code, text } = await check(join(root, 'test/golden/cloudinit', seed, 'user-data'))
    t.equal(code, 0, `${seed}: ${text}`)
    t.notMatch(text, /deprecat/i, seed)
  }
})

t.test('the check can fail', async (t) => {
  const dir = t.testdir({ 'user-data': '#cloud-config\nusers: [{ name: 1 }]\nwrite_files: [{ path: 3 }]\n' })
  const { code, text } = await check(join(dir, 'user-data'))
  t.equal(code, 1)
  t.match(text, /write_files\.0\.path: 3 is not of type 'string'/)
})

/** The files that cloud-init makes of a network-config for a kind of guest; those of other services left out. */
async function rendered(dir: string, seed: string, kind: string, distro: string): Promise<Record<string, string>> {
  const out = join(dir, `${seed}-${kind}`)
  const from = join(root, 'test/golden/cloudinit', seed, 'network-config')
  const { code, text } = await cloudInit(
    'devel',
    'net-convert',
    '--network-data',
    from,
    '--kind',
    'yaml',
    '--output-kind',
    kind,
    '-D',
    distro,
    '-d',
    out,
  )
  if (code !== 0) throw new Error(text)
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((e) => e.isFile())
  return Object.fromEntries(files.map((e) => [e.name, readFileSync(join(e.parentPath, e.name), 'utf8')]))
}

t.test(
  'the same network-config serves ifcfg files (CentOS 7, Rocky 8), NetworkManager (9), ' +
    'netplan (Ubuntu), networkd (klab’s image)',
  async (t) => {
    const dir = t.testdir()
    const ifcfg = await rendered(dir, 'node', 'sysconfig', 'rhel')
    t.match(ifcfg['ifcfg-lab0'], /^BOOTPROTO=none$[^]*^DEVICE=lab0$[^]*^HWADDR=52:54:00:ab:cd:ef$/m)
    t.match(ifcfg['ifcfg-lab0'], /^IPADDR=192\.168\.31\.61$[^]*^NETMASK=255\.255\.255\.0$/m)
    t.match(ifcfg['ifcfg-lab0'], /^GATEWAY=192\.168\.31\.1$/m)
    t.match(ifcfg['ifcfg-mgmt0'], /^BOOTPROTO=none$[^]*^DNS1=10\.0\.2\.3$[^]*^IPADDR=10\.0\.2\.15$/m)
    t.notMatch(ifcfg['ifcfg-mgmt0'], /GATEWAY/, 'no internet: no way out')
    const open = await rendered(dir, 'internet', 'sysconfig', 'rhel')
    t.match(open['ifcfg-mgmt0'], /^GATEWAY=10\.0\.2\.2$/m)
    t.notMatch(open['ifcfg-lab0'], /GATEWAY/)

    const nm = await rendered(dir, 'node', 'network-manager', 'rhel')
    t.match(
      nm['cloud-init-lab0.nmconnection'],
      /method=manual[^]*address1=192\.168\.31\.61\/24[^]*route1=0\.0\.0\.0\/0,192\.168\.31\.1/,
    )
    t.match(
      (await rendered(dir, 'node', 'netplan', 'ubuntu'))['50-cloud-init.yaml'],
      /lab0:[^]*addresses:\n\s+- 192\.168\.31\.61\/24/,
    )
    const networkd = await rendered(dir, 'node', 'networkd', 'debian')
    t.match(
      networkd['10-cloud-init-lab0.network'],
      /Address=192\.168\.31\.61\/24[^]*DHCP=no[^]*Gateway=192\.168\.31\.1/,
    )
  },
)

t.test('no dhcp4 key: cloud-init 18.5 (CentOS 7) takes its presence for true, whatever it says', (t) => {
  for (const seed of seeds)
    t.notMatch(readFileSync(join(root, 'test/golden/cloudinit', seed, 'network-config'), 'utf8'), /dhcp/, seed)
  t.end()
})
