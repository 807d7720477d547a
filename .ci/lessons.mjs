// `npm run test:lessons`: proves klab's own lessons and faults on a real lab, each check failing before its solution
// and passing after (`klab lesson test`). Takes hours without KVM.
//   node .ci/lessons.mjs [--lab LABFILE] [--only NAME,NAME…] [--together N] [--write]
// --lab: a lab that is up (default: labs/quickstart, brought up for this and destroyed). --write: puts the results into
// docs/lessons.md, where those of other lessons stay. --together: so many share a snapshot, which takes less time.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Tests of this script have a klab and a document of their own. */
const program = process.env.KLAB_TEST_KLAB ?? join(root, 'dist/main.js')
const doc = process.env.KLAB_TEST_DOC ?? join(root, 'docs/lessons.md')
const [BEGIN, END] = ['<!-- results of npm run test:lessons -->', '<!-- end of results -->']

const { values } = parseArgs({
  options: {
    lab: { type: 'string' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    together: { type: 'string', default: '1' },
  },
})
const size = Number(values.together)
if (!Number.isInteger(size) || size < 1) throw new Error('--together: a number from 1 on')
const own = values.lab === undefined ? mkdtempSync(join(tmpdir(), 'klab-lessons-')) : undefined
const labfile = values.lab ?? join(own, 'Labfile')

/** Runs klab with its progress on our stderr. */
function klab(...words) {
  const argv = [program, '-f', labfile, ...words]
  const { status, stdout } = spawnSync(process.execPath, argv, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  // Ctrl-C goes to both.
  if (status === 130) process.exit(130)
  return { status, stdout }
}

function json(...words) {
  const { status, stdout } = klab(...words, '--json')
  try {
    return JSON.parse(stdout)
  } catch {
    throw new Error(`klab ${words.join(' ')}: exit status ${status}`)
  }
}

const minutes = (ms) => `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 200)

/** Lessons that share a snapshot: how they went, in words. */
function tried(group) {
  const started = performance.now()
  const together = group.length > 1 ? ['--together'] : []
  try {
    const all = json('lesson', 'test', ...together, ...group.map(({ dir }) => dir))
    if (!Array.isArray(all)) throw new Error(all.error?.message ?? 'klab lesson test: no list of lessons')
    return all.map(({ ok, steps, ms }, i) => {
      const wrong = steps.find((s) => s.problem !== undefined)
      if (!ok && wrong) process.stdout.write(`${wrong.output}\n`)
      const result = ok ? `passed, ${steps.length} steps` : `FAILED at step ${wrong?.number}: ${wrong?.problem}`
      return { name: group[i].name, ok, result, took: minutes(ms) }
    })
  } catch (error) {
    // The lab must be as before for the next one.
    klab('lesson', 'reset', '--all')
    klab('lesson', 'finish')
    const took = minutes(performance.now() - started)
    return group.map(({ name }) => ({ name, ok: false, result: `ERROR: ${error.message}`, took }))
  }
}

const row = ({ name, result, took }, day) => `| ${day} | \`${name}\` | ${cell(result)} | ${took} |`

/** The rows in the document, by name; the new ones take the place of older ones. */
function write(rows) {
  const text = readFileSync(doc, 'utf8')
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`${doc}: has no lines ${BEGIN} and ${END}`)
  const named = (line) => /^\| [\d-]+ \| `([^`]+)`/.exec(line)?.[1]
  const before = text
    .slice(from, to)
    .split('\n')
    .filter((line) => named(line) !== undefined)
  const all = new Map([...before, ...rows].map((line) => [named(line), line]))
  const head = ['| date | lesson or fault | result | took |', '| --- | --- | --- | --- |']
  const table = [...head, ...[...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line)]
  writeFileSync(doc, `${text.slice(0, from)}${BEGIN}\n\n${table.join('\n')}\n\n${text.slice(to)}`)
}

const day = new Date().toISOString().slice(0, 10)
const rows = []
try {
  if (own !== undefined) {
    copyFileSync(join(root, 'labs/quickstart/Labfile'), labfile)
    if (klab('up').status !== 0) throw new Error('klab up failed')
  }
  const wanted = values.only?.split(',')
  const ours = ({ dir }) => !relative(join(root, 'labs'), dir).startsWith('..')
  const found = [...json('lesson', 'list'), ...json('break', 'list')]
    .filter(ours)
    .filter(({ name }) => wanted?.includes(name) ?? true)
  const unknown = wanted?.filter((name) => !found.some((l) => l.name === name)) ?? []
  if (unknown.length > 0) throw new Error(`no such lesson or fault: ${unknown.join(', ')}`)
  for (let i = 0; i < found.length; i += size) {
    const group = found.slice(i, i + size)
    process.stdout.write(`\n${i + 1} of ${found.length}: ${group.map(({ name }) => name).join(', ')}\n`)
    const ends = tried(group).map((end) => ({ ...end, line: row(end, day) }))
    rows.push(...ends)
    for (const { line } of ends) process.stdout.write(`${line}\n`)
    if (values.write) write(ends.map(({ line }) => line))
  }
} finally {
  if (own !== undefined) {
    klab('destroy', '--force')
    rmSync(own, { recursive: true, force: true })
  }
}
const bad = rows.filter((r) => !r.ok)
process.stdout.write(`\n${rows.map((r) => r.line).join('\n')}\n`)
process.stdout.write(`\n${rows.length} tried: ${rows.length - bad.length} passed, ${bad.length} failed\n`)
process.exitCode = bad.length > 0 ? 1 : 0
