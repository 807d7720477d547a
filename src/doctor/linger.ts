/**
 * An ordinary user's lab after log-out: logind then ends the user's services, libvirt's session daemon among them, and
 * removes /run/user/UID with klab's run folder in it, unless the user lingers (loginctl(1), "enable-linger").
 */
import { join } from 'node:path'
import { exists } from '../host/files.js'
import type { HostEnv } from '../host/types.js'
import type { Roots } from '../state/paths.js'
import type { Check } from './check.js'
import { english } from '../words/say.js'

/** Whether logging out ends a lab depends on these. */
interface Login {
  readonly env: Pick<HostEnv, 'env' | 'uid' | 'user'>
  readonly hypervisor: { readonly uri: string }
  readonly roots: Pick<Roots, 'run'>
}

/** Nothing to say for root, or without logind. `host`: where the host's files are. */
export async function lingerCheck({ env, hypervisor, roots }: Login, host = '/'): Promise<readonly Check[]> {
  const session = hypervisor.uri.endsWith('/session')
  const runtime = env.env['XDG_RUNTIME_DIR']
  const falls = session || (runtime !== undefined && roots.run.startsWith(`${runtime}/`))
  if (env.uid === 0 || !falls || !(await exists(join(host, 'run/systemd/seats')))) return []
  const name = 'log-out'
  return (await exists(join(host, 'var/lib/systemd/linger', env.user)))
    ? [{ name, state: 'ok', found: english('{user} has lingering on: the lab outlives the login', { user: env.user }) }]
    : [
        {
          name,
          state: 'warn',
          found: english('ends libvirt’s session and the switch between the nodes: the lab may not outlive your login'),
          fix: `sudo loginctl enable-linger ${env.user}`,
        },
      ]
}

/**
 * For a lab that is off: the command that lets a lab outlive a log-out, if a log-out may have ended this one. The sign
 * is that its run folder (`runDir`) has gone, with /run/user/UID: `halt` leaves it. Otherwise null.
 */
export async function afterLogOut(login: Login, runDir: string, host = '/'): Promise<string | null> {
  if (await exists(runDir)) return null
  const [check] = await lingerCheck(login, host)
  return check?.state === 'warn' ? (check.fix ?? null) : null
}
