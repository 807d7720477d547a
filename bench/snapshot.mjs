// `npm run bench:snapshot [-- LABFILE]`: saves and restores a lab that is up, three rounds, and prints what klab measured: the pause of a save; of a restore the time to all nodes
// resumed, to the API server's first answer and to all nodes Ready. The lab is left as it was.
import { execFileSync, spawnSync } from 'node:child_process'
import { loadavg, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const labfile = process.argv[2] ?? join(project, 'labs/quickstart/Labfile')
const ROUNDS = 3
const klab = (...args) => {
  const started = performance.now()
  const r = spawnSync(process.execPath, [join(project, 'dist/main.js'), '-f', labfile, 'snapshot', ...args, '--json'], { encoding: 'utf8' })
  if (r.status !== 0) throw new Error(`klab snapshot ${args.join(' ')}: exit status ${r.status}\n${r.stderr}`)
  return { ...JSON.parse(r.stdout), wholeMs: performance.now() - started }
}
const status = JSON.parse(
  execFileSync(process.execPath, [join(project, 'dist/main.js'), '-f', labfile, 'status', '--fresh', '--json'], { encoding: 'utf8' }),
)
if (status.state !== 'running') throw new Error(`${labfile}: the lab is ${status.state}; first: klab up`)

const rows = []
const name = `bench-${process.pid}`
for (let round = 1; round <= ROUNDS; round++) {
  const saved = klab('save', name)
  const ram = saved.nodes.reduce((sum, n) => sum + (n.memory?.size ?? 0), 0)
  const back = klab('restore', name, '--no-undo')
  klab('delete', name)
  rows.push({
    'RAM MiB': Math.round(ram / 2 ** 20),
    'pause ms': saved.pauseMs,
    'skew ms': saved.skewMs,
    'save, whole ms': Math.round(saved.wholeMs),
    'resumed ms': back.ms,
    'API ms': back.answeredMs ?? '-',
    'Ready ms': back.readyMs ?? '-',
    'restore, whole ms': Math.round(back.wholeMs),
  })
}
console.log(
  `${new Date().toISOString().slice(0, 10)}  load ${loadavg()[0].toFixed(1)}  ${status.nodes.length} nodes, host ${Math.round(totalmem() / 2 ** 30)} GiB`,
)
console.table(rows)
