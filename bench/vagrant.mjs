// The same machines and the same job with Vagrant + libvirt, beside klab's: bench/snapshot.mjs calls this. Needs root
// and Debian's packages; touches neither the host's libvirt nor its network: all of it runs in network, mount and
// process namespaces of its own (vagrant/init.sh), which end with this process.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { freemem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './measure.mjs'

const files = join(dirname(fileURLToPath(import.meta.url)), 'vagrant')
const PACKAGES =
  'vagrant vagrant-libvirt dnsmasq-base libvirt-daemon-system qemu-system-x86 qemu-utils openssh-client xorriso'
const TOOLS = ['vagrant', 'dnsmasq', 'libvirtd', 'qemu-img', 'ssh', 'xorriso']
// The last two are often missing from the PATH of a user who became root.
const found = (tool) =>
  [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'].some((dir) => existsSync(join(dir, tool)))

/** Why Vagrant's side can't be run here, in one line with the remedy; undefined when it can. */
export function whyNoVagrant() {
  const missing = TOOLS.filter((tool) => !found(tool))
  if (missing.length === 0 && spawnSync('dpkg', ['-s', 'vagrant-libvirt'], { stdio: 'ignore' }).status !== 0)
    missing.push('vagrant-libvirt')
  if (missing.length > 0) return `not installed: ${missing.join(', ')}; apt install --no-install-recommends ${PACKAGES}`
  return process.getuid() === 0
    ? undefined
    : 'it needs root, for a libvirtd and a network of its own: sudo npm run bench:snapshot'
}

const tag = (xml, name) => new RegExp(`<${name}\\b[^>]*>([^<]*)</${name}>`).exec(xml)?.[1]

/** What Vagrant's machines must be like, from klab's: `nodes` are { domain, name, ramMiB }. */
export async function jobOf(uri, nodes, rounds) {
  const machines = await Promise.all(
    nodes.map(async ({ domain, name, ramMiB }) => {
      const xml = (await run(['virsh', '-q', '-c', uri, 'dumpxml', domain])).stdout
      return {
        xml,
        node: { name, ramMiB, cpus: Number(tag(xml, 'vcpu')), memoryMiB: Number(tag(xml, 'memory')) / 1024 },
      }
    }),
  )
  const { xml } = machines[0]
  const [, layer] = /<source file='([^']*\/layers\/[^']*\/disk\.qcow2)'/.exec(xml) ?? []
  const job = {
    prefix: 'bench',
    driver: /<domain type='(\w+)'/.exec(xml)?.[1],
    cpuModel: tag(xml, 'model'),
    layer,
    kernel: tag(xml, 'kernel'),
    initrd: tag(xml, 'initrd'),
    cmdline: tag(xml, 'cmdline'),
    rounds,
    nodes: machines.map((m) => m.node),
  }
  if (!layer || !job.kernel)
    throw new Error(
      `${nodes[0].domain}: only a lab on klab's own image, booted by its kernel, can be built again with Vagrant`,
    )
  return job
}

/** A box without a copy: an overlay on klab's layer, in the place where `vagrant box add` would put it. */
async function makeBox(work, layer) {
  const box = join(work, 'home/boxes/klab-node/0/libvirt')
  await mkdir(box, { recursive: true })
  await writeFile(
    join(box, 'metadata.json'),
    JSON.stringify({ provider: 'libvirt', format: 'qcow2', disks: [{ path: 'box.img' }] }),
  )
  await writeFile(join(box, 'Vagrantfile'), "Vagrant.configure('2') { |config| }\n")
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', layer, join(box, 'box.img')])
}

/** The NoCloud seed of one machine: a user as Vagrant expects it, the name, DHCP on the only card. */
async function makeSeed(work, { name }, publicKey) {
  const dir = join(work, `seed-${name}`)
  const images = join(work, 'root/var/lib/libvirt/images')
  await mkdir(dir)
  await mkdir(images, { recursive: true })
  const user = {
    name: 'vagrant',
    sudo: 'ALL=(ALL) NOPASSWD:ALL',
    shell: '/bin/bash',
    lock_passwd: true,
    ssh_authorized_keys: [publicKey],
  }
  const userData = { hostname: name, users: [user], ssh_genkeytypes: ['ed25519'] }
  const network = { version: 2, ethernets: { eth0: { dhcp4: true } } }
  await writeFile(join(dir, 'user-data'), `#cloud-config\n${JSON.stringify(userData)}\n`)
  await writeFile(join(dir, 'meta-data'), JSON.stringify({ 'instance-id': name, 'local-hostname': name }))
  await writeFile(join(dir, 'network-config'), JSON.stringify(network))
  await run(['xorriso', '-as', 'mkisofs', '-quiet', '-o', `${dir}.iso`, '-V', 'cidata', '-J', '-r', dir])
  await run(['qemu-img', 'convert', '-O', 'qcow2', `${dir}.iso`, join(images, `seed-${name}.qcow2`)])
}

/**
 * Runs the job with Vagrant and gives what inside.mjs measured. Throws when it fails or `signal` ends it; leaves
 * nothing behind either way.
 */
export async function withVagrant(job, signal) {
  const needed = job.nodes.reduce((sum, n) => sum + n.ramMiB + 512, 0)
  const free =
    Number(/MemAvailable: +(\d+)/.exec(await readFile('/proc/meminfo', 'utf8'))?.[1] ?? freemem() / 1024) / 1024
  if (free < needed)
    throw new Error(`Vagrant's machines may take ${Math.ceil(needed)} MiB of RAM, ${Math.floor(free)} MiB are free`)
  // Not under /tmp, which may be RAM.
  const work = await mkdtemp('/var/tmp/klab-bench-')
  try {
    await mkdir(join(work, job.prefix))
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(work, job.prefix, 'key')])
    const publicKey = (await readFile(join(work, job.prefix, 'key.pub'), 'utf8')).trim()
    await copyFile(join(files, 'Vagrantfile'), join(work, job.prefix, 'Vagrantfile'))
    for (const dir of [work, join(work, job.prefix)]) await writeFile(join(dir, 'job.json'), JSON.stringify(job))
    await makeBox(work, job.layer)
    for (const node of job.nodes) await makeSeed(work, node, publicKey)
    return JSON.parse(await inside(work, signal))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Runs inside.mjs in its namespaces. Closing its standard input, or the end of this process, ends all of it. */
function inside(work, signal) {
  return new Promise((resolve, reject) => {
    const namespaces = ['--net', '--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child', '--mount-proc']
    const child = spawn(
      'unshare',
      [...namespaces, join(files, 'init.sh'), work, process.execPath, join(files, 'inside.mjs'), work],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (part) => (stdout += part))
    child.stdin.on('error', () => undefined)
    const stop = () => child.stdin.end()
    signal.addEventListener('abort', stop)
    child.once('error', reject)
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop)
      if (code === 0 && stdout !== '') resolve(stdout)
      else
        reject(new Error(signal.aborted ? "Vagrant's side was stopped" : `Vagrant's side failed, exit status ${code}`))
    })
  })
}
