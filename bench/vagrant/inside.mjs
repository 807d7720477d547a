// Vagrant's side of bench/snapshot.mjs, run by init.sh in namespaces of its own: a libvirtd, the machines of job.json,
// their RAM filled as much as klab's, then `vagrant snapshot save` and `restore`. Prints what it measured as JSON; ends
// early when its standard input does.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { measureRestore, measureSave, run } from '../measure.mjs'

const URI = 'qemu:///system'
const IMAGES = '/var/lib/libvirt/images'
const work = process.argv[2]
const job = JSON.parse(readFileSync(join(work, 'job.json'), 'utf8'))
const say = (text) => process.stderr.write(`vagrant: ${text}\n`)
const names = job.nodes.map((n) => n.name)
/** vagrant-libvirt's name of a machine: the folder's, and the machine's. */
const domainOf = (name) => `${job.prefix}_${name}`
const env = {
  ...process.env,
  HOME: work,
  VAGRANT_HOME: join(work, 'home'),
  VAGRANT_CHECKPOINT_DISABLE: '1',
  VAGRANT_DEFAULT_PROVIDER: 'libvirt',
  VAGRANT_NO_COLOR: '1',
  LIBVIRT_DEFAULT_URI: URI,
}
const vagrant = (...args) => run(['vagrant', ...args], { cwd: join(work, job.prefix), env })
const virsh = async (...args) => (await run(['virsh', '-q', '-c', URI, ...args])).stdout

/**
 * The bench has gone, perhaps without having removed the folder, or wants no more. init.sh ends with this process, and
 * with that all that runs in here.
 */
function end() {
  try {
    rmSync(work, { recursive: true, force: true, maxRetries: 3 })
  } finally {
    process.exit(1)
  }
}
process.stdin.on('end', end).resume()
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end)

async function startLibvirt() {
  // QEMU as root, as klab's layers are root's; nobody's files change hands.
  writeFileSync(
    '/etc/libvirt/qemu.conf',
    'user = "root"\ngroup = "root"\ndynamic_ownership = 0\nremember_owner = 0\n' +
      'security_driver = "none"\nstdio_handler = "file"\n',
  )
  writeFileSync('/etc/libvirt/libvirtd.conf', 'auth_unix_ro = "none"\nauth_unix_rw = "none"\n')
  await mkdir(IMAGES, { recursive: true })
  spawn('libvirtd', ['-f', '/etc/libvirt/libvirtd.conf'], { stdio: ['ignore', 'ignore', 'ignore'] })
  for (let tries = 0; ; tries++) {
    if (existsSync('/run/libvirt/libvirt-sock') && (await virsh('version').catch(() => undefined))) return
    if (tries > 60) throw new Error('libvirtd does not answer after a minute')
    await sleep(1000)
  }
}

/** Where each machine's SSH server is: domain → [host, port]. */
async function findAddresses() {
  const config = (await vagrant('ssh-config')).stdout
  writeFileSync(join(work, 'ssh_config'), config)
  return Object.fromEntries(
    config
      .split(/^Host /m)
      .slice(1)
      .map((part) => [
        domainOf(part.split('\n')[0].trim()),
        [/^\s*HostName (\S+)/m.exec(part)[1], Number(/^\s*Port (\d+)/m.exec(part)[1])],
      ]),
  )
}

/** MiB of a machine's RAM that it has written to: what is resident of QEMU's largest mapping. */
function touchedMiB(name) {
  const pid = readFileSync(`/run/libvirt/qemu/${domainOf(name)}.pid`, 'utf8').trim()
  const maps = readFileSync(`/proc/${pid}/smaps`, 'utf8').matchAll(/^Size: +(\d+) kB\n(?:.*\n)*?Rss: +(\d+) kB/gm)
  const [, rss] = [...maps]
    .map(([, size, resident]) => [Number(size), Number(resident)])
    .reduce((a, b) => (b[0] > a[0] ? b : a))
  return rss / 1024
}

/**
 * Touches so much of a guest's RAM: a file in it, of pages that are nowhere zero, as QEMU writes zero pages for
 * nothing.
 */
async function fill(name, mib, file) {
  const script = `set -e
mkdir -p /fill
mountpoint -q /fill || mount -t tmpfs -o size=95% tmpfs /fill
[ -e /fill/seed ] || head -c 8M /dev/urandom >/fill/seed
for i in $(seq ${Math.floor(mib / 8)}); do cat /fill/seed; done >/fill/${file}
`
  if (mib >= 8) await run(['ssh', '-F', join(work, 'ssh_config'), name, 'sudo', 'sh', '-s'], { input: script })
}

/** MiB of RAM and devices that a snapshot holds of each machine. */
async function stateMiB(snapshot) {
  const sizes = names.map(async (name) => {
    const info = await run(['qemu-img', 'info', '-U', '--output=json', join(IMAGES, `${domainOf(name)}.img`)])
    return JSON.parse(info.stdout).snapshots.find((s) => s.name === snapshot)['vm-state-size'] / 2 ** 20
  })
  return Promise.all(sizes)
}

/**
 * Fills the machines' RAM until a snapshot of each is as large as klab's RAM image: first by what is touched, then by
 * what a snapshot of that holds.
 */
async function fillRam() {
  await Promise.all(job.nodes.map(({ name, ramMiB }) => fill(name, ramMiB - touchedMiB(name), 'first')))
  await vagrant('snapshot', 'save', 'trial')
  const held = await stateMiB('trial')
  await vagrant('snapshot', 'delete', 'trial')
  await Promise.all(job.nodes.map(({ name, ramMiB }, i) => fill(name, ramMiB - held[i], 'second')))
}

const seconds = (ms) => (ms / 1000).toFixed(1)
await startLibvirt()
say(`up of ${names.length} machines`)
const up = await vagrant('up', '--no-provision')
say(`up after ${seconds(up.ms)} s; filling their RAM`)
const addresses = await findAddresses()
await fillRam()
const rounds = []
for (let round = 1; round <= job.rounds; round++) {
  const save = await measureSave(URI, Object.keys(addresses), () => vagrant('snapshot', 'save', 'bench'))
  const ramMiB = (await stateMiB('bench')).reduce((sum, mib) => sum + mib, 0)
  const restore = await measureRestore(URI, addresses, () => vagrant('snapshot', 'restore', 'bench'))
  await vagrant('snapshot', 'delete', 'bench')
  rounds.push({ ramMiB, save, restore })
  say(`round ${round}: save ${seconds(save.wholeMs)} s, restore ${seconds(restore.wholeMs)} s`)
}
const statusMs = []
for (let i = 0; i < 5; i++) statusMs.push((await vagrant('status')).ms)
process.stdout.write(`${JSON.stringify({ upMs: up.ms, rounds, statusMs })}\n`)
process.exit(0)
