import { readFileSync } from 'node:fs'
import t from 'tap'
import { CorruptError } from '../../src/errors.js'
import { domainXml } from '../../src/hypervisor/domain-xml.js'
import { adoptCookie, adoptXml, needsOf } from '../../src/hypervisor/foreign-xml.js'
import type { MachineSpec } from '../../src/hypervisor/types.js'

/** As libvirt 9.0 wrote it into the RAM image of a mini guest. */
const SAVED = readFileSync(new URL('../../test/hypervisor/fixtures/saved.xml', import.meta.url), 'utf8')
const COOKIE = `<cookie>
  <cpu mode='custom' match='exact' check='full'>
    <model fallback='forbid'>Nehalem</model>
    <feature policy='require' name='hypervisor'/>
  </cpu>
  <slirpHelper/>
</cookie>
`
const MAC = /mac=([0-9a-f:]{17})/.exec(SAVED)![1]!
const spec: MachineSpec = {
  name: 'klab-other-a',
  uuid: '11111111-2222-4333-8444-555555555555',
  labId: 'other',
  node: 'a',
  accel: 'tcg',
  cpus: 1,
  memoryMiB: 128,
  boot: { kind: 'direct', kernel: '/here/kernel', initrd: '/here/initrd', cmdline: 'console=ttyS0' },
  disks: [{ path: '/here/disk.qcow2', format: 'qcow2', target: 'vda', readonly: false }],
  consoleLog: '/here/console.log',
  mgmt: {
    mac: MAC,
    forwards: [
      { hostPort: 22001, guestPort: 7 },
      { hostPort: 22002, guestPort: 23 },
    ],
    internet: false,
  },
}
const ours = domainXml(spec)

t.test('names, files, ports and the command line are this host’s; the rest is the saved machine’s', (t) => {
  const xml = adoptXml(SAVED, ours)
  for (const own of [
    spec.name,
    spec.uuid,
    '/here/kernel',
    '/here/initrd',
    '/here/disk.qcow2',
    '/here/console.log',
    '127.0.0.1:22001-',
    'lab="other"',
  ])
    t.match(xml, own)
  for (const theirs of ['t01234567', '/tmp/', 'test-mini-guest', 'emulator', '/machine<'])
    t.notOk(xml.includes(theirs), `no ${theirs}`)
  t.match(xml, 'machine="pc-q35-7.2"')
  const addresses = (text: string) =>
    [...text.matchAll(/<address [^>]*bus=.(0x..). slot=.(0x..). function=.(0x.)./g)].map((m) => m.slice(1).join())
  t.strictSame(addresses(xml), addresses(SAVED), 'every device where it was')
  t.strictSame(needsOf(xml), { machine: 'pc-q35-7.2', cpu: 'Nehalem' })
  t.matchOnly(adoptXml(xml, ours), xml, 'and its own result is as good')
  t.end()
})

t.test('the share of CPU time stays behind: a libvirt in session mode would not start a machine with one', (t) => {
  const preferred = SAVED.replace('<os>', '<cputune><shares>200</shares></cputune><os>')
  t.not(preferred, SAVED)
  t.equal(adoptXml(preferred, ours), adoptXml(SAVED, ours))
  t.end()
})

t.test('what klab’s machines do not have', (t) => {
  const put = (before: string, text: string): string => SAVED.replace(before, `${text}${before}`)
  const swap = (from: string | RegExp, to: string): string => {
    const other = SAVED.replace(from, to)
    if (other === SAVED) throw new Error(`${String(from)}: not there`)
    return other
  }
  const cases: Record<string, string> = {
    'an argument more': put('</qemu:commandline>', "<qemu:arg value='-drive'/><qemu:arg value='file=/etc/shadow'/>"),
    'a port for everybody': swap('hostfwd=tcp:127.0.0.1:', 'hostfwd=tcp:0.0.0.0:'),
    'a command behind a port': swap(
      /hostfwd=tcp:127\.0\.0\.1:(\d+)-10\.0\.2\.15:7/,
      'guestfwd=tcp:10.0.2.100:7-cmd:id',
    ),
    'another card': swap(MAC, '52:54:00:00:00:01'),
    'the way out': swap('restrict=on', 'restrict=off'),
    'an environment': put('</qemu:commandline>', "<qemu:env name='LD_PRELOAD' value='/tmp/x.so'/>").replace(
      '<qemu:env',
      '</qemu:commandline><qemu:commandline><qemu:env',
    ),
    'a folder of the host': put(
      '</devices>',
      "<filesystem type='mount'><source dir='/'/><target dir='x'/></filesystem>",
    ),
    'a device of the host': put('</devices>', "<hostdev mode='subsystem' type='pci'/>"),
    'a network card': put('</devices>', "<interface type='network'><source network='default'/></interface>"),
    'a disk more': put(
      '</devices>',
      "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source " +
        "file='/etc/shadow'/><target dev='vdb' bus='virtio'/></disk>",
    ),
    'a disk of another kind': swap("<disk type='file' device='disk'>", "<disk type='block' device='disk'>"),
    'a raw disk': swap("type='qcow2'", "type='raw'"),
    'a screen': put('</devices>', "<graphics type='vnc' listen='0.0.0.0'/>"),
    'a serial port into a file': put('</devices>', "<serial type='file'><target type='isa-serial' port='1'/></serial>"),
    'a random source': swap('/dev/urandom', '/etc/shadow'),
    'another machine type': swap('pc-q35-7.2', 'microvm'),
    'more memory': swap("<memory unit='KiB'>131072", "<memory unit='KiB'>131073"),
    'more CPUs': swap("<vcpu placement='static'>1", "<vcpu placement='static'>2"),
    'another CPU': swap('Nehalem', 'Skylake-Server'),
    KVM: swap("<domain type='qemu'", "<domain type='kvm'"),
    'an unknown attribute': swap("<input type='mouse' bus='ps2'", "<input type='mouse' bus='ps2' x='y'"),
    'shared memory': put('<clock', "<memoryBacking><source type='file'/></memoryBacking>"),
    'a loader': put("<boot dev='hd'/>", "<loader readonly='no' type='pflash'>/etc/shadow</loader>"),
    'an entity': swap('<domain ', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><domain '),
    'two domains': `${SAVED}${SAVED}`,
    'broken XML': SAVED.slice(0, 900),
    nothing: '',
  }
  for (const [what, xml] of Object.entries(cases)) t.throws(() => adoptXml(xml, ours), CorruptError, what)
  t.end()
})

t.test('the cookie', (t) => {
  const own = adoptCookie(COOKIE)
  t.match(own, 'Nehalem')
  t.notMatch(own, 'slirpHelper')
  t.equal(adoptCookie(''), '')
  for (const bad of [
    COOKIE.replace('<slirpHelper/>', '<nbd/>'),
    COOKIE.replace("name='hypervisor'", "name='a,b=c'"),
    COOKIE.replace('<slirpHelper/>', '<blockDirtyBitmaps/>'),
    '<domain/>',
    'x',
  ])
    t.throws(() => adoptCookie(bad), CorruptError)
  t.end()
})
