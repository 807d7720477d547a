import { readFileSync } from 'node:fs'
import t from 'tap'
import { buildImage, mmdebstrap } from '../../src/base-image/build.js'
import { CMDLINE, parsePackages, readRecipe } from '../../src/base-image/recipe.js'
import { OWN_IMAGES } from '../../src/versions/own-images.js'

const recipe = {
  key: 'k',
  suite: 'bookworm',
  packages: ['init', 'less'],
  rootfs: "/it's here/rootfs",
  scripts: ["/it's here/customize.sh"],
}
const assets = new URL('../..', import.meta.url).pathname
const NAMES = ['linux-image-cloud-amd64', 'cloud-init', 'docker.io', 'apparmor', 'conntrack', 'tzdata']

t.test('mmdebstrap: packages, network settings, hooks with odd paths', (t) => {
  const argv = mmdebstrap(recipe, "/w/a b'c.tar", '/w/root.tar', ['Acquire::http::Proxy "http://127.0.0.1:3142";'])
  t.same(argv.slice(-3), ['bookworm', '/w/root.tar', '-'])
  t.ok(argv.includes('--include=init,less'))
  t.ok(argv.includes('--aptopt=Acquire::http::Proxy "http://127.0.0.1:3142";'))
  t.ok(argv.includes("--customize-hook=tar-in '/w/a b'\\''c.tar' /"))
  t.ok(argv.includes("--customize-hook=upload '/it'\\''s here/customize.sh' /usr/lib/klab/customize"))
  t.end()
})

t.test('debian-13: its own packages beside the shared ones, its script before the shared one', async (t) => {
  const [old, made] = [await readRecipe(assets, 'debian-12'), await readRecipe(assets, 'debian-13')]
  t.not(made.key, old.key)
  t.same([old.suite, made.suite], ['bookworm', 'trixie'])
  t.same(old.packages, made.packages.slice(0, old.packages.length))
  t.ok(made.packages.includes('docker-cli'), 'docker.io has no client in Debian 13')
  const own = `${assets}cloud-init/image-debian-13`
  t.equal(made.rootfs, old.rootfs)
  const argv = mmdebstrap(made, '/w/a.tar', '/w/root.tar', [])
  t.equal(argv.at(-3), 'trixie')
  t.same(
    argv.filter((a) => /hook=(?:tar-in|upload|chroot)/.test(a)).map((a) => a.replace('--customize-hook=', '')),
    [
      "tar-in '/w/a.tar' /",
      `upload '${own}/prepare.sh' /usr/lib/klab/prepare`,
      'chroot "$1" sh /usr/lib/klab/prepare',
      `upload '${assets}cloud-init/image/customize.sh' /usr/lib/klab/customize`,
      'chroot "$1" sh /usr/lib/klab/customize',
    ],
  )
})

t.test('the package list', async (t) => {
  t.same(parsePackages('# a\n\nb # c\n  d\n'), ['b', 'd'])
  for (const name of OWN_IMAGES) {
    const real = await readRecipe(assets, name)
    t.match(real.key, /^[0-9a-f]{64}$/)
    for (const p of real.packages) t.match(p, /^[a-z0-9][a-z0-9+.-]+$/)
    t.equal(new Set(real.packages).size, real.packages.length)
    // apparmor: without its parser dockerd starts no container on an AppArmor kernel.
    for (const p of NAMES) t.ok(real.packages.includes(p), `${name}: ${p}`)
  }
})

t.test('the kernel finds its root by the label that the builder gives', (t) => {
  t.match(CMDLINE, /(^| )root=LABEL=rootfs rw( |$)/)
  t.match(
    readFileSync(new URL('../../cloud-init/image/rootfs/usr/lib/klab/initramfs-init', import.meta.url), 'utf8'),
    /LABEL=\*/,
  )
  t.end()
})

t.test('missing tools are named with the command that installs them', async (t) => {
  const exec = {
    run: () => t.fail('nothing may run') as never,
    spawnDetached: () => t.fail('nothing may run') as never,
    filter: () => t.fail('nothing may run') as never,
    which: (tool: string) => Promise.resolve(tool === 'tar' ? '/bin/tar' : undefined),
  }
  await t.rejects(buildImage(recipe, '/none', { exec, workDir: '/none', report: () => undefined }), {
    code: 'host',
    exitCode: 3,
    hint: 'sudo apt-get install mmdebstrap fakeroot e2fsprogs qemu-utils',
  })
})

t.test('several control planes: haproxy and keepalived besides, which do not start by themselves', async (t) => {
  const assets = new URL('../..', import.meta.url).pathname
  const [plain, shared] = [await readRecipe(assets, 'debian-12'), await readRecipe(assets, 'debian-12', true)]
  t.same(shared.packages, [...plain.packages, 'haproxy', 'keepalived'])
  t.notMatch(plain.packages.join(), /haproxy|keepalived/)
  const argv = mmdebstrap(shared, '/o', '/t', [])
  const hook = argv.findIndex((arg) => /systemctl --quiet disable haproxy\.service keepalived\.service$/.test(arg))
  t.ok(hook > argv.indexOf('--customize-hook=chroot "$1" sh /usr/lib/klab/customize'))
  t.notMatch(mmdebstrap(plain, '/o', '/t', []).join(' '), 'haproxy')
})
