/**
 * libvirt's virtlogd writes the log of a node's serial console and starts a new file at a certain size, so a guest that
 * prints for ever fills no disk. If somebody has switched that off, it can (virtlogd.conf, qemu.conf: stdio_handler).
 */
import { join } from 'node:path'
import { readText } from '../host/files.js'
import type { World } from '../world.js'
import type { Check } from './check.js'
import { english } from '../words/say.js'

/** virtlogd's own values if its file sets none (as in Debian’s libvirt 9.0). */
const DEFAULTS = { max_size: 2 * 2 ** 20, max_backups: 3 }
const MIB = 2 ** 20

/** The value of a key in one of libvirt's files; undefined: it is a comment, or the file cannot be read. */
async function setting(file: string, key: string): Promise<string | undefined> {
  const text = await readText(file).catch(() => undefined)
  return new RegExp(`^\\s*${key}\\s*=\\s*"?([^"\\s#]+)`, 'm').exec(text ?? '')?.[1]
}

/** Whether the consoles' logs have a limit. `etc`: where the system's libvirt has its files. */
export async function consoleCheck({ env, hypervisor }: World, etc = '/etc/libvirt'): Promise<Check> {
  const own = env.env['XDG_CONFIG_HOME'] ?? join(env.home, '.config')
  const dir = hypervisor.uri.endsWith('/session') ? join(own, 'libvirt') : etc
  const name = 'console logs'
  const handler = await setting(join(dir, 'qemu.conf'), 'stdio_handler')
  if (handler === 'file')
    return {
      name,
      state: 'warn',
      found: english('have no limit: QEMU writes them itself, and a guest that prints for ever fills the disk'),
      fix: english('set stdio_handler = "logd" in {file}, then restart libvirtd', { file: join(dir, 'qemu.conf') }),
    }
  const [size, backups] = await Promise.all(
    (['max_size', 'max_backups'] as const).map(async (key) => {
      const value = Number(await setting(join(dir, 'virtlogd.conf'), key))
      return Number.isInteger(value) && value >= 0 ? value : DEFAULTS[key]
    }),
  )
  if (size === 0)
    return {
      name,
      state: 'warn',
      found: english(
        'have no limit: virtlogd does not rotate the files, and a guest that prints for ever fills the disk',
      ),
      fix: english('set max_size = {size} in {file}, then restart virtlogd', {
        size: DEFAULTS.max_size,
        file: join(dir, 'virtlogd.conf'),
      }),
    }
  const most = Math.ceil(((size ?? 0) * (1 + (backups ?? 0))) / MIB)
  return { name, state: 'ok', found: english('at most {most} MiB a node', { most }) }
}
