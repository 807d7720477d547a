import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CommandError } from '../../src/errors.js'
import { createExec } from '../../src/host/exec.js'
import { makeIso, makeSeedIso } from '../../src/hypervisor/make-iso.js'

const exec = createExec({ pid: process.pid, uid: 0, user: 'x', home: '/', cwd: '/', env: process.env })

t.test('a seed: volume cidata, the files by name, private, nothing beside it', async (t) => {
  const dir = t.testdir()
  const path = join(dir, 'seed.iso')
  await makeSeedIso(exec, {
    path,
    files: { 'user-data': '#cloud-config\nhostname: ü\n', 'meta-data': 'instance-id: 1\n' },
  })
  await makeSeedIso(exec, { path, files: { 'user-data': '#cloud-config\n', 'meta-data': 'instance-id: 2\n' } })
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.same(readdirSync(dir), ['seed.iso'])
  const toc = await exec.run(['xorriso', '-indev', path, '-pvd_info'], { allowFailure: true })
  t.match(toc.stdout + toc.stderr, /Volume Id\s*:\s*'?cidata/i)
  await exec.run(['xorriso', '-osirrox', 'on', '-indev', path, '-extract', '/', join(dir, 'out')])
  t.same(readdirSync(join(dir, 'out')).sort(), ['meta-data', 'user-data'])
  t.equal((await exec.run(['cat', join(dir, 'out/meta-data')])).stdout, 'instance-id: 2\n')
})

t.test('what fails leaves what was there', async (t) => {
  const dir = t.testdir()
  const path = join(dir, 'x.iso')
  writeFileSync(path, 'old')
  await t.rejects(makeIso(exec, { path, dir: join(dir, 'missing'), volumeId: 'x' }), CommandError)
  t.same(readdirSync(dir), ['x.iso'])
  t.equal(statSync(path).size, 3)
})
