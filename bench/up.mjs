// `npm run bench:up [-- LABFILE]`: destroy, then `up` with everything cached, then `up` again; a table of phases from
// klab's own events, beside what the same phases took in the lab's log before (the comparison: this run against the
// last one on this machine).
import { spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const labfile = process.argv[2] ?? join(project, 'labs/quickstart/Labfile')
const klab = [join(project, 'dist/main.js'), '-f', labfile]
const last = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'klab-bench', 'up.json')

function run(args) {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...klab, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    let text = ''
    child.stderr.setEncoding('utf8').on('data', (part) => (text += part))
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0
        ? resolve({ ms: performance.now() - started, text })
        : reject(new Error(`klab ${args.join(' ')}: ${code}\n${text}`)),
    )
  })
}

const seconds = (ms) => (ms === undefined ? '-' : (ms / 1000).toFixed(1))
const before = JSON.parse(await readFile(last, 'utf8').catch(() => '{}'))
await run(['destroy', '--force'])
const first = await run(['up', '--json'])
const events = first.text
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))
const phases = events.filter((e) => e.type === 'phase-end').map((e) => [e.phase, e.ms])
const second = await run(['up'])
const rows = [...phases, ['up, whole', first.ms], ['up again', second.ms]]

console.log(`${new Date().toISOString().slice(0, 10)}  load ${loadavg()[0].toFixed(1)}  ${labfile}`)
console.log('phase            s      before')
for (const [name, ms] of rows)
  console.log(`${name.padEnd(15)} ${seconds(ms).padStart(6)}  ${seconds(before[name]).padStart(6)}`)
await mkdir(dirname(last), { recursive: true })
await writeFile(last, JSON.stringify(Object.fromEntries(rows)))
