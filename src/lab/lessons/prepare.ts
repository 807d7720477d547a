/** Prepares the guests before the first step of a lesson: names, root's ssh, its files. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import picomatch from 'picomatch'
import { LessonError, UsageError } from '../../errors.js'
import { topologyOf } from '../../cluster/topology.js'
import { pack } from '../../host/archive.js'
import { environmentOf } from '../../lesson/environment.js'
import { openFolder } from '../../lesson/folder.js'
import type { LessonAsset } from '../../lesson/model.js'
import { connectWithin } from '../../node/connections.js'
import { staged } from '../../snapshot/types.js'
import type { LabRecord } from '../../state/record.js'
import { CONNECT_MS } from '../reach.js'
import { english } from '../../words/say.js'
import { firstNode, hostsOf, patienceOf, type LessonLab } from './in-lesson.js'

/** ms for one node: a few files, and kubectl if taints are removed. Multiplied by patience. */
const GROUND_MS = 60_000
/** The limit for an assets folder, which goes over SSH to a guest with a small disk. */
const MAX_ASSETS_BYTES = 512 * 2 ** 20

/** Public scenarios' names of machines, with this lab's addresses; without those that the nodes have anyway. */
export function aliasesOf(record: Pick<LabRecord, 'lab'>): readonly string[] {
  const own = new Set(record.lab.nodes.map((n) => n.name))
  const cluster = topologyOf(record.lab)
  return hostsOf(record).flatMap(({ ip }, i) => {
    const name = i === 0 ? 'controlplane' : `node${String(i).padStart(2, '0')}`
    return own.has(name) || (i === 0 && !cluster) ? [] : [`${ip} ${name}`]
  })
}

/** Lines of known_hosts(5) for all nodes under all their names, from the keys that klab gave them. */
async function knownHosts(lab: LessonLab): Promise<string> {
  const aliases = aliasesOf(lab.record).map((line) => line.split(' '))
  const lines = await Promise.all(
    lab.record.lab.nodes.map(async ({ name, ip }) => {
      const [type, key] = (await readFile(`${lab.paths.node(name).hostKey}.pub`, 'utf8')).split(' ')
      const names = [name, ip, ...aliases.flatMap(([at, alias]) => (at === ip && alias !== undefined ? [alias] : []))]
      return `${names.join(',')} ${type ?? ''} ${(key ?? '').trim()}`
    }),
  )
  return lines.join('\n')
}

/** Sets up all nodes as public scenarios expect (cloud-init/lesson/ground.sh). Throws ProbeError, CommandError. */
export async function prepareNodes(lab: LessonLab): Promise<void> {
  const script = await readFile(join(lab.world.assets, 'cloud-init', 'lesson', 'ground.sh'), 'utf8')
  const hosts = hostsOf(lab.record)
  const timeoutMs = GROUND_MS * patienceOf(lab.record)
  const on = async (node: string, args: readonly string[]): Promise<string> => {
    const guest = await connectWithin(lab, node, CONNECT_MS)
    return (await guest.sudo(script, args, { timeoutMs, what: 'making it ready for the lesson' })).stdout
  }
  await staged(lab, ['ground', 'names and ssh between the nodes'], async () => {
    const key = (await on(firstNode(lab.record), ['key'])).trim()
    const known = await knownHosts(lab)
    const single = environmentOf(lab.lesson.imageId).single
    await Promise.all(
      hosts.map(({ name }) => on(name, ['ready', key, aliasesOf(lab.record).join('\n'), known, String(single)])),
    )
  })
}

/** As chmod(1) takes it. */
const MODE = /^[ugoa+=rwxXst,0-7-]+$/

/** In the guest: unpacks an archive into a folder, and sets the modes of its files. */
const TAKE = `set -eu
to=$1 mode=$2
shift 2
mkdir -p -- "$to"
tar -x --no-same-owner -C "$to" -f -
[ -z "$mode" ] || { cd -- "$to" && chmod "$mode" -- "$@"; }`

interface Chosen {
  /** The folder that the names are relative to. */
  readonly base: string
  readonly names: readonly string[]
}

/** The files that an asset names. Throws LessonError: none, one that leads outside, or too many bytes. */
export async function filesOf(dir: string, { file }: LessonAsset): Promise<Chosen> {
  const folder = await openFolder(dir)
  const index = join(folder.dir, 'index.json')
  const wrong = (message: string): LessonError =>
    new LessonError([{ file: index, message: `assets: ${file}: ${message}` }])
  const assets = await folder.find('assets')
  if (assets === undefined) throw wrong('the folder assets is not there')
  const { base } = picomatch.scan(file)
  // The same for a plain file, which keeps its name in the target.
  const below = picomatch.scan(file).isGlob ? base : file.split('/').slice(0, -1).join('/')
  const matches = picomatch(file, { dot: true })
  const all = (await readdir(assets, { recursive: true })).sort()
  const names: string[] = []
  let bytes = 0
  for (const name of all.filter((n) => matches(n))) {
    const real = await folder.find(join('assets', name))
    const s = real === undefined ? undefined : await stat(real)
    if (s?.isFile() !== true) continue
    bytes += s.size
    names.push(below === '' ? name : name.slice(below.length + 1))
  }
  if (names.length === 0) throw wrong('no such file')
  if (bytes > MAX_ASSETS_BYTES) throw wrong(`more than ${MAX_ASSETS_BYTES / 2 ** 20} MiB`)
  return { base: join(assets, below), names }
}

/** Copies the lesson's files to the nodes. Throws LessonError, UsageError, ProbeError, CommandError. */
export async function copyAssets(lab: LessonLab): Promise<void> {
  const hosts = hostsOf(lab.record)
  for (const asset of lab.lesson.assets) {
    const host = hosts[asset.host]
    if (!host)
      throw new UsageError(
        english('{dir}: assets for host{host}: the lab has {length} nodes', {
          dir: lab.lesson.dir,
          host: asset.host + 1,
          length: hosts.length,
        }),
      )
    if (asset.chmod !== undefined && !MODE.test(asset.chmod))
      throw new UsageError(
        english('{dir}: assets: {file}: chmod {chmod}: is not a mode', {
          dir: lab.lesson.dir,
          file: asset.file,
          chmod: asset.chmod,
        }),
      )
    const { base, names } = await filesOf(lab.lesson.dir, asset)
    await staged(lab, [`assets/${host.name}/${asset.file}`, `${host.name}: ${asset.file}`], async () => {
      const guest = await connectWithin(lab, host.name, CONNECT_MS)
      const target = asset.target.replace(/^~(?=\/|$)/, '/root')
      const filter = await guest.filter(['sudo', '-n', 'sh', '-c', TAKE, 'sh', target, asset.chmod ?? '', ...names])
      await pipeline(pack(base, names).stream, filter.input)
      filter.output.resume()
      await filter.done
    })
  }
}
