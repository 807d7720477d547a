import t from 'tap'
import { networkSettings, parseDeb822, parseSourcesList, pickMirror, sourcesText } from '../../src/host/apt-sources.js'

const deb822 = `# a comment
Types: deb
# another: one
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`

t.test('deb822: fields, comments, several entries', (t) => {
  const sources = parseDeb822(deb822)
  t.equal(sources.length, 2)
  t.same(sources[0], {
    types: ['deb'],
    uris: ['http://mirror.example/debian'],
    suites: ['bookworm', 'bookworm-updates'],
    components: ['main'],
    signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
    trusted: false,
  })
  t.notOk('signedBy' in sources[1]!)
  t.end()
})

t.test('deb822: an embedded key goes on verbatim; disabled entries do not count', (t) => {
  const key = '\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n -----END PGP PUBLIC KEY BLOCK-----'
  const text =
    'Enabled: no\nTypes: deb\nURIs: http://off.example/\nSuites: stable\nComponents: main\n\n' +
    'Types: deb deb-src\nURIs: https://on.example/debian/\nSuites: trixie\n' +
    `Components: main contrib\nTrusted: yes\nSigned-By:${key}\n`
  const mirror = pickMirror(parseDeb822(text))
  t.same(mirror, { uri: 'https://on.example/debian/', signedBy: key, trusted: true })
  t.same(pickMirror(parseDeb822(sourcesText(mirror!, ['bookworm']))), mirror, 'what we write, we read')
  t.end()
})

t.test('one-line files: options, comments, what is not Debian', (t) => {
  const text = `
# deb http://commented.example/debian bookworm main
deb https://vendor.example/apt vendor-bookworm main
deb-src http://source.example/debian bookworm main
deb cdrom:[Debian]/ bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://security.example/debian-security bookworm main
deb [ arch=amd64,arm64  signed-by=/usr/share/keyrings/k.gpg trusted=yes ] https://mirror.example/debian bookworm \
main contrib # ours
`
  t.same(pickMirror(parseSourcesList(text)), {
    uri: 'https://mirror.example/debian',
    signedBy: '/usr/share/keyrings/k.gpg',
    trusted: true,
  })
  t.equal(pickMirror(parseSourcesList('deb http://ubuntu.example/ubuntu jammy main\n')), undefined)
  t.equal(pickMirror([]), undefined)
  t.end()
})

t.test('the private sources file', (t) => {
  const text = sourcesText({ uri: 'http://mirror.example/debian', signedBy: '/k.gpg', trusted: false }, [
    'bookworm',
    'bullseye',
  ])
  t.equal(
    text,
    'Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bullseye\n' +
      'Components: main\nSigned-By: /k.gpg\n',
  )
  t.end()
})

t.test('of the configuration only the way to the network is kept', (t) => {
  const dump =
    'Acquire::http::Proxy "http://127.0.0.1:3142";\nAcquire::IndexTargets::deb::DEP-11 "";\n' +
    'Acquire::https::CAInfo "/ca";\nAcquire::Retries "3";\nAcquire::httpx "no";\n'
  t.same(networkSettings(dump), [
    'Acquire::http::Proxy "http://127.0.0.1:3142";',
    'Acquire::https::CAInfo "/ca";',
    'Acquire::Retries "3";',
  ])
  t.end()
})
