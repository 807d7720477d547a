import { readFileSync } from 'node:fs'
import t from 'tap'
import { problemsOf, rowsOf } from '../../.ci/faults.mjs'

t.test('docs/faults.md: 62 rows, each with tests that are there, or a reason', (t) => {
  const rows = rowsOf(readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8'))
  t.equal(rows.length, 62)
  t.same(problemsOf(rows), [])
  t.end()
})

t.test('docs/faults.md: the 31 holes that were found, and what came later, each with tests that are there', (t) => {
  for (const [table, length] of [
    ['h', 31],
    ['m', 8],
  ] as const) {
    const rows = rowsOf(readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8'), table)
    t.equal(rows.length, length)
    t.same(problemsOf(rows, table), [])
    t.same(
      rows.filter((r) => r.tests.length === 0),
      [],
    )
  }
  t.end()
})

t.test('a table that lies is found out', (t) => {
  const said = problemsOf(
    rowsOf(
      [
        '| 1 | a | b | `ci/faults` “a table that lies is found out” |',
        '| 2 | a | b | `ci/faults` “never written” |',
        '| 3 | a | b | `no/such` |',
        '| 4 | a | b | later |',
        '| 5 | a | b | none: a reason |',
      ].join('\n'),
    ),
  )
  t.match(said.slice(-3), [/row 4 names no test/, /row 2: no test “never written” in/, /row 3: no file/])
  t.equal(said.length, 57 + 3, 'and the rows that are missing')
  t.end()
})
