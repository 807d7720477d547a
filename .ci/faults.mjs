// The fault matrix: reads the tables in docs/faults.md, looks whether each test that they name is there, runs them, and
// says how many rows were tried, held and lost. Rows that came later begin with `m`, holes that were found with `h`.
//   node .ci/faults.mjs           the unit tests
//   node .ci/faults.mjs --real    those with real machines too
//   node .ci/faults.mjs --list    runs nothing
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { missing } from './titles.mjs'
import { TAP } from './tap.mjs'

/** How many rows each table has, by what stands before their numbers. */
const TABLES = { '': 62, m: 8, h: 31 }
const WORDS = { '': 'rows', m: 'more', h: 'holes' }
/** First folder of tests that start machines. */
const REAL = ['real', 'e2e', 'long']

/** The rows of a table (see TABLES): their tests (file, title), or why there is none. */
export function rowsOf(text, table = '') {
  const begin = new RegExp(`^${table}(\\d+)$`)
  return text.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim())
    const number = begin.exec(cells[1] ?? '')?.[1]
    if (number === undefined) return []
    const named = cells.at(-2) ?? ''
    const tests = [...named.matchAll(/`([\w/-]+)`((?: “[^”]+”,?)*)/g)].flatMap(([, file, titles]) => {
      const all = [...titles.matchAll(/“([^”]+)”/g)].map(([, title]) => ({ file, title }))
      return all.length > 0 ? all : [{ file, title: undefined }]
    })
    return [{ number: Number(number), fault: cells[2] ?? '', tests, none: /^none: ./.test(named) }]
  })
}

/** What is wrong with the table itself, a sentence each. */
export function problemsOf(rows, table = '') {
  const numbers = rows.map((r) => r.number)
  return [
    ...Array.from({ length: TABLES[table] }, (_, i) => i + 1)
      .filter((n) => numbers.filter((m) => m === n).length !== 1)
      .map((n) => `row ${n} is not there once`),
    ...rows.filter((r) => r.tests.length === 0 && !r.none).map((r) => `row ${r.number} names no test and no reason`),
    ...rows.flatMap((r) =>
      r.tests.flatMap(({ file, title }) => {
        const why = missing(file, title)
        return why === undefined ? [] : [`row ${r.number}: ${why}`]
      }),
    ),
  ]
}

/** Runs one test file; whether all of it passed. */
function passes(file, real) {
  const { status } = spawnSync(
    TAP,
    [
      ...['run', '--disable-coverage', '--allow-empty-coverage', '--jobs=1', '--reporter=terse'],
      `--timeout=${real ? 5400 : 300}`,
      `test/${file}.test.ts`,
    ],
    { stdio: 'inherit' },
  )
  return status === 0
}

/** Says what became of a table's rows; whether none was lost. `ends`: test file → whether it passed. */
function tell(rows, ends, table) {
  const name = (r) => `${table}${r.number}`
  const of = (row) => row.tests.flatMap(({ file }) => (ends.has(file) ? [ends.get(file)] : []))
  const tried = rows.filter((r) => of(r).length > 0)
  const lost = tried.filter((r) => of(r).includes(false))
  for (const r of lost) process.stdout.write(`lost: ${name(r)} ${r.fault}\n`)
  const untried = rows.filter((r) => r.tests.length > 0 && of(r).length === 0).map(name)
  if (untried.length > 0) process.stdout.write(`not tried now: ${untried.join(', ')}\n`)
  const none = rows.filter((r) => r.tests.length === 0).map(name)
  if (none.length > 0) process.stdout.write(`without a test, for a reason: ${none.join(', ')}\n`)
  process.stdout.write(
    `${rows.length} ${WORDS[table]}: ` +
      `${tried.length} tried, ${tried.length - lost.length} held, ${lost.length} lost\n`,
  )
  return lost.length === 0
}

function main(args) {
  const text = readFileSync('docs/faults.md', 'utf8')
  const tables = Object.keys(TABLES).map((table) => ({ table, rows: rowsOf(text, table) }))
  const problems = tables.flatMap(({ table, rows }) => problemsOf(rows, table))
  for (const problem of problems) process.stdout.write(`docs/faults.md: ${problem}\n`)
  const isReal = (file) => REAL.includes(file.split('/')[0])
  const named = tables.flatMap(({ rows }) => rows.flatMap((r) => r.tests.map((x) => x.file)))
  const files = [...new Set(named)].sort()
  const chosen = args.includes('--list') ? [] : files.filter((f) => args.includes('--real') || !isReal(f))
  const ends = new Map(problems.length > 0 ? [] : chosen.map((file) => [file, passes(file, isReal(file))]))
  const held = tables.map(({ table, rows }) => tell(rows, ends, table))
  return problems.length === 0 && held.every(Boolean) ? 0 : 1
}

if (import.meta.filename === process.argv[1]) process.exitCode = main(process.argv.slice(2))
