import { randomBytes, randomInt } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CorruptError } from '../../src/errors.js'
import {
  formatSaveHeader,
  parseSaveHeader,
  readSaveHeader,
  rewriteSaveHeader,
} from '../../src/hypervisor/save-image.js'

const header = { xml: '<domain/>', cookie: '<cookie/>', wasRunning: false, dataLength: 64 }
const stream = Buffer.concat([Buffer.from('QEVM'), randomBytes(5 * 2 ** 20)])

t.test('libvirt’s own layout, byte for byte', (t) => {
  const bytes = formatSaveHeader(header)
  t.equal(bytes.length, 92 + 64)
  t.equal(bytes.toString('latin1', 0, 16), 'LibvirtQemudSave')
  // version, length, ran, compressed, cookie: as in a file of libvirt 9.0.
  t.strictSame(
    [16, 20, 24, 28, 32].map((at) => bytes.readUInt32LE(at)),
    [2, 64, 0, 0, 10],
  )
  t.equal(bytes.toString('latin1', 92, 112), '<domain/>\0<cookie/>\0')
  t.end()
})

t.test('what is written is read again', (t) => {
  for (let i = 0; i < 500; i++) {
    const text = (most: number): string => randomBytes(randomInt(1, most)).toString('base64')
    const one = {
      xml: text(5000),
      cookie: i % 3 === 0 ? '' : text(500),
      wasRunning: i % 2 === 0,
      dataLength: randomInt(0, 70_000),
    }
    const read = parseSaveHeader(formatSaveHeader(one), 'x')
    t.strictSame({ ...read, dataLength: 0 }, { ...one, dataLength: 0 })
    t.ok(read.dataLength >= one.dataLength)
  }
  t.end()
})

t.test('noise is refused, never believed nor read beyond its end', (t) => {
  const good = formatSaveHeader({ ...header, dataLength: 300 })
  let refused = 0
  for (let i = 0; i < 3000; i++) {
    const bytes = Buffer.from(good)
    for (let n = randomInt(1, 6); n > 0; n--) bytes[randomInt(0, 120)] = randomInt(0, 256)
    const cut = i % 4 === 0 ? bytes.subarray(0, randomInt(0, bytes.length)) : bytes
    try {
      const { xml, cookie, dataLength } = parseSaveHeader(cut, 'x')
      if (xml.length + cookie.length > dataLength * 3 || dataLength > cut.length)
        t.fail(JSON.stringify({ xml, cookie, dataLength }))
    } catch (error) {
      refused += 1
      if (!(error instanceof CorruptError)) throw error
    }
  }
  t.ok(refused > 1000, `${refused} of 3000 refused`)
  for (const [at, value] of [
    [16, 3],
    [20, 2 ** 24],
    [28, 2],
    [32, 400],
  ] as const) {
    const bytes = Buffer.from(good)
    bytes.writeUInt32LE(value, at)
    t.throws(() => parseSaveHeader(bytes, 'x'), CorruptError, `${value} at ${at}`)
  }
  t.end()
})

t.test('other XML in place, or in a copy when there is no room', async (t) => {
  const path = join(t.testdir(), 'a.mem')
  for (const [room, inPlace] of [
    [4096, true],
    [0, false],
  ] as const) {
    writeFileSync(path, Buffer.concat([formatSaveHeader({ ...header, dataLength: room }), stream]))
    const { ino, size } = statSync(path)
    const xml = `<domain>${'x'.repeat(1000)}</domain>`
    await rewriteSaveHeader(path, { xml, cookie: '<cookie><cpu/></cookie>' })
    const read = await readSaveHeader(path)
    t.match(read, { xml, cookie: '<cookie><cpu/></cookie>', wasRunning: false })
    t.ok(
      readFileSync(path)
        .subarray(92 + read.dataLength)
        .equals(stream),
      'QEMU’s stream is the same',
    )
    t.equal(statSync(path).ino === ino, inPlace)
    t.equal(statSync(path).size === size, inPlace)
  }
  writeFileSync(path, Buffer.concat([formatSaveHeader(header), Buffer.from('ELF')]))
  await t.rejects(readSaveHeader(path), CorruptError, 'no machine behind it')
})
