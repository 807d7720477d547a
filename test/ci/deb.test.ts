/** The parts of the Debian package that need no dpkg: where files go, what it depends on. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'
import { changelog, control, LINKS, placeOf } from '../../.ci/deb-control.mjs'
import { labToolChecks } from '../../src/doctor/tools.js'
import { parseDistro } from '../../src/host/distro.js'
import { fourNodes, labOf, root } from '../fakes/world.js'
import type { World } from '../../src/world.js'

const list = (name: string): string[] =>
  execFileSync('bash', ['-c', `. .ci/packages.sh; printf '%s\\n' "\${${name}[@]}"`], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')

t.test('it depends on all that doctor asks for, and recommends what builds image and bundle', async (t) => {
  const world = { host: { which: () => Promise.resolve(undefined) } } as unknown as World
  const debian = parseDistro('ID=debian\n')
  /** Packages of the tools that this lab lacks on a host without any. */
  const wanted = async (labfile: string, cached: boolean): Promise<string[]> => {
    const checks = await labToolChecks(world, labOf(labfile), { image: cached, bundle: cached }, debian)
    // Every Debian has apt, dpkg and tar. gcc and libc6-dev are what of build-essential is needed.
    const words = checks.flatMap((c) => (c.fix ?? '').split(' ').slice(5))
    return words.filter((p) => !['apt', 'dpkg', 'tar'].includes(p)).map((p) => (p === 'build-essential' ? 'gcc' : p))
  }
  const [run, make, nat] = [list('run'), list('make'), list('nat')]
  const up = await wanted(fourNodes(), true)
  t.ok(up.length >= 7, up.join(' '))
  t.same(up.filter((p) => !run.includes(p)), []) // prettier-ignore
  for (const source of ['source', 'upstream']) {
    const build = await wanted(fourNodes(`kubernetes: { bundle: ${source} }\n`), false)
    t.ok(build.includes('mmdebstrap'), build.join(' '))
    t.same(build.filter((p) => !run.includes(p) && !make.includes(p)), []) // prettier-ignore
  }
  const other = await wanted(fourNodes('network: { mode: nat }\n'), true)
  t.ok(other.includes('dnsmasq-base'))
  t.same(other.filter((p) => !run.includes(p) && !nat.includes(p)), []) // prettier-ignore
})

t.test('each file at its place', (t) => {
  t.equal(placeOf('dist/main.js'), 'usr/lib/klab/dist/main.js')
  t.equal(placeOf('cloud-init/phases/run.sh'), 'usr/lib/klab/cloud-init/phases/run.sh')
  t.equal(placeOf('labs/breaks/README.md'), 'usr/lib/klab/labs/breaks/README.md')
  t.equal(placeOf('package.json'), 'usr/lib/klab/package.json')
  t.equal(placeOf('README.md'), 'usr/share/doc/klab/README.md')
  t.equal(placeOf('README.zh.md'), 'usr/share/doc/klab/README.zh.md')
  t.equal(placeOf('docs/scripts.md'), 'usr/share/doc/klab/docs/scripts.md')
  for (const path of ['LICENSE', 'dist/klab.1', 'dist/types/index.d.ts']) t.equal(placeOf(path), undefined, path)
  t.end()
})

t.test('the links beside the pages lead to what the package has', (t) => {
  const links = Object.entries(LINKS).map(([path, to]) => normalize(join(dirname(path), to)))
  const library = ['cloud-init', 'labs', 'labfile.schema.json'].map((path) => `usr/lib/klab/${path}`)
  t.same(links, [...library, 'usr/share/doc/klab/copyright'])
  t.equal(placeOf('labfile.schema.json'), 'usr/lib/klab/labfile.schema.json')
  t.end()
})

t.test('control and changelog, as Debian reads them', (t) => {
  const text = control({
    version: '1.2.3',
    architecture: 'amd64',
    maintainer: 'A <a@b.example>',
    kib: 7,
    lists: { run: ['xorriso'], make: ['gcc'], nat: ['iptables'] },
    libraries: ['libc6 (>= 2.28)'],
    about: 'Real clusters',
  })
  t.match(text, /^Package: klab\nVersion: 1\.2\.3\nArchitecture: amd64\nMaintainer: A <a@b\.example>\n/)
  t.match(text, /^Depends: libc6 \(>= 2\.28\), xorriso\nRecommends: gcc\nSuggests: iptables, tini$/m)
  t.match(text, /^Description: Real clusters\n(?: \S.*\n)+$/m)
  t.ok(text.split('\n').every((line) => line.length <= 80))
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const date = 'Sat, 28 Nov 2026 01:00:00 +0000'
  t.match(
    changelog({ version, maintainer: 'A <a@b.example>', date }),
    /^klab \([\d.]+\) .*\n\n {2}\* .*\n\n -- A <.*>  Sat/,
  )
  t.end()
})
