/**
 * Source `dir`: what is in a folder that somebody hands over. Nothing in it is run or believed before it was looked at.
 */
import { lstat, readdir } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { CorruptError, StateError } from '../../errors.js'
import { readSmall } from '../../host/files.js'
import { sha256File } from '../../host/digest.js'
import { sumIn } from '../../cache/download.js'
import { readDockerArchive, type ArchivedImage } from '../archive/docker-archive-read.js'
import { programArch } from '../elf.js'

/** Deeper and more than anybody hands over; such a folder is the wrong one. */
const MAX_DEPTH = 5
const MAX_FILES = 2000
const PROGRAMS = ['kubeadm', 'kubelet', 'kubectl', 'crictl']
/** Bytes: 2000 files with long names. */
const MOST_SUMS = 2 ** 20
const SUMS = ['SHA256SUMS', 'SHA256SUMS.txt', 'sha256sum.txt']
/** Where unpacked CNI plugins are: `cni/`, `cni-plugins-…/`, `opt/cni/bin/`; LICENSE and README.md lie beside them. */
const CNI_FOLDER = /(?:^|\/)cni(?:-plugins[^/]*)?(?:\/bin)?$/
/** The names of the plugins' programs. */
export const isPlugin = (name: string): boolean => /^[a-z][a-z-]*$/.test(name)
/** Every CNI set-up calls these two (kubelet and containerd: loopback; all networks that klab knows: portmap). */
const PLUGINS = ['loopback', 'portmap']

export interface HandedFile {
  /** Relative to the folder. */
  readonly path: string
  readonly size: number
  /** ms since the epoch, of the last change of content or attributes. */
  readonly changed: number
}

/** What was found, by kind. Paths are absolute. */
export interface Handed {
  readonly programs: ReadonlyMap<string, string>
  readonly plugins: ReadonlyMap<string, string>
  /** Archive of the CNI plugins, where they are not unpacked. */
  readonly pluginArchive: string | undefined
  readonly images: readonly ArchivedImage[]
  /** Archives that docker would read but klab does not: they are compressed. */
  readonly compressed: readonly string[]
  /** Name of the file → path. */
  readonly manifests: ReadonlyMap<string, string>
}

/**
 * All files of the folder, sorted. Links are not followed, out of the folder or elsewhere. Throws StateError when it is
 * not there or absurdly large.
 */
export async function listHanded(dir: string): Promise<readonly HandedFile[]> {
  const found: HandedFile[] = []
  const walk = async (under: string, depth: number): Promise<void> => {
    const entries = await readdir(join(dir, under), { withFileTypes: true }).catch((cause: unknown) => {
      throw new StateError(`${join(dir, under)}: cannot be read`, {
        hint: 'check kubernetes.bundle.dir in the Labfile',
        cause,
      })
    })
    for (const entry of entries) {
      const path = join(under, entry.name)
      if (entry.isDirectory() && depth < MAX_DEPTH) await walk(path, depth + 1)
      if (!entry.isFile()) continue
      const s = await lstat(join(dir, path))
      found.push({ path, size: s.size, changed: Math.max(s.mtimeMs, s.ctimeMs) })
      if (found.length > MAX_FILES)
        throw new StateError(`${dir}: holds more than ${MAX_FILES} files`, {
          hint: 'name the folder with the archives alone',
        })
    }
  }
  await walk('', 0)
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * Compares the files that a SHA256SUMS of the folder names. Throws CorruptError that names every one that differs or is
 * gone.
 */
export async function checkSums(dir: string, files: readonly HandedFile[], signal?: AbortSignal): Promise<void> {
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
  if (problems.length > 0) throw new CorruptError(`${dir}: ${problems.join('; ')}`, { hint: 'copy the files again' })
}

/**
 * Sorts the files by what they are. Throws CorruptError for an archive or a program that is damaged or for another
 * machine.
 */
export async function sortHanded(dir: string, files: readonly HandedFile[], arch: string): Promise<Handed> {
  const [programs, plugins, manifests] = [
    new Map<string, string>(),
    new Map<string, string>(),
    new Map<string, string>(),
  ]
  const images: ArchivedImage[] = []
  const compressed: string[] = []
  let pluginArchive: string | undefined
  for (const { path } of files) {
    const [name, at] = [basename(path), join(dir, path)]
    if (PROGRAMS.includes(name)) programs.set(name, await checkedProgram(at, arch))
    else if (CNI_FOLDER.test(dirname(path)) && isPlugin(name)) plugins.set(name, await checkedProgram(at, arch))
    else if (/^cni-plugins-.*\.tgz$/.test(name)) pluginArchive = at
    else if (name.endsWith('.tar')) images.push(...(await readDockerArchive(at)))
    else if (/\.(?:tar\.(?:gz|xz|zst|bz2)|tgz)$/.test(name)) compressed.push(relative(dir, at))
    else if (/\.ya?ml$/.test(name)) manifests.set(name, at)
  }
  return { programs, plugins, pluginArchive, images, compressed, manifests }
}

/** The path of a program for this machine type. Throws CorruptError for anything else. */
export async function checkedProgram(path: string, arch: string): Promise<string> {
  const found = await programArch(path)
  if (found === arch) return path
  throw new CorruptError(
    `${path}: is ${found === undefined ? 'no program' : `for ${found}`}, the nodes need one for linux/${arch}`,
    {
      hint: 'get it again from where you have it',
    },
  )
}

/**
 * Files that are needed and not there, in words. `flannel`: whether its plugin, and those that it calls, must be there.
 */
export function missingFiles(h: Handed, plugins: ReadonlyMap<string, string>, flannel: boolean): readonly string[] {
  const programs = ['kubeadm', 'kubelet', 'kubectl']
    .filter((name) => !h.programs.has(name))
    .map((name) => `program ${name}`)
  const wanted = [...PLUGINS, ...(flannel ? ['flannel', 'bridge', 'host-local'] : [])]
  return [...programs, ...wanted.filter((name) => !plugins.has(name)).map((name) => `CNI plugin cni/${name}`)]
}
