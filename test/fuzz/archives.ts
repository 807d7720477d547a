/** Readers of archives: `docker save`'s, sealed labs, and libvirt's RAM images. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { readDockerArchive } from '../../src/bundle/archive/docker-archive-read.js'
import type { HostExec } from '../../src/host/types.js'
import { formatSaveHeader, readSaveHeader } from '../../src/hypervisor/save-image.js'
import { parseSealedFacts } from '../../src/sealed/facts.js'
import { readFacts, unpackSeal } from '../../src/sealed/read.js'
import { entriesOf, factsOf, tarOf, type Entry } from '../sealed/archive.js'
import { damagedBytes, damagedJson } from './damage.js'
import { target, type Target } from './target.js'

/** A header with other bytes in it; its sum is made to fit again. */
const patch = fc
  .record({ at: fc.nat(511), bytes: fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.constantFrom(0x80, 0x31, 0x78)) })
  .map(({ at, bytes }) => (head: Buffer): void => {
    head.set(typeof bytes === 'number' ? [bytes] : bytes.slice(0, 512 - at), at)
  })

/** Archives of entries that were dropped, doubled, or have other headers and contents. */
const damagedTar = (entries: readonly Entry[]): fc.Arbitrary<Buffer> =>
  fc
    .array(
      fc.record({
        index: fc.nat(entries.length - 1),
        how: fc.constantFrom('drop', 'double', 'last', 'header', 'header', 'content'),
        patch,
        data: fc.string({ unit: 'binary', maxLength: 600 }),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((changes) =>
      tarOf(
        changes.reduce<readonly Entry[]>((now, c) => {
          const index = c.index % Math.max(1, now.length)
          const entry = now[index]
          if (!entry || c.how === 'drop') return now.toSpliced(index, 1)
          if (c.how === 'double') return now.toSpliced(index, 0, entry)
          if (c.how === 'last') return [...now.toSpliced(index, 1), entry]
          return now.with(index, c.how === 'header' ? { ...entry, patch: c.patch } : { ...entry, data: c.data })
        }, entries),
      ),
    )

const image = (...layers: string[]) => ({ Config: 'c.json', RepoTags: ['a/b:1'], Layers: layers })
const saved = (manifest: string): readonly Entry[] => [
  { name: 'c.json', data: '{"architecture":"amd64"}' },
  { name: 'l1/layer.tar', data: 'x'.repeat(700) },
  { name: 'l2/layer.tar', data: '', patch: (head) => head.write('2', 156) && head.write('../l1/layer.tar', 157) },
  { name: 'manifest.json', data: manifest },
]
const IMAGES = [image('l1/layer.tar', 'l2/layer.tar'), image('l1/layer.tar')]

const docker = target({
  name: 'docker archive',
  codes: ['corrupt'],
  puts: ['images.tar'],
  input: fc.oneof(
    damagedTar(saved(JSON.stringify(IMAGES))),
    damagedJson(IMAGES).map((text) => tarOf(saved(text))),
    damagedBytes(tarOf(saved(JSON.stringify(IMAGES)))),
  ),
  read: async (bytes, dir) => {
    const path = join(dir, 'images.tar')
    writeFileSync(path, bytes)
    for (const { layers, refs, config } of await readDockerArchive(path)) {
      if (typeof config !== 'string' || refs.some((ref) => typeof ref !== 'string')) throw new Error('not of its type')
      for (const open of layers.slice(0, 20)) {
        let size = 0
        for await (const chunk of open()) size += (chunk as Buffer).length
        if (size > bytes.length) throw new Error('a layer that is larger than its archive')
      }
    }
  },
})

/** Sealed labs here are not compressed: zstd is not what is tried. */
const plain: HostExec = {
  run: () => Promise.reject(new Error('runs nothing')),
  spawnDetached: () => Promise.reject(new Error('runs nothing')),
  which: () => Promise.resolve(undefined),
  filter: () => {
    const pipe = new PassThrough()
    return Promise.resolve({ input: pipe, output: pipe, done: Promise.resolve(), kill: () => void pipe.destroy() })
  },
}

const sealed = target({
  name: 'sealed file',
  codes: ['corrupt'],
  puts: ['lab.klab'],
  input: fc.oneof(
    damagedTar(entriesOf()),
    damagedJson(factsOf()).map((text) => tarOf(entriesOf().with(0, { name: 'seal.json', data: text }))),
    damagedBytes(tarOf(entriesOf())),
  ),
  read: async (bytes, dir) => {
    const path = join(dir, 'lab.klab')
    writeFileSync(path, bytes)
    const { signal } = new AbortController()
    const { digest } = await readFacts(plain, path, signal)
    await unpackSeal(plain, path, { signal, digest, progress: () => undefined, place: () => undefined })
  },
})

const facts = target({
  name: 'what a sealed file says of itself',
  codes: ['corrupt'],
  input: damagedJson(factsOf()),
  read: (text) => {
    const { files } = parseSealedFacts(text, 'lab.klab')
    const out = files.find((f) => f.name.split('/').some((part) => part === '' || part.startsWith('.')))
    if (out) throw new Error(`a file outside: ${out.name}`)
  },
})

const HEADER = { xml: '<domain/>', cookie: '<cookie/>', wasRunning: true, dataLength: 200 }

const ram = target({
  name: 'RAM image',
  codes: ['corrupt'],
  puts: ['a.mem'],
  input: damagedBytes(Buffer.concat([formatSaveHeader(HEADER), Buffer.from('QEVM and what follows')])),
  read: async (bytes, dir) => {
    writeFileSync(join(dir, 'a.mem'), bytes)
    const { xml, cookie } = await readSaveHeader(join(dir, 'a.mem'))
    if (xml.length + cookie.length > bytes.length) throw new Error('more than there is')
  },
})

export const ARCHIVES: readonly Target[] = [docker, sealed, facts, ram]
