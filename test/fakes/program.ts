/** Runs docs/program.mjs as it stands, but with doors of the test's own. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Test } from 'tap'
import { KlabError, openLab } from '../../src/index.js'
import type { Doors } from '../../src/lab/doors.js'
import { root } from './world.js'

/** Runs it from `dir`, with no arguments. Returns the lines that it printed. */
export async function runProgram(t: Test, dir: string, doors: Doors): Promise<readonly string[]> {
  Object.assign(globalThis, { klab: { KlabError, openLab: (o: object) => openLab({ ...o, doors }) } })
  writeFileSync(join(dir, 'klab.mjs'), 'export const { KlabError, openLab } = globalThis.klab\n')
  const text = readFileSync(join(root, 'docs/program.mjs'), 'utf8')
  t.match(text, /^import \{ .* \} from 'klab'$/m)
  const program = join(dir, 'program.mjs')
  writeFileSync(program, text.replace("from 'klab'", "from './klab.mjs'"))
  const said = t.capture(console, 'log')
  const { argv } = process
  const listeners = process.listeners('SIGINT')
  process.argv = argv.slice(0, 2)
  try {
    await import(pathToFileURL(program).href)
  } finally {
    process.argv = argv
    for (const l of process.listeners('SIGINT')) if (!listeners.includes(l)) process.off('SIGINT', l)
    said.restore()
  }
  return said.args().map(([line]) => line as string)
}
