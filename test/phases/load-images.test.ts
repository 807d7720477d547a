import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { root } from '../fakes/world.js'

const SUM = 'abcdef0123456789'.repeat(4)

/** The script with docker and ctr that write down what they got. */
function stage(t: Test) {
  const dir = t.testdir({ bin: {} })
  mkdirSync(join(dir, 'var/lib'), { recursive: true })
  const text = readFileSync(join(root, 'cloud-init/phases/load-images.sh'), 'utf8').replace(
    '/var/lib',
    `${dir}/var/lib`,
  )
  for (const name of ['docker', 'ctr']) {
    writeFileSync(join(dir, 'bin', name), `#!/bin/bash\necho "${name} $*: $(cat)" >>${dir}/log\n[ ! -e ${dir}/fail ]\n`)
    chmodSync(join(dir, 'bin', name), 0o755)
  }
  const run = (runtime: string): string => {
    const env = { PATH: `${dir}/bin:${process.env['PATH'] ?? ''}` }
    execFileSync('bash', ['-c', text, 'x', runtime, SUM], {
      env,
      input: 'archive',
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    return readFileSync(join(dir, 'log'), 'utf8')
  }
  return { dir, run, mark: join(dir, 'var/lib/klab/done/images-abcdef012345') }
}

t.test('docker and containerd get the archive; the mark is the archive’s sum', (t) => {
  const s = stage(t)
  t.equal(s.run('docker'), 'docker load -q: archive\n')
  t.equal(readFileSync(s.mark, 'utf8'), `${SUM}\n`)
  t.match(s.run('containerd'), 'ctr -n k8s.io images import -: archive\n')
  t.end()
})

t.test('what could not be loaded gets no mark', (t) => {
  const s = stage(t)
  writeFileSync(join(s.dir, 'fail'), '')
  t.throws(() => s.run('docker'))
  t.notOk(existsSync(s.mark))
  t.end()
})
