/**
 * `npm pack`, installed where there is no checkout: `npm run test:package`. labs/plain then comes up from there, to the
 * end, with real libvirt and QEMU; `KLAB_PACKAGE_UP=0` leaves that out.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import t from 'tap'
import { root } from '../fakes/world.js'
import { ensureSystemLibvirt, workDir } from '../real/libvirt.js'

const dir = await workDir(t)
const prefix = join(dir, 'prefix')
const work = join(dir, 'work')
/** Nothing of the checkout: not its node_modules/.bin on PATH, no npm settings of a script that runs us. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:npm_|TAP|NODE_|INIT_CWD)/i.test(name))),
  PATH: [join(prefix, 'bin'), dirname(process.execPath), '/usr/bin:/bin:/usr/sbin:/sbin'].join(delimiter),
  KLAB_STATE_DIR: join(dir, 'state'),
  KLAB_RUN_DIR: join(dir, 'run'),
}
mkdirSync(work)

/** Runs to the end; fails the test unless the status is one of these. */
function run(argv: readonly string[], o: { readonly cwd?: string; readonly status?: readonly number[] } = {}) {
  // tap gives NODE_OPTIONS to all that a test starts.
  const done = spawnSync('env', ['-u', 'NODE_OPTIONS', ...argv], {
    cwd: o.cwd ?? work,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  const said = `${argv.join(' ')}\n${done.stderr}`
  t.ok((o.status ?? [0]).includes(done.status ?? -1), said.slice(-4000))
  return done
}

t.test('packed from a clean build: dist/ is what this build made, no more', (t) => {
  run(['npm', 'pack', '--pack-destination', dir], { cwd: root })
  const tarball = readdirSync(dir).find((name) => name.endsWith('.tgz'))
  t.match(tarball, /^klab-[\d.]+\.tgz$/)
  const packed = run(['tar', '--list', '--file', join(dir, tarball ?? '')])
  const inDist = packed.stdout.split('\n').flatMap((name) => /^package\/dist\/([^/]+)/.exec(name)?.[1] ?? [])
  const made = readFileSync(join(root, 'dist/.files'), 'utf8').trim().split('\n')
  t.same([...new Set(inDist)].sort(), [...made, 'types'].sort())
  t.end()
})

t.test('npm i -g, without any network: one package, nothing compiled', (t) => {
  const tarball = readdirSync(dir).find((name) => name.endsWith('.tgz')) ?? ''
  run(['npm', 'install', '--global', '--offline', '--prefix', prefix, join(dir, tarball)])
  t.same(readdirSync(join(prefix, 'lib/node_modules')), ['klab'])
  t.notOk(existsSync(join(prefix, 'lib/node_modules/klab/node_modules')))
  t.end()
})

t.test('it runs in an empty folder', (t) => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  t.equal(run(['klab', '--version']).stdout, `${version}\n`)
  t.match(run(['klab', '--help']).stdout, /exit status: 0 done/)
  run(['klab', 'init', 'plain'])
  t.match(run(['klab', 'validate']).stdout, /: valid$/m)
  const schema = /\$schema=(\S+)/.exec(readFileSync(join(work, 'Labfile'), 'utf8'))?.[1] ?? ''
  t.ok(existsSync(schema), 'the schema for editors')
  t.match(run(['klab', 'lesson', 'list']).stdout, /\w/)
  const doctor = run(['klab', 'doctor', '--json'], { status: [0, 3] })
  t.ok((JSON.parse(doctor.stdout) as unknown[]).length > 10)
  t.match(run(['man', '--manpath', join(prefix, 'share/man'), '--where', 'klab']).stdout, join(prefix, 'share/man'))
  t.match(run(['klab', 'completion', 'bash']).stdout, /complete .* klab/)
  t.end()
})

t.test('a program can import it', (t) => {
  const program = join(dir, 'program')
  mkdirSync(join(program, 'node_modules'), { recursive: true })
  symlinkSync(join(prefix, 'lib/node_modules/klab'), join(program, 'node_modules/klab'))
  writeFileSync(
    join(program, 'program.mjs'),
    "import { openLab, UsageError } from 'klab'\nconsole.log(typeof openLab, UsageError.name)\n",
  )
  t.equal(run([process.execPath, 'program.mjs'], { cwd: program }).stdout, 'function UsageError\n')
  t.end()
})

const skip = process.env['KLAB_PACKAGE_UP'] === '0' ? 'KLAB_PACKAGE_UP=0' : false
t.test('up of labs/plain to the end, as this user', { skip }, async (t) => {
  if (process.getuid?.() === 0) await ensureSystemLibvirt(t)
  t.teardown(() => run(['klab', 'destroy', '--force']))
  run(['klab', 'up'])
  const status = JSON.parse(run(['klab', 'status', '--json']).stdout) as { nodes: { name: string }[] }
  t.equal(status.nodes.length, 4)
  for (const { name } of status.nodes) t.equal(run(['klab', 'ssh', name, 'hostname']).stdout.trim(), name)
})
