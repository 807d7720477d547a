/** Builds klab's own base images from Debian's packages. The steps are the same for root and for ordinary users. */
import { chmod, copyFile, mkdir, mkdtemp, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { networkSettings } from '../host/apt-sources.js'
import { HostError } from '../errors.js'
import type { HostExec, HostRunOptions } from '../host/types.js'
import { LONG_MS } from '../host/limits.js'
import { removeTree } from '../host/tree.js'
import { LABEL, type ImageRecipe } from './recipe.js'
import { hostSources, imageSources } from './sources.js'
import { english } from '../words/say.js'

/** The size of the file system as built; cloud-init grows it to the node's disk at first boot. */
const SIZE_GIB = 3
export const BUILT_BYTES = SIZE_GIB * 2 ** 30
/** Useless in a lab's guest; 100 MB. Licences stay. */
const UNPACK = [
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/locale/*/LC_MESSAGES/*',
  'path-exclude=/usr/share/i18n/*',
]
/** Each tool and its Debian package. */
const TOOLS = {
  mmdebstrap: 'mmdebstrap',
  fakeroot: 'fakeroot',
  mke2fs: 'e2fsprogs',
  'qemu-img': 'qemu-utils',
  tar: 'tar',
}

export interface ImageBuild {
  readonly exec: HostExec
  /** Folder with room for 3 GiB of temporary files. They are removed at the end. */
  readonly workDir: string
  readonly report: (line: string) => void
  readonly signal?: AbortSignal
  /** /etc/apt unless told. */
  readonly etcApt?: string
}

/**
 * Fills `dir` with disk.qcow2, kernel and initrd. Throws HostError (a tool or the mirror is missing), CommandError,
 * Interrupted.
 */
export async function buildImage(recipe: ImageRecipe, dir: string, b: ImageBuild): Promise<void> {
  await requireTools(b.exec)
  const sources = imageSources(await hostSources(b.etcApt), recipe.suite)
  const stop = b.signal ? { signal: b.signal } : {}
  const run = (argv: readonly string[], o: HostRunOptions = {}) =>
    b.exec.run(argv, { timeoutMs: LONG_MS, ...o, ...stop, onLine: b.report })
  const dump = await b.exec.run(['apt-config', 'dump', 'Acquire'], stop)
  await mkdir(b.workDir, { recursive: true })
  const prefix = `image-${recipe.key.slice(0, 12)}-`
  // We hold the layer's lock, so a folder of this recipe was left by a killed klab. Its mmdebstrap may still be
  // cleaning up, so we remove the folder again at the end.
  const dead = (await readdir(b.workDir)).filter((name) => name.startsWith(prefix)).map((name) => join(b.workDir, name))
  const bury = () =>
    Promise.all(
      dead.map((folder) => removeTree(b.exec, folder).catch(() => b.report(`${folder}: left by an earlier run`))),
    )
  await bury()
  const work = await mkdtemp(join(b.workDir, prefix))
  try {
    // Root's mmdebstrap unpacks here, so that a kill leaves nothing in /tmp. A user's must stay in /tmp: its
    // subordinate ids may not enter our home.
    await chmod(work, 0o711)
    const asRoot = (await stat(work)).uid === 0
    const env = asRoot ? { TMPDIR: work } : {}
    const overlay = join(work, 'overlay.tar')
    const tar = join(work, 'root.tar')
    const root = join(work, 'root')
    const raw = join(work, 'disk.raw')
    await run([...TAR_CREATE, `--file=${overlay}`, `--directory=${recipe.rootfs}`, '.'])
    await run([...leash(asRoot), ...mmdebstrap(recipe, overlay, tar, networkSettings(dump.stdout))], {
      input: sources,
      env,
    })
    b.report('file system…')
    // fakeroot remembers who owns what between the two commands, so that an ordinary user makes the same disk as root.
    // Device nodes come from devtmpfs.
    const owners = join(work, 'owners')
    await mkdir(root)
    await run([
      'fakeroot',
      '-s',
      owners,
      '--',
      'tar',
      '--extract',
      '--numeric-owner',
      '--preserve-permissions',
      `--file=${tar}`,
      `--directory=${root}`,
      '--exclude=./dev/*',
    ])
    await run([
      'fakeroot',
      '-i',
      owners,
      '--',
      'mke2fs',
      '-q',
      '-t',
      'ext4',
      '-L',
      LABEL,
      '-E',
      'root_owner=0:0',
      '-d',
      root,
      raw,
      `${SIZE_GIB}G`,
    ])
    await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', raw, join(dir, 'disk.qcow2')])
    for (const name of ['kernel', 'initrd']) await copyFile(join(root, 'boot', `klab-${name}`), join(dir, name))
    // In qemu:///system QEMU runs as another user. And an image under overlays must not change.
    for (const name of ['disk.qcow2', 'kernel', 'initrd']) await chmod(join(dir, name), 0o444)
  } finally {
    await removeTree(b.exec, work)
    await bury()
  }
}

/** Owned by root and with the same modes, whatever the umask of the checkout was. */
const TAR_CREATE = ['tar', '--create', '--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX', '--sort=name']

/**
 * If klab is killed, mmdebstrap must not go on. As root it mounts /proc, /sys and parts of /dev into the new root. In a
 * separate mount namespace (a user's mmdebstrap has one anyway) these mounts end with it, and no later `rm -r` can
 * enter them.
 */
const leash = (asRoot: boolean): readonly string[] => [
  ...['setpriv', '--pdeathsig', 'TERM', '--'],
  ...(asRoot ? ['unshare', '--mount', '--propagation', 'private', '--'] : []),
]

/** mmdebstrap reads the sources from stdin. As an ordinary user it works in a user namespace (mode `auto`). */
export function mmdebstrap(
  recipe: ImageRecipe,
  overlay: string,
  tar: string,
  network: readonly string[],
): readonly string[] {
  return [
    'mmdebstrap',
    '--variant=essential',
    `--include=${recipe.packages.join(',')}`,
    '--format=tar',
    ...UNPACK.map((o) => `--dpkgopt=${o}`),
    // The machine's proxy settings; Debian's archive keeps old release files, whose dates say nothing about the
    // packages.
    ...network.map((line) => `--aptopt=${line}`),
    `--customize-hook=tar-in ${word(overlay)} /`,
    ...recipe.scripts.flatMap((script) => {
      const inside = `/usr/lib/klab/${basename(script, '.sh')}`
      return [
        `--customize-hook=upload ${word(script)} ${inside}`,
        // mmdebstrap itself puts the root's path into "$1".
        `--customize-hook=chroot "$1" sh ${inside}`,
      ]
    }),
    ...(recipe.hook === undefined ? [] : [`--customize-hook=chroot "$1" ${recipe.hook}`]),
    recipe.suite,
    tar,
    '-',
  ]
}

/** mmdebstrap splits its own hooks (tar-in, upload) into words as a shell does. */
const word = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

async function requireTools(exec: HostExec): Promise<void> {
  const missing: string[] = []
  for (const [tool, pkg] of Object.entries(TOOLS)) if ((await exec.which(tool)) === undefined) missing.push(pkg)
  if (missing.length > 0)
    throw new HostError(english('building the image needs {tools}', { tools: missing.join(', ') }), {
      hint: `sudo apt-get install ${missing.join(' ')}`,
    })
}
