import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import { aptConfig, hostMirror, openApt, packageOf } from '../../src/bundle/source/apt.js'
import { exec } from './fixtures/world.js'

const skip = (await exec.which('apt-get')) && (await exec.which('dpkg-deb')) ? false : 'no apt on this machine'

t.test('names and versions of package files', (t) => {
  t.same(packageOf('/x/conntrack_1%3a1.4.7-1+b2_amd64.deb'), { name: 'conntrack', version: '1:1.4.7-1+b2' })
  t.same(packageOf('etcd-server_3.4.23-4+b4_amd64.deb'), { name: 'etcd-server', version: '3.4.23-4+b4' })
  t.end()
})

t.test('a machine without a Debian mirror is told what to do', async (t) => {
  const etc = t.testdir({ 'sources.list': 'deb http://ubuntu.example/ubuntu jammy main\n' })
  await t.rejects(hostMirror(etc), {
    code: 'host',
    exitCode: 3,
    message: /no Debian mirror/,
    hint: /bundle: \{dir: …\}/,
  })
})

t.test('sources.list and sources.list.d are both read', async (t) => {
  const etc = t.testdir({
    'sources.list.d': {
      'a.list': 'deb http://v.example/ x main\n',
      'b.sources': 'Types: deb\nURIs: http://m.example/debian\nSuites: bookworm\nComponents: main\n',
    },
  })
  t.same(await hostMirror(etc), { uri: 'http://m.example/debian', trusted: false })
})

/** A tiny file: mirror with two packages. */
async function makeMirror(dir: string): Promise<void> {
  const run = (argv: string[], cwd = dir) => exec.run(argv, { cwd })
  await run(['mkdir', '-p', 'mirror/dists/bookworm/main/binary-amd64', 'mirror/pool', 'lib/DEBIAN', 'tool/DEBIAN'])
  const control = (name: string, depends: string) =>
    `Package: ${name}\nVersion: 1:2.0\nArchitecture: amd64\nMaintainer: t <t@example>\n${depends}Description: x\n`
  await exec.run(['tee', 'lib/DEBIAN/control'], { cwd: dir, input: control('lib', '') })
  await exec.run(['tee', 'tool/DEBIAN/control'], { cwd: dir, input: control('tool', 'Depends: lib\n') })
  for (const name of ['lib', 'tool'])
    await run(['dpkg-deb', '--root-owner-group', '--build', name, `mirror/pool/${name}_2.0_amd64.deb`])
  const mirror = join(dir, 'mirror')
  const packages: string[] = []
  for (const name of ['lib', 'tool']) {
    const file = `pool/${name}_2.0_amd64.deb`
    const sum = (await run(['sha256sum', file], mirror)).stdout.split(' ')[0]!
    const { length } = readFileSync(join(mirror, file))
    const depends = name === 'tool' ? 'Depends: lib\n' : ''
    packages.push(
      `Package: ${name}\nVersion: 1:2.0\nArchitecture: amd64\nMaintainer: t <t@example>\n` +
        `${depends}Filename: ${file}\nSize: ${length}\nSHA256: ${sum}\nDescription: x\n`,
    )
  }
  const indexes = { 'main/binary-amd64/Packages': packages.join('\n') }
  let release =
    'Origin: t\nSuite: bookworm\nCodename: bookworm\nDate: Wed, 13 Jan 2021 00:00:00 UTC\n' +
    'Architectures: amd64\nComponents: main\nSHA256:\n'
  for (const [path, text] of Object.entries(indexes)) {
    await exec.run(['tee', path], { cwd: join(mirror, 'dists/bookworm'), input: text })
    const sum = (await run(['sha256sum', path], join(mirror, 'dists/bookworm'))).stdout.split(' ')[0]!
    release += ` ${sum} ${text.length} ${path}\n`
  }
  await exec.run(['tee', 'Release'], { cwd: join(mirror, 'dists/bookworm'), input: release })
}

t.test('a private apt: download, dependencies, nothing outside its folder', { skip }, async (t) => {
  const dir = t.testdir({ etc: {} })
  await makeMirror(dir)
  await exec.run(['tee', 'etc/sources.list'], {
    cwd: dir,
    input: `deb [trusted=yes] file:${dir}/mirror bookworm main\n`,
  })
  const apt = await openApt({ exec, dir: join(dir, 'apt'), arch: 'amd64', suites: ['bookworm'], etc: join(dir, 'etc') })
  t.same((await apt.closure(['tool'])).map((f) => basename(f)).length, 2, 'what it depends on comes too')
  const [one, ...more] = await apt.download(['tool'])
  t.same(packageOf(one!), { name: 'tool', version: '1:2.0' })
  t.same(more, [])
  t.ok(existsSync(one!))
  await t.rejects(apt.download(['nothing']), { code: 'command', message: /nothing/ })
})

t.test('the configuration leaves the machine’s own hooks out', (t) => {
  const text = aptConfig('/w', 'amd64', ['Acquire::http::Proxy "http://p/";'])
  t.match(text, 'Dir::Etc::parts "/dev/null";')
  t.match(text, 'Acquire::http::Proxy "http://p/";')
  t.match(text, 'Dir::State::status "/w/state/status";')
  t.end()
})
