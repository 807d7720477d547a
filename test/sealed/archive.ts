/** Sealed labs for tests: a small whole one, and archives that nobody should make. */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { factsText } from '../../src/sealed/write.js'
import { padding, tarHeader } from '../../src/sealed/tar.js'
import type { SealedFacts } from '../../src/sealed/types.js'
import { labOf } from '../fakes/world.js'

export const sha = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')

export const LABFILE = 'name: mini\nkubernetes: false\nnodes:\n  - { name: a, ip: 192.168.31.61, memory: 512MiB }\n'
export const PUBLIC = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA klab mini'

/** The files of a lab of one node `a`; each holds a few bytes. */
export const FILES: Readonly<Record<string, string>> = {
  key: 'private',
  'key.pub': `${PUBLIC}\n`,
  'image/0.qcow2': 'base',
  'image/1.qcow2': 'node image',
  'image/kernel': 'kernel',
  'image/initrd': 'initrd',
  'nodes/a/hostkey': 'host private',
  'nodes/a/hostkey.pub': 'ssh-ed25519 AAAAHOST klab a\n',
  'nodes/a/seed.iso': 'seed',
  'nodes/a/disk.qcow2': 'disk',
  'nodes/a/memory': 'memory',
}

export function factsOf(files: Readonly<Record<string, string>> = FILES, more: object = {}): SealedFacts {
  const list = Object.entries(files).map(([name, text]) => ({ name, size: Buffer.byteLength(text) }))
  return {
    format: 1,
    warning: 'secret',
    klab: '0.1.0',
    id: '0123456789abcdef0123456789abcdef',
    createdAt: '2026-01-01T00:00:00.000Z',
    lab: { id: 'mini-01234567', labfile: LABFILE, model: labOf(LABFILE), publicKey: PUBLIC },
    snapshot: { name: 'one', message: '', createdAt: '2026-01-01T00:00:00.000Z', ready: null },
    host: { accel: 'tcg', qemu: '7.2.22', libvirt: '9.0.0', ram: { machine: 'pc-q35-7.2', cpu: 'Nehalem' } },
    image: {
      boot: { kind: 'direct', cmdline: 'console=ttyS0' },
      files: list.filter((f) => f.name.startsWith('image/')).map((f) => ({ ...f, sha256: sha(files[f.name] ?? '') })),
    },
    files: list,
    ...more,
  }
}

export interface Entry {
  readonly name: string
  readonly data: string
  /** Changes the header before its sum is taken anew. */
  readonly patch?: (head: Buffer) => void
}

const resum = (head: Buffer): Buffer => {
  head.fill(0x20, 148, 156)
  const sum = head.reduce((a, b) => a + b, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return head
}

/** The tar stream of these entries. */
export const tarOf = (entries: readonly Entry[]): Buffer =>
  Buffer.concat([
    ...entries.flatMap(({ name, data, patch }) => {
      const bytes = Buffer.from(data)
      const head = tarHeader(name, bytes.length)
      patch?.(head)
      return [patch ? resum(head) : head, bytes, Buffer.alloc(padding(bytes.length))]
    }),
    Buffer.alloc(1024),
  ])

/** The entries of a whole sealed lab. */
export function entriesOf(facts: SealedFacts = factsOf(), files: Readonly<Record<string, string>> = FILES): Entry[] {
  const head = factsText(facts)
  const inside = Object.entries(files).map(([name, data]) => ({ name, data }))
  const sums = [`${sha(head)}  seal.json`, ...inside.map((f) => `${sha(f.data)}  ${f.name}`)]
  return [{ name: 'seal.json', data: head }, ...inside, { name: 'SHA256SUMS', data: `${sums.join('\n')}\n` }]
}

/** Writes them compressed. */
export function put(path: string, tar: Buffer): string {
  writeFileSync(path, execFileSync('zstd', ['-q', '-c'], { input: tar, maxBuffer: 2 ** 28 }))
  return path
}
