// `npm run bench:status [-- LABFILE]`: whole processes in turn, A B C A B C …: `klab status`, node doing nothing, one
// `virsh list` (the floor of what status must do), and `vagrant status` in an empty project where vagrant is installed.
// Prints medians and ratios.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const labfile = process.argv[2] ?? join(project, 'labs/quickstart/Labfile')
const RUNS = 15
const uri = process.getuid() === 0 ? 'qemu:///system' : 'qemu:///session'
const jobs = [
  ['klab status', [process.execPath, join(project, 'dist/main.js'), '-f', labfile, 'status']],
  ['node -e 0', [process.execPath, '-e', '0']],
  ['virsh list', ['virsh', '-q', '-c', uri, 'list', '--all']],
]
if (spawnSync('vagrant', ['--version']).status === 0) {
  const dir = mkdtempSync(join(tmpdir(), 'klab-bench-'))
  writeFileSync(
    join(dir, 'Vagrantfile'),
    "Vagrant.configure('2') { |c| %w[a b c d].each { |n| c.vm.define(n) { |m| m.vm.box = 'none' } } }\n",
  )
  jobs.push(['vagrant status', ['vagrant', 'status'], dir])
}
const times = new Map(jobs.map(([name]) => [name, []]))
for (let i = 0; i <= RUNS; i++) {
  for (const [name, [tool, ...args], cwd] of jobs) {
    const started = performance.now()
    const r = spawnSync(tool, args, { stdio: 'ignore', cwd })
    if (r.status !== 0) throw new Error(`${name}: exit status ${r.status}`)
    // The first round warms the caches.
    if (i > 0) times.get(name).push(performance.now() - started)
  }
}
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const klab = median(times.get('klab status'))
console.log(`${new Date().toISOString().slice(0, 10)}  load ${loadavg()[0].toFixed(1)}  ${RUNS} runs each`)
console.log('command         min    median    max  ms   klab/this')
for (const [name, list] of times) {
  const [min, mid, max] = [Math.min(...list), median(list), Math.max(...list)].map((ms) => ms.toFixed(0).padStart(6))
  console.log(`${name.padEnd(14)}${min}    ${mid} ${max}      ${(klab / median(list)).toFixed(2)}`)
}
