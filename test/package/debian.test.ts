/**
 * `npm run deb`, installed in a fresh Debian 12 that mmdebstrap makes of this machine's own mirror: `npm run
 * test:package`. Nothing stays of it. `KLAB_DEB=FILE` tries a package that is built already.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import { hostSources, imageSources } from '../../src/base-image/sources.js'
import { networkSettings } from '../../src/host/apt-sources.js'
import { root } from '../fakes/world.js'

const output = (argv: readonly string[], cwd = root): string =>
  execFileSync(argv[0]!, argv.slice(1), { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()

/** What runs in the fresh root, as root; each part's output between its names. */
const TRY = `set -eu
part() { printf '\\n== %s\\n' "$1"; }
cd "$(mktemp -d)"
part version; klab --version
part help; klab --help
part init; klab init plain
part validate; klab validate
part doctor; klab doctor --json || echo "exit $?"
part man; man -w klab; man klab | head -n 4
part node; klab completion bash | head -n 1; command -v node || echo 'no node on PATH'
part files; dpkg --verify klab; find /usr -path '*klab*' ! -type l \\( ! -user root -o -perm /022 \\)
part purge; apt-get purge -qy klab >/dev/null 2>&1
find /usr /etc /var -xdev -name '*klab*' ! -path '/var/log/*' ! -path '/var/cache/man/*'
part end
`

let deb = ''
t.test('its parts, owners and modes', (t) => {
  deb = process.env['KLAB_DEB'] ?? join(root, output(['npm', 'run', '--silent', 'deb']).split('\n').at(-1) ?? '')
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  t.equal(basename(deb), `klab_${version}_${output(['dpkg', '--print-architecture'])}.deb`)
  const listed = output(['dpkg-deb', '--contents', deb]).split('\n')
  const plain = /^[-dl](?:rwxr-xr-x|rw-r--r--|rwxrwxrwx) root\/root /
  t.same(
    listed.filter((line) => !plain.test(line)),
    [],
  )
  const names = listed.map((line) => line.split(/ \.\//)[1]?.split(' -> ')[0] ?? '')
  const wanted = [
    ...['usr/bin/klab', 'usr/lib/klab/node', 'usr/lib/klab/dist/main.js', 'usr/lib/klab/labs/plain/Labfile'],
    ...['usr/share/man/man1/klab.1.gz', 'usr/share/doc/klab/copyright', 'usr/share/doc/klab/changelog.gz'],
    ...['usr/share/bash-completion/completions/klab', 'usr/share/zsh/vendor-completions/_klab'],
    ...['usr/share/fish/vendor_completions.d/klab.fish', 'usr/share/doc/klab/README.md'],
  ]
  t.same(wanted.filter((name) => !names.includes(name)), []) // prettier-ignore
  t.match(output(['dpkg-deb', '--field', deb, 'Depends']), /libc6 \(>= [\d.]+\).*libvirt-clients.*vde2/)
  const read = (name: string): string =>
    output(['bash', '-c', `dpkg-deb --fsys-tarfile '${deb}' | tar -xO ./usr/share/doc/klab/${name}`])
  t.match(read('copyright'), new RegExp(`klab contributors[^]*is Node.js ${process.versions.node}`))
  t.match(read('NODE-NOTICES'), 'Node.js contributors')
  t.match(read('THIRD-PARTY-NOTICES'), /^ssh2 \d/m)
  t.end()
})

const lintian = spawnSync('lintian', ['--version']).status === 0
t.test('lintian finds no errors', { skip: lintian ? false : 'lintian is not installed' }, (t) => {
  const done = spawnSync('lintian', ['--fail-on', 'error', '--allow-root', deb], { encoding: 'utf8' })
  t.equal(done.status, 0, done.stdout)
  t.end()
})

t.test('in a fresh Debian 12', async (t) => {
  const dir = t.testdir({})
  copyFileSync(deb, join(dir, 'klab.deb'))
  writeFileSync(join(dir, 'try.sh'), TRY)
  const settings = networkSettings(output(['apt-config', 'dump', 'Acquire'])).map((line) => `--aptopt=${line}`)
  // tap gives NODE_OPTIONS to all that a test starts.
  const clean = 'env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive'
  const inside = (command: string): string => `--customize-hook=chroot "$1" ${clean} ${command}`
  const argv = [
    ...['--variant=minbase', '--include=man-db', '--format=null', ...settings],
    `--customize-hook=copy-in ${join(dir, 'klab.deb')} ${join(dir, 'try.sh')} /root`,
    inside('apt-get install -qy --no-install-recommends /root/klab.deb >/dev/null'),
    inside('sh -c "sh /root/try.sh >/root/said"'),
    `--customize-hook=copy-out /root/said ${dir}`,
    ...['bookworm', '/dev/null', '-'],
  ]
  const sources = imageSources(await hostSources(), 'bookworm')
  const done = spawnSync('mmdebstrap', argv, {
    input: sources,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  t.equal(done.status, 0, done.stderr.slice(-4000))
  const said = readFileSync(join(dir, 'said'), 'utf8')
  const parts = new Map(
    said.split('\n== ').map((text) => [text.split('\n')[0]!, text.split('\n').slice(1).join('\n').trim()]),
  )
  const part = (name: string): string => parts.get(name) ?? `no ${name} in:\n${said}`
  t.ok(parts.has('end'), said)
  t.match(part('version'), /^\d+\.\d+\.\d+$/)
  t.match(part('help'), /exit status: 0 done/)
  t.match(part('validate'), /: valid$/)
  t.match(part('man'), /^\/usr\/share\/man\/man1\/klab\.1\.gz\n[^]*klab - /)
  t.match(part('node'), /_klab\(\) \{\nno node on PATH$/)
  t.equal(part('files'), '', 'sums as packed; root’s, and for nobody else to write')
  t.equal(part('purge'), '', 'nothing is left')
  const checks = JSON.parse(part('doctor').replace(/\nexit \d+$/, '')) as readonly { name: string; state: string }[]
  // No libvirtd runs in a chroot, and what builds an image is only recommended. All else is there.
  const missing = checks.filter((c) => c.state === 'missing').map((c) => c.name)
  const fine = /^(?:libvirt |mmdebstrap|fakeroot|mke2fs|memory|disk)/
  t.same(missing.filter((name) => !fine.test(name)), []) // prettier-ignore
  for (const tool of ['virsh', 'qemu-system-x86_64', 'qemu-img', 'qemu vde', 'vde_switch', 'xorriso', 'ssh', 'zstd'])
    t.equal(checks.find((c) => c.name === tool)?.state, 'ok', tool)
})
