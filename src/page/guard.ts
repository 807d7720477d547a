/**
 * Who may talk to the page. It opens root's shell on every node, so another website, another user of this machine and
 * another name for this address must get nothing.
 */
import { timingSafeEqual } from 'node:crypto'

export interface Guard {
  /** Random; in the address that `klab lesson open` prints, then in a cookie. */
  readonly token: string
  readonly port: number
}

/** The parts of a request that matter here. */
export interface PageRequest {
  readonly method: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly cookie: string | undefined
  /** Whether it becomes a WebSocket. */
  readonly upgrade: boolean
}

/** Cookies do not depend on the port, so the port is in the name. */
export const cookieName = ({ port }: Guard): string => `klab-${port}`

/** Whether two secrets are the same, in constant time. */
export const isToken = (given: string, { token }: Guard): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const tokenOf = (cookie: string, guard: Guard): string =>
  cookie
    .split(/;\s*/)
    .find((c) => c.startsWith(`${cookieName(guard)}=`))
    ?.slice(cookieName(guard).length + 1) ?? ''

/** The host names of this server; any other name is DNS rebinding. */
const hostsOf = ({ port }: Guard): readonly string[] => [`127.0.0.1:${port}`, `localhost:${port}`]

/** Whether the request names this server. */
export const isOwnHost = ({ host }: Pick<PageRequest, 'host'>, guard: Guard): boolean =>
  host !== undefined && hostsOf(guard).includes(host)

/** Whether a request is allowed. Browsers send Origin with everything but a plain GET, and with every WebSocket. */
export function isAllowed(caller: PageRequest, guard: Guard): boolean {
  if (!isOwnHost(caller, guard)) return false
  const strict = caller.upgrade || (caller.method !== 'GET' && caller.method !== 'HEAD')
  const foreign = caller.origin !== undefined && caller.origin !== `http://${caller.host ?? ''}`
  if (foreign || (strict && caller.origin === undefined)) return false
  return isToken(tokenOf(caller.cookie ?? '', guard), guard)
}
