// Runs the unit tests with what this machine has; installs nothing. Test files that call a program which is not here
// are left out, and named. More arguments go to tap.
//   node .ci/unit.mjs              what can run here
//   node .ci/unit.mjs --all        all of them, as `npm test` does: a missing program is a failure
//   node .ci/unit.mjs --coverage   the last line says how much of src/ was run
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { TAP } from './tap.mjs'

/** These need more than a unit test may: machines, or they are no tests. */
const OTHER = ['real', 'e2e', 'long', 'package', 'contract', 'fakes', 'fixtures', 'golden']
/** Program, or a folder that `npm run setup` makes → test files that call it. */
const NEEDS = {
  '.cloud-init': ['cloudinit/cloud-init'],
  busybox: ['bundle/source/gather'],
  chromium: ['page/browser', 'picture/browser'],
  'docker-registry': ['bundle/auto', 'bundle/online', 'bundle/skopeo'],
  'dpkg-deb': ['bundle/auto', 'bundle/online'],
  gcc: [
    ...['bundle/auto', 'bundle/folder-content', 'bundle/from-directory', 'bundle/host-programs', 'bundle/online'],
    ...['bundle/source/gather', 'cli/bundle', 'cli/verbs', 'course/facts-sh', 'lab/bundle-folder'],
  ],
  openssl: ['api/server', 'phases/rejoin', 'phases/workers', 'plan/ctrl-c', 'snapshot/certificates'],
  pgrep: ['bundle/jobs', 'bundle/source/calico-start', 'host/exec'],
  python3: ['cloudinit/cloud-init'],
  'qemu-img': ['base-image/base', 'base-image/disk-format', 'cli/verbs', 'sealed/disks'],
  skopeo: ['bundle/auto', 'bundle/online', 'bundle/skopeo'],
  ssh: ['guest/hostile', 'guest/ssh-config'],
  'ssh-keygen': ['lesson/guest-scripts', 'state/keys'],
  xorriso: ['bundle/build', 'hypervisor/make-iso'],
  zstd: ['labfile/foreign', 'sealed/export', 'sealed/read'],
}

const here = (name) =>
  name.startsWith('.')
    ? existsSync(name)
    : (process.env.PATH ?? '').split(delimiter).some((dir) => existsSync(join(dir, name)))

const more = new Set(process.argv.slice(2))
const all = more.delete('--all')
const coverage = more.delete('--coverage')
const missing = all ? [] : Object.keys(NEEDS).filter((name) => !here(name))
const leftOut = new Set(missing.flatMap((name) => NEEDS[name].map((file) => `test/${file}.test.ts`)))
const files = readdirSync('test', { recursive: true })
  .filter((name) => name.endsWith('.test.ts') && !OTHER.includes(name.split('/')[0]))
  .map((name) => `test/${name}`)
  .sort()

const unknown = Object.values(NEEDS)
  .flat()
  .filter((file) => !files.includes(`test/${file}.test.ts`))
if (unknown.length > 0) throw new Error(`.ci/unit.mjs: no such test: ${unknown.join(', ')}`)

/** Where tap writes what was run. */
const SUMMARY = '.tap/report/coverage-summary.json'

/**
 * Each assertion that failed, with what tap says about it; not the subtests and files that fail with it. Printed once
 * more at the end: a log may keep its end only.
 */
function failures(text) {
  const lines = text.split('\n')
  const found = []
  let file = ''
  lines.forEach((line, index) => {
    if (line.startsWith('# Subtest: ')) file = line.slice('# Subtest: '.length)
    if (!/^ *not ok /.test(line) || /# (time=|SKIP|TODO)/.test(line)) return
    const rest = lines.slice(index + 1, index + 41)
    const end = rest.findIndex((one) => one.trim() === '...')
    found.push(`${file}:`, line, ...rest.slice(0, end === -1 ? rest.length : end))
  })
  return found.length === 0 ? '' : `\nwhat failed, once more:\n${found.join('\n')}\n`
}

const options = coverage
  ? ['--timeout=300', '--allow-incomplete-coverage', '--coverage-report=json-summary']
  : ['--timeout=120', '--disable-coverage', '--allow-empty-coverage']
rmSync(SUMMARY, { force: true })
const chosen = files.filter((file) => !leftOut.has(file))
const jobs = `--jobs=${availableParallelism()}`
// On a terminal tap itself ends with what failed.
const stdout = process.stdout.isTTY ? 'inherit' : 'pipe'
const child = spawn(TAP, ['run', jobs, ...options, ...more, ...chosen], { stdio: ['inherit', stdout, 'inherit'] })
let text = ''
child.stdout?.setEncoding('utf8').on('data', (chunk) => {
  text += chunk
  process.stdout.write(chunk)
})
const [status] = await once(child, 'close')
process.stderr.write(failures(text))
if (leftOut.size > 0) {
  process.stderr.write(`\nnot run: ${[...leftOut].join(', ')}\n`)
  process.stderr.write(`missing here: ${missing.join(', ')}; npm run setup installs what all tests need\n`)
}
if (coverage && existsSync(SUMMARY)) {
  const { lines, branches, functions } = JSON.parse(readFileSync(SUMMARY, 'utf8')).total
  const parts = [`${lines.pct} % of lines`, `${branches.pct} % of branches`, `${functions.pct} % of functions`]
  console.log(`coverage of src/: ${parts.join(', ')}${status === 0 ? '' : '; tests failed'}`)
}
process.exitCode = status ?? 1
