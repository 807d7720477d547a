/**
 * Loads the command line's parts, together with what V8 compiled of them during the build (.ci/scripts.mjs). Compiling
 * them each time took a third of `klab status`; Node 20 keeps compiled code for scripts only, not for ES modules. V8
 * refuses the code of another release: then it compiles as always.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'

/** The first part's name. The build puts it here: names are hashes, because V8 asks only whether lengths are equal. */
declare const KLAB_FIRST: string

interface Part {
  exports: unknown
}
/** What a part calls by these names, as in CommonJS; `klabUrl` is its import.meta.url. */
interface Given extends Part {
  readonly require: (id: string) => unknown
  readonly module: Part
  readonly __filename: string
  readonly __dirname: string
  readonly klabUrl: string
}

const dir = import.meta.dirname
const node = createRequire(import.meta.url)
const parts = new Map<string, Part>()

/** The scripts that were loaded, by file: for the build. */
export const scripts = new Map<string, Script>()

function codeOf(file: string): Buffer | undefined {
  try {
    return readFileSync(`${file}.code`)
  } catch {
    return undefined
  }
}

function load(name: string): unknown {
  const known = parts.get(name)
  if (known !== undefined) return known.exports
  const part: Part = { exports: {} }
  // Before it runs: parts may need each other.
  parts.set(name, part)
  const filename = join(dir, name)
  // They are ASCII. As latin1 they need no decoding.
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: codeOf(filename) })
  scripts.set(filename, script)
  const run = script.runInThisContext() as (given: Given) => void
  run({
    exports: part.exports,
    require: (id) => (id.startsWith('./') ? load(id.slice(2)) : (node(id) as unknown)),
    module: part,
    __filename: filename,
    __dirname: dir,
    klabUrl: pathToFileURL(filename).href,
  })
  return part.exports
}

load(KLAB_FIRST)
