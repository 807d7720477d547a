/**
 * Damaged Labfiles: whatever is done to the text, parseLabfile gives a lab or a LabfileError that points into the text.
 * Seeded.
 */
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { LabfileError } from '../../src/errors.js'
import { parseLabfile } from '../../src/labfile/load.js'

/** mulberry32 */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) % below
  }
}

const ODD = [
  '',
  ' ',
  '\n',
  '\t',
  ':',
  '- ',
  '[',
  '{',
  ']',
  '}',
  '"',
  "'",
  '&a ',
  '*a',
  '!!set ',
  '|',
  '>',
  '? ',
  '<<: ',
  '#',
  '%',
  '@',
  '\0',
  '~',
  'null',
  '-1',
  '1e999',
  '.nan',
  '0x',
  '9'.repeat(400),
  '__proto__',
  'constructor: {}',
  '\ud800',
  '---\n',
  '...\n',
  '😀',
  '\u2028',
]

t.test('mutations of the example', async (t) => {
  const example = (await readFile(new URL('../../Labfile.example', import.meta.url), 'utf8')).replace(/ *#.*$/gm, '')
  const random = randomFrom(20261123)
  let accepted = 0
  let refused = 0
  for (let round = 0; round < 600; round++) {
    let text = example
    for (let i = random(3); i >= 0; i--) {
      const at = random(text.length + 1)
      const cut = random(3) === 0 ? random(20) : 0
      const piece =
        random(4) === 0 ? text.slice(random(text.length + 1)).slice(0, random(60)) : ODD[random(ODD.length)]!
      text = text.slice(0, at) + piece + text.slice(at + cut)
    }
    try {
      parseLabfile(text, '/x/Labfile')
      accepted += 1
    } catch (error) {
      refused += 1
      if (!(error instanceof LabfileError)) return t.fail(`round ${round}: ${String(error)}`, { text })
      const lines = text.split('\n').length
      if (
        error.issues.length === 0 ||
        !error.issues.every((i) => i.line >= 1 && i.line <= lines && i.column >= 1 && !/[\n\r\0]/.test(i.message))
      )
        return t.fail(`round ${round}: no usable place`, { text, issues: error.issues })
    }
  }
  t.ok(accepted > 5 && refused > 200, `${accepted} accepted, ${refused} refused`)
})
