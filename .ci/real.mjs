// Runs test files one by one and tells the truth of them: one that fails is run once more alone. Green on the second
// try is said loudly, and written to docs/flaky.md with the end of the log of its failure; red twice is red. At the
// end: the ten slowest.
//   node .ci/real.mjs [--once] FOLDER TIMEOUT_S [FILE…]
// --once: no second run. For files so long that CI has no time for one: red is red at once.
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TAP } from './tap.mjs'

const SLOWEST = 10
/** Of the log that is kept, lines. */
const KEPT = 40
const HEAD = `# Tests that failed once and then passed

Each was green when it was run again alone (\`.ci/real.mjs\`). That is a fault of
the test or of klab which comes now and then: look into it, then take its entry out.
`

const options = process.argv.slice(2)
const once = options[0] === '--once'
const [folder, timeout, ...named] = options.slice(once ? 1 : 0)
if (!folder || !(Number(timeout) > 0)) throw new Error('node .ci/real.mjs [--once] FOLDER TIMEOUT_S [FILE…]')
/** Tests of this script have a list of their own, and KLAB_TEST_RUN in place of tap. */
const flakyFile = process.env.KLAB_FLAKY_FILE ?? 'docs/flaky.md'
const logs = mkdtempSync(join(tmpdir(), 'klab-tests-'))
const files =
  named.length > 0
    ? named
    : readdirSync(folder, { recursive: true })
        .filter((f) => f.endsWith('.test.ts'))
        .sort()
        .map((f) => join(folder, f))
if (files.length === 0) throw new Error(`${folder}: no test files`)

/** Runs one file, shows its output and keeps it. */
function run(file, log) {
  const started = performance.now()
  const tap = [TAP, 'run', '--disable-coverage', '--allow-empty-coverage', '--jobs=1', '--reporter=tap']
  const words = [...(process.env.KLAB_TEST_RUN?.split(' ') ?? [...tap, `--timeout=${timeout}`]), file]
  // tee keeps what is shown; a pipe of our own would hold it back until the end. bash does not wait for tee: what a
  // killed test has left running would hold it for ever.
  const { status, signal } = spawnSync('bash', ['-c', '"${@:2}" > >(tee "$1") 2>&1', 'bash', log, ...words], {
    stdio: 'inherit',
  })
  if (signal || status === 130) process.exit(130)
  return { passed: status === 0, seconds: (performance.now() - started) / 1000 }
}

const ends = files.map((file, i) => {
  const log = join(logs, `${i}.log`)
  const first = run(file, log)
  if (first.passed || once) return { file, end: first.passed ? 'green' : 'red', seconds: first.seconds, log }
  process.stdout.write(`\nFAILED: ${file}; once more, alone\n\n`)
  const second = run(file, join(logs, `${i}-again.log`))
  const seconds = first.seconds + second.seconds
  return { file, end: second.passed ? 'flaky' : 'red', seconds, log }
})

const flaky = ends.filter((e) => e.end === 'flaky')
for (const { file, log } of flaky) {
  if (!existsSync(flakyFile)) writeFileSync(flakyFile, HEAD)
  const before = readFileSync(flakyFile, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`## ${file}, `)).length
  const end = readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => !/^ *ok /.test(line))
    .slice(-KEPT)
  const day = new Date().toISOString().slice(0, 10)
  appendFileSync(flakyFile, `\n## ${file}, ${day}, no. ${before + 1}\n\n\`\`\`text\n${end.join('\n')}\n\`\`\`\n`)
}
process.stdout.write('\nslowest:\n')
for (const { file, seconds } of [...ends].sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST))
  process.stdout.write(`${seconds.toFixed(1).padStart(8)} s  ${file}\n`)
for (const { file } of flaky) process.stdout.write(`\n!!! FLAKY: ${file} failed, then passed alone: see ${flakyFile}\n`)
// CI does not commit: what would be in the file must be in its output.
if (flaky.length > 0) process.stdout.write(`\n${readFileSync(flakyFile, 'utf8')}\n`)
const red = ends.filter((e) => e.end === 'red')
for (const { file, log } of red) process.stdout.write(`RED: ${file} failed${once ? '' : ' twice'}; ${log}\n`)
process.stdout.write(
  `${files.length} files: ${files.length - red.length - flaky.length} green, ` +
    `${flaky.length} flaky, ${red.length} red\n`,
)
process.exitCode = red.length > 0 ? 1 : 0
