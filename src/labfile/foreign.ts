/**
 * A Labfile that came in somebody else's file: what it says of the guests stays, for they are his anyway; which folders
 * and servers this machine takes programs from is not his to say.
 */
import { randomBytes } from 'node:crypto'
import { parseDocument } from 'yaml'
import { parseLabfile } from './load.js'

export interface ForeignLabfile {
  readonly text: string
  /** What was taken out, in words: `kubernetes.bundle.dir: /opt/k`. */
  readonly dropped: readonly string[]
}

/** Maps of a Labfile that name folders or servers of this machine's choice, and the field in them. */
const FOLDERS = [
  ['kubernetes', 'bundle', 'dir'],
  ['image', 'path'],
] as const
const MIRRORS = ['kubernetes', 'bundle', 'mirrors'] as const

/**
 * The text with a name that is in no folder where it names one, and without the servers of its bundle. Throws
 * LabfileError for one that is none; `shown`: how messages name it.
 */
export function foreignLabfile(text: string, shown: string): ForeignLabfile {
  // Refuses aliases, several documents, depth and size, so that the rest may be short.
  parseLabfile(text, '/Labfile', shown)
  const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent' })
  const dropped: string[] = []
  for (const path of FOLDERS) {
    const value = document.getIn(path)
    if (typeof value !== 'string') continue
    dropped.push(`${path.join('.')}: ${value}`)
    // Not a fixed name: who made the file may have sent a folder of that name along.
    document.setIn(path, `put-it-here-${randomBytes(6).toString('hex')}`)
  }
  if (document.hasIn(MIRRORS)) {
    dropped.push(MIRRORS.join('.'))
    document.deleteIn(MIRRORS)
  }
  return dropped.length === 0 ? { text, dropped } : { text: document.toString({ lineWidth: 0 }), dropped }
}
