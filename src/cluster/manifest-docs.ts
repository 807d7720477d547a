/** The YAML documents of a Kubernetes manifest, which may come from anybody. Pure. */
import type { Document } from 'yaml'
import { compose, tokenize } from '../labfile/yaml-limits.js'

/** Bytes. Calico's, the largest that klab knows, has 0.5 MB and 60,000 parts. */
export const MOST_MANIFEST = 8 * 2 ** 20
const LIMITS = { depth: 100, parts: 500_000 }

/** The documents, even with errors in them; undefined: it is larger or deeper than any manifest. */
export function manifestDocuments(text: string): readonly Document.Parsed[] | undefined {
  if (text.length > MOST_MANIFEST) return undefined
  const tokens = tokenize(text, LIMITS)
  return 'why' in tokens ? undefined : compose(tokens, text.length, {})
}
