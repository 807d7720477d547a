/** The file trees that images are made of, before they are packed. */
import { chmod, copyFile, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { HostExec } from '../../host/types.js'

/** Useless in a container; 8 MB of it are glibc's character set converters. */
const DROPPED = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/info',
  'usr/share/locale',
  'usr/share/lintian',
  'usr/share/bug',
  'usr/share/bash-completion',
]

/**
 * Links that the packages' scripts would have made (update-alternatives): iptables is the nft one, as on a Debian 12
 * node.
 */
const IPTABLES = ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save', 'ip6tables-restore']

/** Busybox's names in our images; enough to look around in one. */
const APPLETS = [
  'awk cat chmod cp cut date df dmesg du echo env false find grep head hostname httpd id ip kill ln ls mkdir mount mv',
  'nc netstat nslookup ping printf ps pwd rm rmdir route sed seq sh sleep sort stat tail tar tee telnet test timeout',
  'top touch tr traceroute true umount uname vi wc wget which xargs',
].flatMap((line) => line.split(' '))

/** Users, name lookups (files first, so that localhost needs no DNS) and a /tmp: the minimum that programs expect. */
const ETC: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n',
  'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
  'etc/nsswitch.conf': 'hosts: files dns\n',
}

/** Writes the files that every image has. */
export async function addEtc(dir: string): Promise<void> {
  for (const [path, text] of Object.entries(ETC)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
  await mkdir(join(dir, 'tmp'), { recursive: true })
}

/** Copies a program in, to `path` (which names the file), executable. */
export async function addProgram(dir: string, source: string, path: string): Promise<void> {
  const target = join(dir, path)
  await mkdir(dirname(target), { recursive: true })
  await copyFile(source, target)
  await chmod(target, 0o755)
}

/**
 * Links the tree's busybox to each of its names that no other file has. (Debian 12's busybox crashes in `wget -T`: use
 * `timeout 10 wget`.)
 */
export async function linkApplets(dir: string): Promise<void> {
  for (const name of APPLETS) await linkUnlessThere('busybox', join(dir, 'bin', name))
}

/**
 * A small Debian root from packages (.deb files). It is unpacked without running their scripts, so it needs no root.
 */
export async function addDebs(
  exec: HostExec,
  debs: readonly string[],
  dir: string,
  signal?: AbortSignal,
): Promise<void> {
  for (const deb of debs) await exec.run(['dpkg-deb', '--extract', deb, dir], signal ? { signal } : {})
  for (const path of DROPPED) await rm(join(dir, path), { recursive: true, force: true })
  const lib = join(dir, 'usr/lib')
  for (const name of await list(lib)) await rm(join(lib, name, 'gconv'), { recursive: true, force: true })
  const sbin = join(dir, 'usr/sbin')
  for (const name of (await list(sbin)).includes('xtables-nft-multi') ? IPTABLES : []) {
    await linkUnlessThere(name.replace(/^(ip6?tables)/, '$1-nft'), join(sbin, name))
  }
}

/** Names in a folder; none if it does not exist. */
async function list(dir: string): Promise<readonly string[]> {
  return await readdir(dir).catch(() => [])
}

async function linkUnlessThere(target: string, path: string): Promise<void> {
  await symlink(target, path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  })
}

/** Path inside an image of its only program. */
export const localBin = (program: string): string => `usr/local/bin/${basename(program)}`
