import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createOverlay } from '../../src/node/disk.js'
import { failure } from '../fakes/guests.js'
import { fakeQemuImg } from '../fakes/world.js'

t.test('a disk that gets full under an overlay: what to free, nothing half-made, and then it works', async (t) => {
  const dir = t.testdir()
  const path = join(dir, 'disk.qcow2')
  const full = {
    run: (argv: readonly string[]) => {
      writeFileSync(argv.at(-2)!, 'half')
      return Promise.reject(failure('host', argv, 1, 'qemu-img: disk.qcow2: No space left on device'))
    },
  }
  await t.rejects(createOverlay(full, path, '/base', 20), { code: 'command', hint: /df -h/ })
  t.same(readdirSync(dir), [])
  const output = { stderr: '', exitCode: 0, durationMs: 1 }
  const well = { run: (argv: readonly string[]) => Promise.resolve({ ...output, stdout: fakeQemuImg(argv) }) }
  await createOverlay(well, path, '/base', 20)
  t.ok(existsSync(path))
})
