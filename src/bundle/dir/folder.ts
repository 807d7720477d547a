/** Source `dir`: what is in the user's own folder. Nothing in it is run or trusted before it was checked. */
import { lstat, readdir } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { CorruptError, StateError } from '../../errors.js'
import { readSmall } from '../../host/files.js'
import { sha256File } from '../../host/digest.js'
import { sumIn } from '../../cache/download.js'
import { readDockerArchive, type ArchivedImage } from '../archive/docker-archive-read.js'
import { programArch } from '../elf.js'
import { otherMachine } from './package-arch.js'
import { isCompressed, kindOfFile } from '../../host/file-kind.js'
import { english } from '../../words/say.js'

/** Deeper and larger than any real bundle folder. Such a folder is the wrong one. */
const MAX_DEPTH = 5
const MAX_FILES = 2000
const PROGRAMS = ['kubeadm', 'kubelet', 'kubectl', 'crictl']
/**
 * A containerd newer than the nodes' own, and the programs that it starts (containerd's releases;
 * cloud-init/phases/bundle.sh).
 */
const RUNTIME = ['containerd', 'containerd-shim-runc-v2', 'ctr', 'runc']
/** What the user's own containerd needs to work. */
const WITH_CONTAINERD = ['containerd-shim-runc-v2']
/** Bytes: 2000 files with long names. */
const MOST_SUMS = 2 ** 20
/** Names of files that are packed in a way that their first bytes do not show, or that are damaged. */
const COMPRESSED = /\.(?:tar\.\w+|tgz)$/
const SUMS = ['SHA256SUMS', 'SHA256SUMS.txt', 'sha256sum.txt']
/** Where unpacked CNI plugins are: `cni/`, `cni-plugins-…/`, `opt/cni/bin/`, with LICENSE and README.md beside them. */
const CNI_FOLDER = /(?:^|\/)cni(?:-plugins[^/]*)?(?:\/bin)?$/
/** What macOS, Windows, editors and file systems leave beside files. */
const LEFT_FILES = /(?:^|\/)(?:\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini|[^/]*~)$/
const LEFT_FOLDERS = /(?:^|\/)(?:__MACOSX|lost\+found|\.Trash[^/]*)\//
const leftBehind = (path: string): boolean => LEFT_FILES.test(path) || LEFT_FOLDERS.test(path)
/** The names of the plugins' programs. */
export const isPlugin = (name: string): boolean => /^[a-z][a-z-]*$/.test(name)
/** Every CNI set-up uses these two (kubelet and containerd: loopback; all networks that klab knows: portmap). */
const PLUGINS = ['loopback', 'portmap']

export interface FolderFile {
  /** Relative to the folder. */
  readonly path: string
  readonly size: number
  /** ms since the epoch, of the last change of content or attributes. */
  readonly changed: number
}

/** Files in the folder that are not used, relative to it, with the reason. */
export interface Unused {
  readonly path: string
  readonly why: string
}

/** What was found, by kind. Paths are absolute. */
export interface SortedFolder {
  readonly programs: ReadonlyMap<string, string>
  readonly plugins: ReadonlyMap<string, string>
  /** containerd and what goes with it. */
  readonly runtime: ReadonlyMap<string, string>
  /** Packages (deb, rpm) for the nodes. */
  readonly packages: ReadonlyMap<string, string>
  /** Archive of the CNI plugins, if they are not unpacked. */
  readonly pluginArchive: string | undefined
  readonly images: readonly ArchivedImage[]
  /** Archives that docker can read but klab cannot: they are compressed. */
  readonly compressed: readonly string[]
  /** Name of the file → path. */
  readonly manifests: ReadonlyMap<string, string>
  readonly unused: readonly Unused[]
}

/**
 * All files of the folder, sorted, and the entries that are no plain files. Follows no links. Throws StateError if the
 * folder does not exist or is absurdly large.
 */
export async function listFolder(
  dir: string,
): Promise<{ readonly files: readonly FolderFile[]; readonly skipped: readonly Unused[] }> {
  const found: FolderFile[] = []
  const skipped: Unused[] = []
  const walk = async (under: string, depth: number): Promise<void> => {
    const entries = await readdir(join(dir, under), { withFileTypes: true }).catch((cause: unknown) => {
      throw new StateError(english('{path}: cannot be read', { path: join(dir, under) }), {
        hint: english('check kubernetes.bundle.dir in the Labfile'),
        cause,
      })
    })
    for (const entry of entries) {
      const path = join(under, entry.name)
      if (entry.isDirectory() && depth < MAX_DEPTH) await walk(path, depth + 1)
      else if (entry.isDirectory()) skipped.push({ path, why: english('is nested in too many folders') })
      else if (entry.isSymbolicLink())
        skipped.push({ path, why: english('is a link, which may lead anywhere: put the file itself there') })
      else if (!entry.isFile()) skipped.push({ path, why: english('is not a plain file') })
      if (!entry.isFile()) continue
      const s = await lstat(join(dir, path))
      found.push({ path, size: s.size, changed: Math.max(s.mtimeMs, s.ctimeMs) })
      if (found.length + skipped.length > MAX_FILES)
        throw new StateError(english('{dir}: holds more than {maxEntries} files', { dir, maxEntries: MAX_FILES }), {
          hint: 'name the folder with the archives alone',
        })
    }
  }
  await walk('', 0)
  return { files: found.sort((a, b) => (a.path < b.path ? -1 : 1)), skipped }
}

/**
 * Compares the files that are in a SHA256SUMS of the folder. Throws CorruptError that names every one that differs or
 * is gone.
 */
export async function checkSums(dir: string, files: readonly FolderFile[], signal?: AbortSignal): Promise<void> {
  const problems: string[] = []
  for (const list of files.filter((f) => SUMS.includes(basename(f.path)))) {
    const text = (await readSmall(join(dir, list.path), MOST_SUMS))?.toString('utf8') ?? ''
    for (const line of text.split('\n')) {
      const name = /^[0-9a-fA-F]{64}[ \t]+\*?(\S.*?)\s*$/.exec(line)?.[1]
      if (name === undefined) continue
      const path = join(dirname(list.path), name)
      if (!files.some((f) => f.path === path)) problems.push(`${name} is named in ${list.path} but not there`)
      else if ((await sha256File(join(dir, path), signal)) !== sumIn(line, basename(name)))
        problems.push(`${path} is not what ${list.path} says`)
    }
  }
  if (problems.length > 0)
    throw new CorruptError(english('{dir}: {problems}', { dir, problems: problems.join('; ') }), {
      hint: english('copy the files again'),
    })
}

/** The images of a tar file; undefined for another kind of tar file whose name does not say that it has images. */
async function imagesIn(path: string): Promise<readonly ArchivedImage[] | undefined> {
  return readDockerArchive(path).catch((error: unknown) => {
    if (path.endsWith('.tar') || !(error instanceof CorruptError)) throw error
    return undefined
  })
}

/**
 * Sorts the files by their content, not by their ending. Throws CorruptError for an archive or a program that is
 * damaged or for another machine.
 */
export async function sortFolder(dir: string, files: readonly FolderFile[], arch: string): Promise<SortedFolder> {
  const map = (): Map<string, string> => new Map()
  const [programs, plugins, manifests, runtime, packages] = [map(), map(), map(), map(), map()]
  const images: ArchivedImage[] = []
  const compressed: string[] = []
  const unused: Unused[] = []
  const set = (into: Map<string, string>, name: string, path: string): void => {
    const before = into.get(name)
    if (before !== undefined)
      unused.push({
        path: relative(dir, before),
        why: english('is there twice: {path} is used', { path: relative(dir, path) }),
      })
    into.set(name, path)
  }
  let pluginArchive: string | undefined
  for (const { path } of files) {
    const [name, at] = [basename(path), join(dir, path)]
    if (leftBehind(path)) unused.push({ path, why: english('is a leftover of the system or of an editor') })
    else if (PROGRAMS.includes(name)) set(programs, name, await checkedProgram(at, arch))
    else if (CNI_FOLDER.test(dirname(path)) && isPlugin(name)) set(plugins, name, await checkedProgram(at, arch))
    else if (RUNTIME.includes(name)) set(runtime, name, await checkedProgram(at, arch))
    else if (/\.ya?ml$/.test(name)) set(manifests, name, at)
    else if (!SUMS.includes(name)) {
      const kind = await kindOfFile(at)
      // A known kind, but of no use here.
      const unknown = ['other', 'zip', 'iso'].includes(kind)
      const archive = kind === 'tar' || name.endsWith('.tar')
      if (/^cni-plugins-/.test(name) && (kind === 'gzip' || kind === 'tar')) pluginArchive = at
      else if (kind === 'deb' || kind === 'rpm') {
        const other = otherMachine(name, arch)
        if (other === undefined) set(packages, name, at)
        else unused.push({ path, why: english('is a package for {arch}', { arch: other }) })
      } else if (isCompressed(kind) || (unknown && COMPRESSED.test(name))) {
        compressed.push(path)
        unused.push({
          path,
          why: unknown
            ? english('is compressed, by its name: unpack it')
            : english('is compressed ({kind}): unpack it', { kind }),
        })
      } else if (archive) {
        const found = await imagesIn(at)
        images.push(...(found ?? []))
        const nameless = found?.filter((i) => i.refs.length === 0).length ?? 0
        if (!found) unused.push({ path, why: english('is an archive, but not of images') })
        if (nameless > 0)
          unused.push({
            path,
            why: english('holds images without a name ({images}), saved by their ID: docker save -o FILE NAME:TAG', {
              images: nameless,
            }),
          })
      } else
        unused.push({
          path,
          why:
            kind === 'program'
              ? english('is a program with an unknown name: klab wants {names}, or a CNI plugin in cni/', {
                  names: PROGRAMS.join(', '),
                })
              : english('is not needed in a bundle'),
        })
    }
  }
  return { programs, plugins, runtime, packages, pluginArchive, images, compressed, manifests, unused }
}

/** The path of a program for this machine type. Throws CorruptError for anything else. */
export async function checkedProgram(path: string, arch: string): Promise<string> {
  const found = await programArch(path)
  if (found === arch) return path
  throw new CorruptError(
    found === undefined
      ? english('{path}: is no program, the nodes need one for linux/{arch}', { path, arch })
      : english('{path}: is for {found}, the nodes need one for linux/{arch}', { path, found, arch }),
    {
      hint: english('get the file again from its source'),
    },
  )
}

/**
 * Files that are needed but missing, in words. `flannel`: whether its plugin, and those that it calls, must be there.
 */
export function missingFiles(
  h: SortedFolder,
  plugins: ReadonlyMap<string, string>,
  flannel: boolean,
): readonly string[] {
  const programs = ['kubeadm', 'kubelet', 'kubectl']
    .filter((name) => !h.programs.has(name))
    .map((name) => `program ${name}`)
  const wanted = [...PLUGINS, ...(flannel ? ['flannel', 'bridge', 'host-local'] : [])]
  const runtime = (h.runtime.has('containerd') ? WITH_CONTAINERD : []).filter((name) => !h.runtime.has(name))
  return [
    ...programs,
    ...runtime.map((name) => `program runtime/${name}`),
    ...wanted.filter((name) => !plugins.has(name)).map((name) => `CNI plugin cni/${name}`),
  ]
}
