import { execFileSync } from 'node:child_process'
import { openSync, writeSync, closeSync, writeFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { diskFormat } from '../../src/base-image/disk-format.js'

const qemuImg = (...args: string[]): void => void execFileSync('qemu-img', args, { stdio: 'ignore' })
const patch = (path: string, offset: number, bytes: number[]): void => {
  const fd = openSync(path, 'r+')
  writeSync(fd, Buffer.from(bytes), 0, bytes.length, offset)
  closeSync(fd)
}

t.test('plain disks', async (t) => {
  const dir = t.testdir()
  for (const compat of ['0.10', '1.1']) {
    const path = join(dir, `v${compat}`)
    qemuImg('create', '-f', 'qcow2', '-o', `compat=${compat}`, path, '8M')
    t.equal(await diskFormat(path), 'qcow2')
  }
  const raw = join(dir, 'raw')
  writeFileSync(raw, '')
  truncateSync(raw, 1 << 20)
  await t.rejects(diskFormat(raw), { code: 'corrupt', message: /neither/ }, 'nothing to boot from')
  patch(raw, 510, [0x55, 0xaa])
  t.equal(await diskFormat(raw), 'raw')
})

t.test('what would make QEMU open other files, or ask for a key', async (t) => {
  const dir = t.testdir()
  const at = (name: string): string => join(dir, name)
  qemuImg('create', '-f', 'qcow2', at('plain'), '8M')
  qemuImg('create', '-f', 'qcow2', '-F', 'qcow2', '-b', at('plain'), at('backing'))
  qemuImg('create', '-f', 'qcow2', '-o', `data_file=${at('other')},data_file_raw=on`, at('external'), '8M')
  // crypt_method 2 (qcow2.txt, bytes 32 to 35). Making one with qemu-img fails now and then on a busy host: "Unable to
  // get accurate CPU usage".
  qemuImg('create', '-f', 'qcow2', at('luks'), '8M')
  patch(at('luks'), 32, [0, 0, 0, 2])
  qemuImg('create', '-f', 'vmdk', at('vmdk'), '8M')
  writeFileSync(at('page'), '<html>404</html>'.repeat(100))
  writeFileSync(at('short'), Buffer.from([0x51, 0x46, 0x49, 0xfb]))
  qemuImg('create', '-f', 'qcow2', at('future'), '8M')
  patch(at('future'), 4, [0, 0, 0, 9])
  const expected = {
    backing: /backing file/,
    external: /another file/,
    luks: /encrypted/,
    vmdk: /neither/,
    page: /neither/,
    short: /neither/,
    future: /version 9/,
  }
  for (const [name, message] of Object.entries(expected)) {
    await t.rejects(diskFormat(at(name)), { code: 'corrupt', message, hint: /qemu-img info/ }, name)
  }
})
