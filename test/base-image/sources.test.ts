import t from 'tap'
import { parseDeb822, parseSourcesList } from '../../src/host/apt-sources.js'
import { hostSources, imageSources } from '../../src/base-image/sources.js'

const text = (list: string): string => imageSources(parseSourcesList(list), 'bookworm')

t.test('main, updates and security, each from where the host has it', (t) => {
  const made = text(
    `deb [signed-by=/usr/share/keyrings/a.gpg] https://m.example/debian bookworm main contrib
     deb https://m.example/debian bookworm-updates main
     deb https://s.example/debian-security bookworm-security main
     deb https://b.example/debian bookworm-backports main
     deb https://apt.example/k8s stable kubic
     deb-src https://src.example/debian bookworm main`,
  )
  t.same(
    parseDeb822(made).map((s) => [s.uris[0], s.suites[0], s.components, s.signedBy]),
    [
      ['https://m.example/debian', 'bookworm', ['main'], '/usr/share/keyrings/a.gpg'],
      ['https://m.example/debian', 'bookworm-updates', ['main'], undefined],
      ['https://s.example/debian-security', 'bookworm-security', ['main'], undefined],
    ],
  )
  t.end()
})

t.test('a host with another Debian gives the image’s suites on its mirror; the first mirror wins', (t) => {
  const made = text(
    `deb https://one.example/debian trixie main
     deb https://two.example/debian bookworm main
     deb https://one.example/debian trixie-updates main
     deb https://one.example/debian-security trixie-security main
     deb https://one.example/debian-security buster/updates main`,
  )
  t.same(
    parseDeb822(made).map((s) => `${s.uris[0]} ${s.suites[0]}`),
    [
      'https://one.example/debian bookworm',
      'https://one.example/debian bookworm-updates',
      'https://one.example/debian-security bookworm-security',
    ],
  )
  t.end()
})

t.test('no security source, none in the image; no Debian at all is said with a way out', (t) => {
  t.notMatch(text('deb [trusted=yes] file:/srv/debian bookworm main'), /security/)
  t.match(text('deb [trusted=yes] file:/srv/debian bookworm main'), /^Trusted: yes$/m)
  t.throws(() => text('deb http://archive.example/ubuntu jammy main'), {
    code: 'host',
    exitCode: 3,
    hint: /image: \{url/,
  })
  t.throws(() => text('deb cdrom:[Debian]/ bookworm main'), { code: 'host' })
  t.end()
})

t.test('reads both styles, and only files that apt reads', async (t) => {
  const etc = t.testdir({
    'sources.list': 'deb https://a.example/debian bookworm main\n',
    'sources.list.d': {
      'b.sources': 'Types: deb\nURIs: https://b.example/debian-security\nSuites: bookworm-security\nComponents: main\n',
      'c.list.disabled': 'deb https://c.example/debian bookworm main\n',
    },
  })
  t.same(
    (await hostSources(etc)).map((s) => s.uris[0]),
    ['https://a.example/debian', 'https://b.example/debian-security'],
  )
  t.same(await hostSources(`${etc}/none`), [])
})
