/** The go command's errors about modules, in klab's words. */
import { CommandError, CorruptError, HostError } from '../../errors.js'

/**
 * Throws HostError for a module or a proxy that cannot be reached, CorruptError for sums that do not fit, and any other
 * error unchanged.
 */
export function explainGo(component: string, error: unknown): never {
  if (!(error instanceof CommandError)) throw error
  const { tail } = error.failure
  const hint = error.hint
  const module = /([\w.~+-]+(?:\/[\w.~+!-]+)+@v[\w.~+!-]+)/.exec(tail)?.[1] ?? 'a module'
  if (/checksum mismatch|SECURITY ERROR/.test(tail))
    throw new CorruptError(`${component}: ${module} is not what the recipe's go.sum says`, {
      cause: error,
      hint: `choose another GOPROXY; ${hint ?? ''}`,
    })
  if (/missing go\.sum entry|updates to go\.(?:mod|sum) needed/.test(tail))
    throw new CorruptError(`${component}: the recipe's go.sum lacks ${module}`, {
      cause: error,
      hint: `install klab again; ${hint ?? ''}`,
    })
  const refused = /\b(40[0-9]|410|451)\b [A-Z]\w+/.exec(tail)
  if (refused)
    throw new HostError(`${component}: the module proxy refuses ${module} (${refused[0]})`, {
      cause: error,
      hint: `choose a GOPROXY that has it, or another kubernetes.bundle; ${hint ?? ''}`,
    })
  if (
    /dial tcp|no such host|connection refused|i\/o timeout|TLS handshake|connection reset|50[0-9] [A-Z]\w+/.test(tail)
  )
    throw new HostError(`${component}: the module proxy cannot be reached`, {
      cause: error,
      hint: `check the network and GOPROXY (go env GOPROXY); what is there already is kept; ${hint ?? ''}`,
    })
  throw error
}
