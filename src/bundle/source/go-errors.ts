/** The go command's errors about modules, in klab's words. */
import { CommandError, CorruptError, HostError } from '../../errors.js'
import { english } from '../../words/say.js'

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
    throw new CorruptError(
      english("{component}: {module} is not what the recipe's go.sum says", { component, module }),
      {
        cause: error,
        hint: english('choose another GOPROXY; {more}', { more: hint ?? '' }),
      },
    )
  if (/missing go\.sum entry|updates to go\.(?:mod|sum) needed/.test(tail))
    throw new CorruptError(english("{component}: the recipe's go.sum lacks {module}", { component, module }), {
      cause: error,
      hint: english('install klab again; {more}', { more: hint ?? '' }),
    })
  const refused = /\b(40[0-9]|410|451)\b [A-Z]\w+/.exec(tail)
  if (refused)
    throw new HostError(
      english('{component}: the module proxy refuses {module} ({status})', { component, module, status: refused[0] }),
      {
        cause: error,
        hint: english('choose a GOPROXY that has it, or another kubernetes.bundle; {more}', { more: hint ?? '' }),
      },
    )
  if (
    /dial tcp|no such host|connection refused|i\/o timeout|TLS handshake|connection reset|50[0-9] [A-Z]\w+/.test(tail)
  )
    throw new HostError(english('{component}: the module proxy cannot be reached', { component }), {
      cause: error,
      hint: english('check the network and GOPROXY (go env GOPROXY); what is there already is kept; {more}', {
        more: hint ?? '',
      }),
    })
  throw error
}
