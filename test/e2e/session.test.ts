/**
 * An ordinary user, without root at any point: one plain machine on qemu:///session, up to the end of its boot; then
 * destroy, and nothing left.
 */
import { chown, cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { createLayers } from '../../src/cache/layers.js'
import { cachePaths, roots } from '../../src/state/paths.js'
import { readRecipe } from '../../src/base-image/recipe.js'
import { systemClock } from '../../src/host/clock.js'
import { exec, host, processes, tempUser, uid } from '../real/libvirt.js'

const project = fileURLToPath(new URL('../..', import.meta.url))
const LABFILE = `name: mine
kubernetes: false
nodes:
  - { name: alone, ip: 192.168.31.61, cpus: 2, memory: 1GiB, disk: 10GiB }
`

t.test('an ordinary user on qemu:///session', { skip: uid === 0 ? false : 'needs root to make a user' }, async (t) => {
  const user = await tempUser(t)
  const home = `/home/${user.name}`
  // The user's own copy of klab: this checkout may lie where only root can read.
  await mkdir(join(home, 'klab', 'labs'), { recursive: true })
  for (const part of ['dist', 'cloud-init', 'node_modules', 'package.json'])
    await cp(join(project, part), join(home, 'klab', part), { recursive: true, verbatimSymlinks: true })
  await writeFile(join(home, 'klab', 'labs', 'Labfile'), LABFILE)
  // The base image was built by the test before (as root); building it as an ordinary user is tried in test/image.
  const { key } = await readRecipe(project, 'debian-12')
  const layers = createLayers({
    dir: cachePaths(roots(host)).layers,
    exec,
    clock: systemClock,
    dirMode: roots(host).dirMode,
  })
  const base = await layers.get(key)
  if (base !== undefined) await cp(base, join(home, '.cache/klab/layers', key), { recursive: true })
  await exec.run(['chown', '-R', `${user.uid}:${user.uid}`, home])
  await chown(home, user.uid, user.uid)

  const klab = (...args: string[]) =>
    exec.run(
      user.as([process.execPath, join(home, 'klab/dist/main.js'), '-f', join(home, 'klab/labs/Labfile'), ...args]),
      {
        allowFailure: true,
        timeoutMs: 20 * 60_000,
        cwd: home,
      },
    )

  const up = await klab('up', '--until', 'boot')
  t.equal(up.exitCode, 0, up.stderr.slice(-2000))
  t.match(up.stdout, /lab mine: running/)
  const id = await klab('ssh', 'alone', '--', 'id', '-un')
  t.equal(id.stdout, 'klab\n', id.stderr)
  const mine = (await processes()).filter(
    (p) =>
      /qemu-system|vde_switch/.test(p.argv[0] ?? '') &&
      p.argv.some((a) => a.includes(home) || a.includes(`/run/user/${user.uid}`)),
  )
  t.ok(mine.length >= 2, 'a machine and a switch')
  t.strictSame(
    mine.filter((p) => p.uid !== user.uid),
    [],
    'all of them the user’s own',
  )

  const gone = await klab('destroy', '--force')
  t.equal(gone.exitCode, 0, gone.stderr.slice(-2000))
  t.strictSame(await readdir(join(home, '.local/state/klab/labs')), [], 'no folder')
  t.strictSame(
    (await processes()).filter((p) => p.uid === user.uid && /qemu-system|vde_switch/.test(p.argv[0] ?? '')),
    [],
    'no process',
  )
})
