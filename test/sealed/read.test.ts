import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { CorruptError } from '../../src/errors.js'
import { parseSealedFacts } from '../../src/sealed/facts.js'
import { readFacts, unpackSeal } from '../../src/sealed/read.js'
import { writeSeal } from '../../src/sealed/write.js'
import { fullDisk } from '../fakes/full-disk.js'
import { exec } from '../real/libvirt.js'
import { entriesOf, factsOf, FILES, put, sha, tarOf, type Entry } from './archive.js'

const { signal } = new AbortController()

/** Unpacks into `dir`; what it says. */
async function unpack(dir: string, file: string): Promise<string> {
  mkdirSync(dir, { recursive: true })
  try {
    const { digest } = await readFacts(exec, file, signal)
    await unpackSeal(exec, file, {
      signal,
      digest,
      progress: () => undefined,
      place: (name) => {
        mkdirSync(dirname(join(dir, name)), { recursive: true })
        return join(dir, name)
      },
    })
    return 'taken'
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error
    return error.message.replaceAll(file, 'FILE')
  }
}

t.test('a disk that gets full under an export: which file, and nothing of it is left', async (t) => {
  const dir = t.testdir({ from: { file: 'x' } })
  const facts = { ...factsOf({ 'nodes/a/memory': 'x' }) }
  const sources = facts.files.map((f) => ({ ...f, path: join(dir, 'from/file') }))
  const out = join(dir, 'out')
  mkdirSync(out)
  const disk = await fullDisk(t)
  disk.fillAt(0)
  const path = join(out, 'lab.klab')
  await t.rejects(writeSeal(exec, { path, facts, sources, o: { signal, progress: () => undefined } }), {
    code: 'ENOSPC',
    path,
  })
  t.same(readdirSync(out), [])
  disk.fillAt(Infinity)
  await writeSeal(exec, { path, facts, sources, o: { signal, progress: () => undefined } })
  t.same(readdirSync(out), ['lab.klab'])
})

t.test('what was written comes back, byte for byte, for its owner alone', async (t) => {
  const dir = t.testdir({ from: {} })
  const big = 'x'.repeat(3 * 2 ** 20) + 'y'
  const files = { ...FILES, 'nodes/a/memory': big }
  const facts = factsOf(files)
  const sources = facts.files.map((f) => {
    const path = join(dir, 'from', f.name.replaceAll('/', '_'))
    writeFileSync(path, files[f.name as keyof typeof files])
    return { ...f, path }
  })
  const seen: number[] = []
  const file = join(dir, 'lab.klab')
  await writeSeal(exec, { path: file, facts, sources, o: { signal, progress: (done) => seen.push(done) } })
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.notOk(existsSync(`${file}.partial`))
  t.equal(
    seen.at(-1),
    facts.files.reduce((a, f) => a + f.size, 0),
    'progress ends at all of it',
  )
  const read = await readFacts(exec, file, signal)
  t.strictSame(read.facts, JSON.parse(JSON.stringify(facts)))
  t.equal(await unpack(join(dir, 'to'), file), 'taken')
  for (const [name, text] of Object.entries(files)) {
    t.equal(readFileSync(join(dir, 'to', name), 'utf8'), text, name)
    t.equal(statSync(join(dir, 'to', name)).mode & 0o777, 0o600)
  }
  t.match(
    (await exec.run(['tar', '--zstd', '-tf', file])).stdout,
    /^seal\.json\nkey\n[^]*SHA256SUMS\n$/,
    'and tar reads it too',
  )
  const gone = sources.map((s) => ({ ...s, size: s.size + 1 }))
  await t.rejects(
    writeSeal(exec, { path: join(dir, 'no.klab'), facts, sources: gone, o: { signal, progress: () => undefined } }),
    CorruptError,
  )
  t.notOk(
    existsSync(join(dir, 'no.klab')) || existsSync(join(dir, 'no.klab.partial')),
    'nothing is left of one that failed',
  )
})

t.test('archives that nobody should make', async (t) => {
  const dir = t.testdir()
  const good = entriesOf()
  const at = (name: string): number => good.findIndex((e) => e.name === name)
  const change = (name: string, to: Partial<Entry>): Entry[] => good.with(at(name), { ...good[at(name)]!, ...to })
  const type = (flag: string, link = '') => ({
    patch: (head: Buffer): void => {
      head.write(flag, 156)
      head.write(link, 157)
    },
  })
  const facts = (more: object, files?: Readonly<Record<string, string>>): Entry[] =>
    entriesOf(factsOf(files, more), files)
  const lacking = Object.fromEntries(Object.entries(FILES).filter(([name]) => name !== 'key.pub'))
  const cases: Record<string, [Entry[], RegExp]> = {
    'a symbolic link': [change('nodes/a/disk.qcow2', type('2', '/etc/shadow')), /not a plain file/],
    'a hard link': [change('nodes/a/disk.qcow2', type('1', 'key')), /not a plain file/],
    'a device': [change('nodes/a/disk.qcow2', type('3')), /not a plain file/],
    'a folder': [change('nodes/a/disk.qcow2', type('5')), /not a plain file/],
    'a longer name of GNU tar': [change('nodes/a/disk.qcow2', type('L')), /not a plain file/],
    'an absolute name': [change('key', { name: '/etc/cron.d/x' }), /"\/etc\/cron.d\/x" where key/],
    'a name that climbs': [change('key', { name: '../../key' }), /"..\/..\/key" where key/],
    'a prefix': [change('key', { patch: (head) => void head.write('..', 345) }), /longer name/],
    'a file twice': [good.toSpliced(2, 0, good[1]!), /holds "key" where key.pub/],
    'a file too many': [good.toSpliced(-1, 0, { name: 'more', data: '' }), /holds "more" where its checksums/],
    'a file too few': [good.toSpliced(3, 1), /where image\/0.qcow2/],
    'another size': [change('key', { data: 'longer than it said' }), /where key of 7 bytes/],
    'another content': [change('nodes/a/seed.iso', { data: 'SEED' }), /seed.iso does not match its checksum/],
    'an image with another content': [
      change('image/kernel', { data: 'KERNEL' }),
      /image\/kernel has the wrong checksum/,
    ],
    'a sum too few': [
      change('SHA256SUMS', { data: `${sha('x')}  seal.json\n` }),
      /seal.json does not match its checksum/,
    ],
    'no seal.json': [good.slice(1), /is not a sealed lab/],
    'another format': [facts({ format: 2 }), /format 2; this klab knows format 1/],
    'a name of no sealed lab': [facts({}, { ...FILES, 'nodes/a/../../x': '' }), /which no sealed lab has/],
    'a node that is not in the lab': [facts({}, { ...FILES, 'nodes/b/memory': '' }), /which no sealed lab has/],
    'no public key': [facts({}, lacking), /lacks key.pub/],
    'a file named twice': [facts({ files: [...factsOf().files, { name: 'key', size: 7 }] }), /holds key twice/],
    'more than a node has': [
      facts({ files: factsOf().files.map((f) => (f.name === 'nodes/a/memory' ? { ...f, size: 2 ** 40 } : f)) }),
      /would be 1099511627776 bytes/,
    ],
    'a size below nothing': [facts({ files: factsOf().files.map((f) => ({ ...f, size: -1 })) }), /files.0.size/],
    'a machine type with an argument': [
      facts({ host: { ...factsOf().host, ram: { machine: 'pc-q35-7.2,x=y', cpu: 'Nehalem' } } }),
      /host.ram.machine/,
    ],
    'a path out of the layers': [
      facts({
        image: { ...factsOf().image, files: factsOf().image.files.map((f) => ({ ...f, at: '../../etc/passwd' })) },
      }),
      /image.files.0.at/,
    ],
    'a node’s name with a path': [
      facts({ lab: { ...factsOf().lab, model: { name: 'x', nodes: [{ name: '../x', memoryMiB: 1, diskGiB: 1 }] } } }),
      /nodes.0.name/,
    ],
    'words that move the cursor': [
      facts({ snapshot: { ...factsOf().snapshot, message: '\u001b[2J' } }),
      /control characters/,
    ],
    'a field more': [facts({ extra: 1 }), /extra/],
  }
  for (const [what, [entries, said]] of Object.entries(cases)) {
    const to = join(dir, String(Object.keys(cases).indexOf(what)))
    t.match(await unpack(to, put(`${to}.klab`, tarOf(entries))), said, what)
  }
  t.equal(
    await unpack(join(dir, 'good'), put(join(dir, 'good.klab'), tarOf(good))),
    'taken',
    'and the one that they were made from',
  )
})

t.test('what is wrong is said in a few words, however long the file’s own are', (t) => {
  const said = (text: string): string => {
    try {
      parseSealedFacts(text, 'FILE')
    } catch (error) {
      if (error instanceof CorruptError) return error.message
      throw error
    }
    return 'taken'
  }
  const long = 'x'.repeat(100_000)
  for (const facts of [{ format: Array(20_000).fill(0) }, { format: 1, [long]: 1 }, { ...factsOf(), [long]: 1 }])
    t.match(said(JSON.stringify(facts)), /^FILE: [^]{10,2000}$/)
  t.end()
})

t.test('damaged files', async (t) => {
  const dir = t.testdir()
  const noise = 'abcdefghijklmnop'
    .repeat(20_000)
    .replaceAll(/./g, () => String.fromCharCode(33 + Math.floor(Math.random() * 90)))
  const files = { ...FILES, 'nodes/a/memory': noise }
  const tar = tarOf(entriesOf(factsOf(files), files))
  const file = put(join(dir, 'cut.klab'), tar)
  const { size } = statSync(file)
  for (const part of [0.99, 0.5, 0.1]) {
    truncateSync(put(file, tar), Math.floor(size * part))
    t.match(await unpack(join(dir, `cut${part}`), file), /is cut short/, `${part} of it`)
  }
  t.match(
    await unpack(join(dir, 'tar'), put(file, tar.subarray(0, tar.length - 3000))),
    /is cut short/,
    'a whole zstd file with half a tar in it',
  )
  writeFileSync(file, 'not compressed at all')
  t.match(await unpack(join(dir, 'plain'), file), /is not a sealed lab, or is cut short/)
  writeFileSync(file, '')
  t.match(await unpack(join(dir, 'empty'), file), /cut short/)
  const flipped = Buffer.from(tar)
  flipped[tar.length >> 1]! ^= 1
  t.match(await unpack(join(dir, 'flipped'), put(file, flipped)), /memory does not match its checksum/, 'one bit')
})

t.test('interrupted', async (t) => {
  const dir = t.testdir()
  const abort = new AbortController()
  const file = put(join(dir, 'x.klab'), tarOf(entriesOf()))
  const { digest } = await readFacts(exec, file, signal)
  const place = (): undefined => {
    abort.abort()
  }
  await t.rejects(unpackSeal(exec, file, { signal: abort.signal, digest, progress: () => undefined, place }), {
    code: 'interrupted',
  })
})
