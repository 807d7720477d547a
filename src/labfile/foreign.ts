/**
 * A Labfile that came in somebody else's file. What it says about the guests stays, because they are his anyway. But he
 * must not choose the folders and servers from which this machine takes programs.
 */
import { randomBytes } from 'node:crypto'
import { parseDocument } from 'yaml'
import { parseLabfile } from './load.js'

export interface ForeignLabfile {
  readonly text: string
  /** What was taken out, in words: `kubernetes.bundle.dir: /opt/k`. */
  readonly dropped: readonly string[]
}

/** Maps of a Labfile that name folders or servers, and the field in them. */
const FOLDERS = [
  ['kubernetes', 'bundle', 'dir'],
  ['image', 'path'],
] as const
const MIRRORS = ['kubernetes', 'bundle', 'mirrors'] as const

/**
 * The text without the servers of its bundle, and with a name that no folder has in place of its folder. Throws
 * LabfileError if it is no Labfile; `shown`: its name in messages.
 */
export function foreignLabfile(text: string, shown: string): ForeignLabfile {
  // Refuses aliases, several documents, depth and size, so the rest can be short.
  parseLabfile(text, '/Labfile', shown)
  const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent' })
  const dropped: string[] = []
  for (const path of FOLDERS) {
    const value = document.getIn(path)
    if (typeof value !== 'string') continue
    dropped.push(`${path.join('.')}: ${value}`)
    // Not a fixed name: the maker of the file may have sent a folder with that name.
    document.setIn(path, `put-it-here-${randomBytes(6).toString('hex')}`)
  }
  if (document.hasIn(MIRRORS)) {
    dropped.push(MIRRORS.join('.'))
    document.deleteIn(MIRRORS)
  }
  return dropped.length === 0 ? { text, dropped } : { text: document.toString({ lineWidth: 0 }), dropped }
}
