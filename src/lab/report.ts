/** `klab report`: what a bug report needs, in one file, without secrets. */
import { readdir } from 'node:fs/promises'
import { version as nodeVersion } from 'node:process'
import { arch, cpus, release, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { messageOf, StateError } from '../errors.js'
import { exists, openNew, readEnd, readText } from '../host/files.js'
import { redact } from '../report/redact.js'
import { padding, tarHeader } from '../sealed/tar.js'
import { labPaths, roots, type LabPaths } from '../state/paths.js'
import { VERSION } from '../version.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { doctor, labStatus } from './look.js'
import { findLab, readLab } from './open.js'
import { planUpOf } from './plan.js'

/** Bytes of each log. Only its end is packed, because that says most. */
const MOST_LOG = 2 * 2 ** 20
const BLOCK = 512
/** In the archive; a tar header can hold names of 100 bytes. */
const FOLDER = 'klab-report'

export interface ReportFile {
  /** Absolute path. */
  readonly file: string
  readonly bytes: number
  /** What is in it. */
  readonly names: readonly string[]
}

/** The text of one file, or the reason why there is none. */
async function say(work: () => Promise<unknown>): Promise<string> {
  try {
    const found = await work()
    return typeof found === 'string' ? found : `${JSON.stringify(found, undefined, 2)}\n`
  } catch (error) {
    return `${messageOf(error)}\n`
  }
}

async function versions(c: LabContext): Promise<unknown> {
  const { host, signal } = c.doors
  const first = (argv: readonly string[]): Promise<string> =>
    host.run(argv, { signal, timeoutMs: 30_000, allowFailure: true }).then(
      // ssh prints it on stderr.
      (o) => (o.stdout || o.stderr).split('\n')[0] ?? '',
      (error: unknown) => messageOf(error).split('\n')[0] ?? '',
    )
  const [virsh, qemu, qemuImg, ssh] = await Promise.all(
    [
      ['virsh', '--version'],
      ['qemu-system-x86_64', '--version'],
      ['qemu-img', '--version'],
      ['ssh', '-V'],
    ].map(first),
  )
  return { klab: VERSION, node: nodeVersion, virsh, qemu, qemuImg, ssh }
}

async function hostFacts(c: LabContext): Promise<unknown> {
  const os = await readText('/etc/os-release').catch(() => undefined)
  return {
    kernel: release(),
    arch: arch(),
    os: os?.split('\n').filter((line) => /^(?:PRETTY_NAME|ID|VERSION_ID)=/.test(line)),
    cpu: cpus()[0]?.model,
    cpus: cpus().length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    root: c.doors.env.uid === 0,
    // Which of klab's own settings are set. The content of others is private.
    settings: Object.keys(c.doors.env.env).filter((name) => name.startsWith('KLAB_')),
  }
}

/** Words from files that contain only secrets. None of them may be in the report, wherever it comes from. */
async function secretsOf(paths: LabPaths, nodes: readonly string[]): Promise<readonly string[]> {
  const files = [paths.key, paths.kubeconfig, ...nodes.map((n) => paths.node(n).hostKey)]
  const texts = await Promise.all(files.map((file) => readText(file).catch(() => undefined)))
  return texts.flatMap((text) => (text ?? '').split(/\s+/).filter((word) => /^[\w+/=-]{24,}$/.test(word)))
}

/** Name → text of every file of the report, secrets and all. */
async function gather(c: LabContext, paths: LabPaths | undefined, nodes: readonly string[]) {
  const files = new Map<string, string>()
  files.set('versions.json', await say(() => versions(c)))
  files.set('host.json', await say(() => hostFacts(c)))
  files.set('doctor.json', await say(() => doctor(c)))
  files.set('lab.json', await say(async () => (await readLab(c.doors.env, c.file)).lab))
  files.set('plan.json', await say(() => planUpOf(c)))
  files.set('status.json', await say(() => labStatus(c, { fresh: true })))
  if (!paths) return files
  const logs: [name: string, path: string][] = [
    ['klab.log', paths.log],
    ['klab.log.1', `${paths.log}.1`],
    ...nodes.map((n): [string, string] => [`console/${n}.log`, paths.node(n).console]),
  ]
  for (const [name, path] of logs) {
    const text = await readEnd(path, MOST_LOG).catch((error: unknown) => messageOf(error))
    if (text !== undefined) files.set(`logs/${name}`, text)
  }
  files.set(
    'files.txt',
    await say(async () => `${(await readdir(paths.dir, { recursive: true })).sort().join('\n')}\n`),
  )
  return files
}

/** The files as a tar archive. */
function tarOf(dir: string, files: ReadonlyMap<string, string>): Buffer {
  const parts = [...files].flatMap(([name, text]) => {
    const bytes = Buffer.from(text)
    return [tarHeader(`${dir}/${name}`, bytes.length), bytes, Buffer.alloc(padding(bytes.length))]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

/**
 * Packs logs, plan, status, doctor's findings and versions into a .tar.gz that only this user can read. klab removes
 * everything that looks like a secret, and every key of the lab; disks, RAM and the kubeconfig are not in it. `file`: a
 * path (default: klab-report-LAB-TIME.tar.gz in the working folder). Changes nothing else. Throws UsageError (no
 * Labfile), StateError (the file exists), HostError.
 */
export async function makeReport(c: LabContext, file?: string): Promise<ReportFile> {
  const { env, clock } = c.doors
  const { record } = await findLab(env, c.file)
  const name = record?.id ?? 'lab'
  const stamp = new Date(clock.now()).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  const path = resolve(env.cwd, file ?? `klab-report-${name}-${stamp}.tar.gz`)
  if (await exists(path))
    throw new StateError(english('{path}: already exists', { path }), { hint: 'klab report OTHER-FILE' })
  const paths = record && labPaths(roots(env), record.id)
  const nodes = record?.lab.nodes.map((n) => n.name) ?? []
  const known = paths ? await secretsOf(paths, nodes) : []
  const found = await gather(c, paths, nodes)
  const clean = new Map([...found].map(([n, text]) => [n, redact(text, known)] as const))
  const bytes = gzipSync(tarOf(FOLDER, clean))
  const handle = await openNew(path)
  try {
    await handle.writeFile(bytes)
  } finally {
    await handle.close()
  }
  return { file: path, bytes: bytes.length, names: [...clean.keys()].map((n) => join(FOLDER, n)) }
}
