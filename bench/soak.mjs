// `npm run soak [-- --minutes 60 --seed N --stop]`: a lab of two plain nodes is saved, restored, halted, crashed and
// brought up again at random, and klab is killed (SIGKILL) at random moments of its verbs. After each round: `klab up`
// must bring the lab back, the guests must hold what was written to them, and nothing may be left over. Needs root, or
// whatever `klab up` needs here. A seed gives the same choices again, but not the same moments. `--stop`: stop at the
// first loss and leave the lab as it is. The lab has a state folder of its own; it is destroyed at the end.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { chooseAction } from './soak/actions.mjs'
import { deletedButOpen, measure, processes, strays } from './soak/host.mjs'
import { SoakLab } from './soak/lab.mjs'
import { Model } from './soak/model.mjs'
import { randomOf } from './soak/random.mjs'

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    stop: { type: 'boolean', default: false },
  },
})
const [minutes, seed] = [Number(options.minutes), Number(options.seed)]
if (!(minutes > 0) || !Number.isInteger(seed)) throw new Error('soak: --minutes and --seed are numbers')

const lab = new SoakLab()
const model = new Model()
const random = randomOf(seed)
const faults = new Map()
const losses = []
/** Verbs that waited as long as they may, and said so: nothing is lost by it, if what follows finds all in place. */
const late = []
const took = new Map()
let round = 0
let stopped = false
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (stopped = true))

const say = (line) => {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`)
  lab.log(line)
}
const lost = (what) => {
  losses.push(`round ${round}: ${what}`)
  say(`LOST ${what}`)
}
const failed = (what) => {
  if (!/gave up after \d+ s/.test(what)) return lost(what)
  late.push(`round ${round}: ${what}`)
  say(`  LATE (load ${loadavg()[0].toFixed(0)}) ${what}`)
}
const fault = (what) => {
  faults.set(what.split(' at ')[0], (faults.get(what.split(' at ')[0]) ?? 0) + 1)
  say(`  ${what}`)
}

/** A verb of klab, killed in half of the cases; not before one was seen whole, which gives the time to choose from. */
async function verb(kind, args, { chance = 0.5 } = {}) {
  const known = took.get(kind)
  const mayKill = known !== undefined && random.chance(chance)
  const killAfterMs = mayKill ? random.below(known * 1.1) : undefined
  const r = await lab.klab(args, { killAfterMs })
  if (r.killed) fault(`kill -9 of ${kind} at ${Math.round(r.ms)} of ${Math.round(known)} ms`)
  else if (r.hung) lost(`klab ${args.join(' ')} did not end`)
  else {
    took.set(kind, known === undefined ? r.ms : (known + r.ms) / 2)
    say(`  klab ${args.join(' ')}: ${(r.ms / 1000).toFixed(1)} s`)
    if (r.code !== 0) failed(`klab ${args.join(' ')}: exit status ${r.code}: ${r.stderr.slice(-1500)}`)
  }
  return r
}

const context = {
  lab,
  model,
  verb,
  fault,
  ...random,
  get round() {
    return round
  },
  qemuOf: (node) =>
    processes().find((p) => p.argv.some((a) => a.startsWith(`guest=klab-${lab.record.id}-${node},`))).pid,
}

/** What a kill left ends within seconds; klab's own background work (sums of a snapshot) takes as long as it takes. */
async function quiet(id, wanted) {
  for (const end = Date.now() + 120_000; ; await sleep(500)) {
    const left = strays(id, lab.dir, wanted)
    if (left.length === 0 || Date.now() > end) return left
  }
}

/** Files in the lab's folder that nothing will ever need. */
function rubbish() {
  const names = readdirSync(lab.folder, { recursive: true }).map(String)
  return names.filter((n) => n.endsWith('.tmp') || n === 'journal.json' || /^snapshots\/\./.test(n))
}

/** `klab up`, perhaps killed first, and then everything that must be so. */
async function check() {
  if (random.chance(0.25)) await verb('up', ['up'], { chance: 1 })
  const up = await verb('up', ['up'], { chance: 0 })
  // On a starved host once more; a second time it is a loss.
  if (up.code !== 0 && (await lab.klab(['up'])).code !== 0) return lost('klab up, twice')
  const status = JSON.parse((await lab.klab(['status', '--json'])).stdout)
  if (status.state !== 'running' || status.unfinished !== null || status.opened.length > 0)
    lost(`status: ${JSON.stringify(status)}`)
  const listed = JSON.parse((await lab.klab(['snapshot', 'list', '--json'])).stdout)
  const { state, problems } = await lab.read()
  const machines = lab.machinesOf(lab.record.id)
  if (machines.length !== 2) problems.push(`machines: ${machines.join(', ')}`)
  for (const name of rubbish()) problems.push(`${name} was left`)
  const all = [
    ...model.listed(listed.map((s) => s.name)),
    ...(state ? model.found(state) : []),
    ...problems,
    ...(await quiet(lab.record.id, { machines: 2, switches: 1 })),
    ...deletedButOpen(lab.dir),
  ]
  all.forEach(lost)
}

async function oneRound() {
  round++
  const action = chooseAction(context)
  say(`round ${round}: ${action.name}`)
  if (random.chance(0.7)) {
    const word = `w${round}`
    await lab.write(word)
    model.wrote(word)
  }
  await action.act(context)
  await check()
}

/** Everything goes; what is left of it is a loss. */
async function destroy() {
  const { id } = lab.record
  await verb('destroy', ['destroy', '-f'], { chance: 0 })
  ;(await quiet(id, { machines: 0, switches: 0 })).forEach(lost)
  const left = ['state/labs', 'state/locks', 'run'].flatMap((dir) => {
    const path = join(lab.dir, dir)
    return existsSync(path) ? readdirSync(path).map((name) => `${dir}/${name}`) : []
  })
  left.forEach((name) => lost(`${name} was left by destroy`))
  const machines = lab.machinesOf(id)
  if (machines.length > 0) lost(`machines left by destroy: ${machines.join(', ')}`)
}

say(`seed ${seed}, ${minutes} minutes, lab in ${lab.dir} (soak.log there has what klab said)`)
await verb('up', ['up'], { chance: 0 })
await lab.write('none')
await check()
const before = measure(lab.record.id, lab.dir)
for (const end = Date.now() + minutes * 60_000; Date.now() < end && !stopped;) {
  await oneRound().catch((error) => lost(String(error.stack ?? error)))
  if (losses.length > 0 && options.stop) process.exit(1)
}
// As at the start: no snapshots, short chains.
for (const name of model.snapshots.keys()) await verb('delete', ['snapshot', 'delete', name], { chance: 0 })
await verb('flatten', ['snapshot', 'flatten'], { chance: 0 })
model.snapshots.clear()
await check()
const after = measure(lab.record.id, lab.dir)
await destroy()

const kills = [...faults.values()].reduce((a, b) => a + b, 0)
console.log(
  `\n${new Date().toISOString().slice(0, 10)}  seed ${seed}  ${cpus().length} cores, ` +
    `${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()[0].toFixed(1)}`,
)
console.log(`rounds ${round}, faults ${kills}, losses ${losses.length}, verbs that gave up waiting ${late.length}`)
for (const [what, count] of [...faults].sort()) console.log(`  ${String(count).padStart(3)}  ${what}`)
for (const what of late) console.log(`  late ${what}`)
for (const what of losses) console.log(`  LOST ${what}`)
console.table(Object.fromEntries(Object.keys(before).map((k) => [k, { start: before[k], end: after[k] }])))
if (losses.length === 0) rmSync(lab.dir, { recursive: true })
process.exitCode = losses.length === 0 ? 0 : 1
