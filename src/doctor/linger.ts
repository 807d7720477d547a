/**
 * An ordinary user's lab after log-out: logind then ends the user's services, libvirt's session daemon among them, and
 * removes /run/user/UID with klab's run folder in it, unless the user lingers (loginctl(1), "enable-linger").
 */
import { join } from 'node:path'
import { exists } from '../host/files.js'
import type { World } from '../world.js'
import type { Check } from './check.js'

/** Nothing to say for root, or without logind. `host`: where the host's files are. */
export async function lingerCheck({ env, hypervisor, roots }: World, host = '/'): Promise<readonly Check[]> {
  const session = hypervisor.uri.endsWith('/session')
  const runtime = env.env['XDG_RUNTIME_DIR']
  const falls = session || (runtime !== undefined && roots.run.startsWith(`${runtime}/`))
  if (env.uid === 0 || !falls || !(await exists(join(host, 'run/systemd/seats')))) return []
  const name = 'log-out'
  return (await exists(join(host, 'var/lib/systemd/linger', env.user)))
    ? [{ name, state: 'ok', found: `${env.user} has lingering on: the lab outlives the login` }]
    : [
        {
          name,
          state: 'warn',
          found: 'ends libvirt’s session and the switch between the nodes: the lab may not outlive your login',
          fix: `sudo loginctl enable-linger ${env.user}`,
        },
      ]
}
