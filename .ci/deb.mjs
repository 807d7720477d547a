// Builds dist-deb/klab_VERSION_ARCH.deb: klab with the Node that runs this script, man page, completions.
//   npm run deb    (needs Debian or Ubuntu with dpkg-dev; no root)
// DEBFULLNAME and DEBEMAIL name the maintainer, as in Debian's own tools; else the author of the last commit is it.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { changelog, COMPLETIONS, control, copyright, LINKS, NODE_LICENCE } from './deb-control.mjs'
import { OVERRIDES, placeOf, WRAPPER } from './deb-control.mjs'

const out = 'dist-deb'
const output = (tool, args, options = {}) => execFileSync(tool, args, { encoding: 'utf8', ...options }).trim()
const git = (format) => output('git', ['log', '-1', `--format=${format}`])

const { version, description } = JSON.parse(readFileSync('package.json', 'utf8'))
const { DEBFULLNAME: name, DEBEMAIL: email } = process.env
const maintainer = name && email ? `${name} <${email}>` : git('%an <%ae>')
// All times in the package, so that the same commit gives the same package.
const epoch = process.env.SOURCE_DATE_EPOCH ?? git('%ct')
const date = new Date(Number(epoch) * 1000).toUTCString().replace('GMT', '+0000')

mkdirSync(out, { recursive: true })
const work = mkdtempSync(join(out, '.work-'))
const root = join(work, 'root')
try {
  const architecture = output('dpkg', ['--print-architecture'])
  files()
  const libraries = node()
  texts()
  const { kib, sums } = measure()
  write('DEBIAN/md5sums', sums)
  const lists = packages()
  write('DEBIAN/control', control({ version, architecture, maintainer, kib, lists, libraries, about: description }))
  const deb = join(out, `klab_${version}_${architecture}.deb`)
  output('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', root, deb], {
    env: { ...process.env, SOURCE_DATE_EPOCH: epoch },
  })
  console.log(deb)
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** Writes one file. */
function write(path, content, mode = 0o644) {
  const to = join(root, path)
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(to, content)
  chmodSync(to, mode)
}

/** What the npm package has, each file at its place. */
function files() {
  const [packed] = JSON.parse(output('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { stdio: 'pipe' }))
  for (const { path } of packed.files) {
    const to = placeOf(path)
    if (to !== undefined) write(to, readFileSync(path), statSync(path).mode & 0o100 ? 0o755 : 0o644)
  }
  // /usr/bin/klab starts it; by its own first line it would need somebody else's Node.
  write('usr/lib/klab/dist/main.js', readFileSync('dist/main.js', 'utf8').replace(/^#!.*\n/, ''))
  for (const [path, to] of Object.entries(LINKS)) symlinkSync(to, join(root, path))
  write('usr/bin/klab', WRAPPER, 0o755)
}

/** Node's program, without what only a debugger reads (15 MB). Returns the packages whose libraries it loads. */
function node() {
  const to = join(root, 'usr/lib/klab/node')
  copyFileSync(process.execPath, to)
  chmodSync(to, 0o755)
  output('strip', ['--strip-unneeded', '--remove-section=.comment', '--remove-section=.note', to])
  // dpkg-shlibdeps wants to be in a source package.
  const control = join(work, 'debian/control')
  mkdirSync(dirname(control))
  writeFileSync(control, 'Source: klab\n\nPackage: klab\nArchitecture: any\n')
  const said = output('dpkg-shlibdeps', ['-O', `-e${join('root', 'usr/lib/klab/node')}`], { cwd: work, stdio: 'pipe' })
  return said.replace(/^shlibs:Depends=/, '').split(', ')
}

/** Man page, completions, copyright and changelog. */
function texts() {
  const small = (text) => gzipSync(text, { level: 9 })
  write('usr/share/man/man1/klab.1.gz', small(readFileSync('dist/klab.1')))
  for (const [shell, path] of Object.entries(COMPLETIONS))
    write(path, `${output(process.execPath, ['dist/main.js', 'completion', shell])}\n`)
  const license = readFileSync('LICENSE', 'utf8')
  write('usr/share/doc/klab/copyright', copyright({ license, nodeVersion: process.versions.node }))
  write(NODE_LICENCE, readFileSync(nodeLicence()))
  write('usr/share/doc/klab/changelog.gz', small(changelog({ version, maintainer, date })))
  write('usr/share/lintian/overrides/klab', OVERRIDES)
}

/** Where the licence of this Node lies: in its own folder, or where Debian's packages put it. */
function nodeLicence() {
  const own = dirname(dirname(process.execPath))
  const files = [join(own, 'LICENSE'), '/usr/share/doc/nodejs/LICENSE', '/usr/share/doc/nodejs/copyright']
  const found = files.find((file) => existsSync(file))
  if (found === undefined) throw new Error(`no licence of ${process.execPath} in ${files.join(', ')}`)
  return found
}

/** Modes of folders, whatever the umask; KiB of all files, each rounded up; their md5sums. */
function measure() {
  let kib = 0
  let sums = ''
  chmodSync(root, 0o755)
  // With its types: without them it follows links to folders.
  const entries = readdirSync(root, { recursive: true, withFileTypes: true })
  for (const file of entries.map((e) => join(e.parentPath, e.name)).sort()) {
    const about = lstatSync(file)
    if (about.isDirectory()) chmodSync(file, 0o755)
    kib += about.isFile() ? Math.ceil(about.size / 1024) : 1
    const sum = () => createHash('md5').update(readFileSync(file)).digest('hex')
    if (about.isFile()) sums += `${sum()}  ${relative(root, file)}\n`
  }
  return { kib, sums }
}

/** The lists of .ci/packages.sh, without what every Debian has. */
function packages() {
  const names = ['run', 'make', 'nat']
  const words = names.map((list) => `echo "\${${list}[@]}"`)
  const lists = output('bash', ['-c', ['. .ci/packages.sh', ...words].join('; ')])
    .split('\n')
    .map((l) => l.split(' '))
  const shown = output('apt-cache', ['show', '--no-all-versions', ...lists.flat()], { maxBuffer: 2 ** 24 }).split(
    '\n\n',
  )
  const essential = shown.filter((s) => /^Essential: yes$/m.test(s)).map((s) => /^Package: (.*)$/m.exec(s)?.[1])
  return Object.fromEntries(names.map((list, i) => [list, lists[i].filter((name) => !essential.includes(name))]))
}
