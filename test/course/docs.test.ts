/**
 * docs/course.md: a row for every heading of the course's chapter 2, none with an empty cell, and what it says of phase
 * and file is so.
 */
import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { SECTIONS } from '../../src/course/sections.js'
import { PHASE_NAMES } from '../../src/labfile/phases.js'
import { root } from '../fakes/world.js'

/** As the course counts them, in its order (it has a 2.2.10 within 2.3). */
const COURSE = (
  '2.1 2.2 2.2.1 2.2.2 2.2.3 2.2.4 2.2.5 2.2.6 2.2.7 2.2.8 2.3 2.3.1 2.3.2 2.3.3 2.3.4 2.3.5 ' +
  '2.3.6 2.3.7 2.3.8 2.3.9 2.2.10 2.4 2.5 2.5.1 2.5.2 2.5.3 2.5.4 2.5.5 2.5.6 2.6 2.6.1 ' +
  '2.6.2 2.7 2.7.1 2.7.2 2.7.3 2.7.4 2.8 2.8.1 2.8.2 2.9 2.9.1 2.9.2 2.9.3 2.9.4 2.9.5 2.9.6 ' +
  '2.9.7'
).split(' ')

const rows = readFileSync(`${root}/docs/course.md`, 'utf8')
  .split('\n')
  .filter((l) => l.startsWith('| <a id'))
  .map((l) => l.slice(1, -1).split(/(?<!\\)\|/).map((c) => c.trim())) // prettier-ignore
const idOf = (row: readonly string[]): string => /id="([^"]+)"><\/a>(\S+) /.exec(row[0]!)![1]!

t.test('a row for every section, in the course’s order', (t) => {
  t.same(rows.map(idOf).filter((id) => !id.includes('-')), COURSE) // prettier-ignore
  t.same(rows.map(idOf).filter((id) => SECTIONS.some((s) => s.id === id)), SECTIONS.map((s) => s.id)) // prettier-ignore
  t.end()
})

t.test('no empty cell', (t) => {
  for (const row of rows) {
    t.equal(row.length, 4, idOf(row))
    for (const cell of row) t.ok(cell.replace(/[-–\s]/g, '') !== '', idOf(row))
  }
  t.end()
})

t.test('file and phase are those of the code, and the files are there', (t) => {
  for (const row of rows) {
    const id = idOf(row)
    // A link, unless the packages of klab lack the file: they have no src/.
    const [, linked, target, source, phase = ''] =
      /^(?:\[`(.+)`\]\(\.\.\/(.+)\)|`(src\/[^`]+)`), `?([\w-]+| ?no phase)`?$/.exec(row[2]!) ?? []
    const file = linked ?? source ?? ''
    t.equal(linked, target, id)
    t.ok(existsSync(`${root}/${file}`), `${id}: ${file}`)
    t.ok(phase === 'no phase' || (PHASE_NAMES as readonly string[]).includes(phase), `${id}: ${phase}`)
    const section = SECTIONS.find((s) => s.id === id)
    if (!section) continue
    t.equal(section.file.replace('$KLAB_RUNTIME', 'docker'), file, id)
    t.equal(section.phase === '-' ? 'no phase' : section.phase, phase, id)
  }
  t.end()
})
