import { readFileSync } from 'node:fs'
import t from 'tap'
import { buildImage, mmdebstrap } from '../../src/base-image/build.js'
import { CMDLINE, parsePackages, readRecipe } from '../../src/base-image/recipe.js'

const recipe = { key: 'k', dir: "/it's here", packages: ['init', 'less'] }

t.test('mmdebstrap: packages, network settings, hooks with odd paths', (t) => {
  const argv = mmdebstrap(recipe, "/w/a b'c.tar", '/w/root.tar', ['Acquire::http::Proxy "http://127.0.0.1:3142";'])
  t.same(argv.slice(-3), ['bookworm', '/w/root.tar', '-'])
  t.ok(argv.includes('--include=init,less'))
  t.ok(argv.includes('--aptopt=Acquire::http::Proxy "http://127.0.0.1:3142";'))
  t.ok(argv.includes("--customize-hook=tar-in '/w/a b'\\''c.tar' /"))
  t.ok(argv.includes("--customize-hook=upload '/it'\\''s here/customize.sh' /usr/lib/klab/customize"))
  t.end()
})

t.test('the package list', async (t) => {
  t.same(parsePackages('# a\n\nb # c\n  d\n'), ['b', 'd'])
  const real = await readRecipe(new URL('../..', import.meta.url).pathname)
  t.match(real.key, /^[0-9a-f]{64}$/)
  for (const p of real.packages) t.match(p, /^[a-z0-9][a-z0-9+.-]+$/)
  // apparmor: without its parser dockerd starts no container on an AppArmor kernel.
  for (const p of ['linux-image-cloud-amd64', 'cloud-init', 'docker.io', 'apparmor', 'conntrack', 'tzdata'])
    t.ok(real.packages.includes(p), p)
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
