/**
 * Every rule with its exact message. The cases are in bad/*.txt: `#### title`, the Labfile, and `=> ` before each line
 * of the message, so that the files read as a catalogue of what klab says.
 */
import { readdir, readFile } from 'node:fs/promises'
import t from 'tap'
import { LabfileError } from '../../src/errors.js'
import { parseLabfile } from '../../src/labfile/load.js'

const folder = new URL('bad/', import.meta.url)

function messageOf(text: string): string {
  try {
    parseLabfile(text, '/lab/Labfile', 'Labfile')
  } catch (error) {
    if (error instanceof LabfileError) return error.message
    throw error
  }
  return 'accepted'
}

for (const file of (await readdir(folder)).sort()) {
  t.test(file, async (t) => {
    const cases = (await readFile(new URL(file, folder), 'utf8')).split(/^#### /m).slice(1)
    t.ok(cases.length > 1, 'has cases')
    for (const one of cases) {
      const [title = '', ...lines] = one.replace(/\n$/, '').split('\n')
      const said = lines.filter((line) => line.startsWith('=> ')).map((line) => line.slice(3))
      const text = lines.filter((line) => !line.startsWith('=> ')).map((line) => `${line}\n`)
      t.equal(messageOf(text.join('')), said.join('\n'), title)
    }
  })
}

t.test('what cannot stand in a text fixture', (t) => {
  const cases: [string, string, string][] = [
    ['NUL', 'name: a\0b\n', '1:8: has the character U+0000, which does not belong in a text file'],
    ['escape', 'name: a\nos: \x1b[31m\n', '2:5: has the character U+001B, which does not belong in a text file'],
    [
      'right-to-left override',
      'name: \u202ea\n',
      '1:7: has the character U+202E, which does not belong in a text file',
    ],
    [
      'a byte order mark inside',
      'name: a\n\ufeffos: {}\n',
      '2:1: has the character U+FEFF, which does not belong in a text file',
    ],
    [
      'a control character in a field name',
      'name: a\nos: { "\\e[31m": 1 }\n',
      '2:7: os: field names must not have control characters',
    ],
    ['too deep in brackets', `name: ${'['.repeat(100_000)}`, '1:46: is nested too deeply'],
    ['too deep in dashes', '- '.repeat(100_000), '1:80: is nested too deeply'],
    [
      'too many fields',
      `name: a\n${Array.from({ length: 8000 }, (_, i) => `k${i}: 1\n`).join('')}`,
      '5715:6: has more than 40000 parts',
    ],
    ['too large', `name: a\n${'#\n'.repeat(131_072)}`, '1:1: is larger than 256 KiB'],
  ]
  for (const [title, text, said] of cases) t.equal(messageOf(text), `Labfile:${said}`, title)
  t.end()
})

t.test('a very faulty file is answered with a bounded message', (t) => {
  const lines = messageOf(`name: a\n${Array.from({ length: 3000 }, (_, i) => `x${i}: 1\n`).join('')}`).split('\n')
  t.equal(lines.length, 51)
  t.equal(lines.at(-1), 'Labfile:51:1: and 2950 more problems')
  t.end()
})
