/** Readers of texts: Labfile, kubeconfig, the manifests of bundles and snapshots. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { readManifest } from '../../src/bundle/manifest.js'
import { hostKubeconfig } from '../../src/cluster/kubeconfig.js'
import { CorruptError, LabfileError } from '../../src/errors.js'
import { loadLabfile } from '../../src/labfile/load.js'
import { checkFrozen, findManifest, isRam, listManifests } from '../../src/snapshot/manifest.js'
import { listSnapshots } from '../../src/snapshot/tree.js'
import type { Manifest } from '../../src/snapshot/types.js'
import { labPaths } from '../../src/state/paths.js'
import { damagedBytes, damagedJson, damagedText } from './damage.js'
import { target, type Target } from './target.js'

const EXAMPLE = readFileSync(new URL('../../Labfile.example', import.meta.url), 'utf8').replace(/ *#.*$/gm, '')
const COURSE = readFileSync(new URL('../../labs/course-1.17/Labfile', import.meta.url), 'utf8')

/** Every problem has a place in the text, and words of one line. */
function checkPlaces(error: LabfileError, lines: number): void {
  const usable = error.issues.every(
    (i) => i.line >= 1 && i.line <= lines && i.column >= 1 && !/[\n\r\0]/.test(i.message),
  )
  if (error.issues.length === 0 || !usable) throw new Error('no usable place', { cause: error })
}

const labfile = target({
  name: 'Labfile',
  runs: 300,
  codes: ['labfile'],
  puts: ['Labfile'],
  input: fc.oneof(
    { weight: 5, arbitrary: damagedText(EXAMPLE, COURSE).map((text) => Buffer.from(text)) },
    damagedBytes(Buffer.from(EXAMPLE)),
  ),
  read: async (bytes, dir) => {
    const path = join(dir, 'Labfile')
    writeFileSync(path, bytes)
    try {
      const { lab } = await loadLabfile(path, 'Labfile')
      if (!Object.isFrozen(lab) || lab.nodes.length === 0) throw new Error('a lab that is none')
    } catch (error) {
      if (error instanceof LabfileError) checkPlaces(error, bytes.toString('utf8').split('\n').length)
      throw error
    }
  },
})

const pem = (kind: string): string =>
  Buffer.from(`-----BEGIN ${kind}-----\nQUJD\n-----END ${kind}-----\n`).toString('base64')
const ADMIN = stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [
    { name: 'kubernetes', cluster: { 'certificate-authority-data': pem('CERTIFICATE'), server: 'https://a:1' } },
  ],
  users: [
    {
      name: 'kubernetes-admin',
      user: { 'client-certificate-data': pem('CERTIFICATE'), 'client-key-data': pem('EC PRIVATE KEY') },
    },
  ],
  contexts: [{ name: 'a@b', context: { cluster: 'kubernetes', user: 'kubernetes-admin' } }],
  'current-context': 'a@b',
})

const kubeconfig = target({
  name: 'kubeconfig',
  codes: ['corrupt'],
  input: damagedText(ADMIN, ADMIN.replace('user:', 'user:\n    exec: { command: id }')),
  read: (text) => {
    const made = hostKubeconfig(text, 'course', ['https://127.0.0.1:22100'])
    if (/exec:|tokenFile|proxy-url|https:\/\/a/.test(made)) throw new Error(`took over too much: ${made}`)
  },
})

const SUM = 'a'.repeat(64)
const BUNDLE = {
  format: 1,
  source: 'dir',
  kubernetes: '1.17.5',
  images: ['k8s.gcr.io/pause:3.1'],
  nodeImages: ['k8s.gcr.io/kube-proxy:v1.17.5'],
  provenance: { kubeadm: '1.17.5' },
  files: [
    { path: 'bin/kubeadm', sha256: SUM, size: 3 },
    { path: 'images/k8s.1.17.5.tar', sha256: SUM, size: 10_000_000_000 },
  ],
}

const bundle = target({
  name: 'bundle manifest',
  codes: ['corrupt'],
  puts: ['manifest.json'],
  input: damagedJson(BUNDLE),
  read: async (text, dir) => {
    writeFileSync(join(dir, 'manifest.json'), text)
    const { files } = await readManifest(dir)
    const out = files.find((f) => join(dir, f.path) !== `${dir}/${f.path}` || f.size < 0 || /[\0]/.test(f.path))
    if (out) throw new Error(`a file outside: ${JSON.stringify(out)}`)
  },
})

const frozen = (path: string) => ({ path, size: 5, mtimeMs: 1 })
const SNAPSHOT: Manifest = {
  format: 1,
  id: 'm5zero',
  name: 'one',
  message: 'a word',
  kind: 'manual',
  createdAt: '2026-01-01T00:00:00.000Z',
  parent: 'm4zero',
  accel: 'tcg',
  qemu: '7.2.22',
  completedUntil: 'ready',
  ready: ['k8s-master01'],
  pauseMs: 1,
  skewMs: 1,
  nodes: [{ node: 'k8s-master01', disk: frozen('/none/a.qcow2'), memory: frozen('/none/a.mem') }],
  origin: { lab: 'other', seal: SUM, importedAt: '2026-01-01T00:00:00.000Z' },
}

const snapshot = target({
  name: 'snapshot manifest',
  codes: ['corrupt', 'state'],
  puts: ['snapshots', 'snapshots/m5zero', 'snapshots/m5zero/manifest.json'],
  input: damagedJson(SNAPSHOT),
  read: async (text, dir) => {
    const paths = labPaths({ state: dir, cache: dir, run: dir, dirMode: 0o700 }, 'x', dir)
    const own = join(paths.snapshots, SNAPSHOT.id)
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'manifest.json'), text)
    const all = await listManifests(paths)
    const listed = await listSnapshots(all, null)
    if (listed.length !== 1) throw new Error('a snapshot has vanished')
    const found = findManifest(all, all[0]!.name, 'klab snapshot show')
    isRam(found)
    for (const { node } of found.nodes) if (join(own, `${node}.mem`) !== `${own}/${node}.mem`) throw new Error(node)
    const words = [found.kind, found.createdAt, found.message, found.qemu ?? '', found.completedUntil ?? '']
    if (words.some((w) => typeof w !== 'string') || (found.ready ?? []).some((n) => typeof n !== 'string'))
      throw new Error('not of its type')
    // Its files are not there, which is told.
    await checkFrozen(found).catch((error: unknown) => {
      if (!(error instanceof CorruptError)) throw error
    })
  },
})

export const TEXTS: readonly Target[] = [labfile, kubeconfig, bundle, snapshot]
