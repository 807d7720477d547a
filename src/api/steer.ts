/** The lab's kubeconfig names one API server. With several control planes it must be one that answers. */
import { readText, writeAtomic } from '../host/files.js'
import { firstAnswer, parseLogin, within } from './server.js'

/**
 * Points the lab's kubeconfig to an API server that is ready: the present one, if it answers. Does nothing if there is
 * only one, or if none answers within `timeoutMs`. Throws HostError.
 */
export async function steer(kubeconfig: string, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  const text = await readText(kubeconfig)
  const login = text === undefined ? undefined : parseLogin(text)
  if (text === undefined || !login || login.others.length === 0) return
  const found = await firstAnswer(login, '/readyz', within(timeoutMs, signal)).catch(() => undefined)
  if (!found || found.server === login.server) return
  // Another klab may have written new certificates while we asked.
  if ((await readText(kubeconfig)) !== text) return
  await writeAtomic(
    kubeconfig,
    text.replace(/(\n\s+server: )\S+/, (_all, key: string) => key + found.server.origin),
  )
}
