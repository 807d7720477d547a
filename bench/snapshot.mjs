// `npm run bench:snapshot [-- LABFILE]`: saves and restores a lab that is up, three rounds, and prints what klab
// measured: the pause of a save; of a restore the time to all nodes resumed, to the API server's first answer and to
// all nodes Ready. Then the same job with Vagrant + libvirt where that can be run, while klab's machines are suspended,
// and one table of both: here libvirt's events and the SSH servers are asked on both sides. The lab is left as it was.
import { realpathSync } from 'node:fs'
import { loadavg, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { recordOf } from './lab.mjs'
import { measureRestore, measureSave, median, run } from './measure.mjs'
import { jobOf, whyNoVagrant, withVagrant } from './vagrant.mjs'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const labfile = realpathSync(process.argv[2] ?? join(project, 'labs/quickstart/Labfile'))
const ROUNDS = 3
const klab = (...args) => run([process.execPath, join(project, 'dist/main.js'), '-f', labfile, ...args])
const name = `bench-${process.pid}`
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop.abort(new Error('stopped')))

const status = JSON.parse((await klab('status', '--fresh', '--json')).stdout)
if (status.state !== 'running') throw new Error(`${labfile}: the lab is ${status.state}; first: klab up`)
const { id, uri } = recordOf(labfile)
const nodes = status.nodes.map((n) => ({
  name: n.name,
  domain: `klab-${id}-${n.name}`,
  address: ['127.0.0.1', n.sshPort],
}))
const domains = nodes.map((n) => n.domain)
const addresses = Object.fromEntries(nodes.map((n) => [n.domain, n.address]))

/**
 * One save and restore: as klab says (`saved`, `back`), and as libvirt's events and the SSH servers do (`save`,
 * `restore`).
 */
async function klabRound() {
  const said = {}
  const job = (key, ...args) =>
    klab('snapshot', ...args, '--json').then((done) => {
      said[key] = JSON.parse(done.stdout)
      return done
    })
  const save = await measureSave(uri, domains, () => job('saved', 'save', name))
  try {
    const restore = await measureRestore(uri, addresses, () => job('back', 'restore', name, '--no-undo'))
    return { ...said, save, restore }
  } finally {
    await klab('snapshot', 'delete', name)
  }
}

const ramMiB = (moment) => (moment.memory?.size ?? 0) / 2 ** 20
const ramOf = ({ saved }) => saved.nodes.reduce((sum, n) => sum + ramMiB(n), 0)

/** Vagrant's side, with klab's machines out of the way. */
async function vagrantSide(saved) {
  const job = await jobOf(
    uri,
    nodes.map((n) => ({ ...n, ramMiB: ramMiB(saved.nodes.find((m) => m.node === n.name)) })),
    ROUNDS,
  )
  try {
    for (const domain of domains) await run(['virsh', '-q', '-c', uri, 'suspend', domain])
    console.error(
      `klab's machines are suspended until Vagrant's are done (by hand: virsh -c ${uri} resume ${domains[0]} …)`,
    )
    return await withVagrant(job, stop.signal)
  } finally {
    for (const domain of domains) await run(['virsh', '-q', '-c', uri, 'resume', domain])
    // The guests' clocks stood still; a save steps them.
    await klab('snapshot', 'save', name)
    await klab('snapshot', 'delete', name)
  }
}

const rounds = []
while (rounds.length < ROUNDS && !stop.signal.aborted) rounds.push(await klabRound())
stop.signal.throwIfAborted()
const statusMs = []
for (let i = 0; i < 5; i++) statusMs.push((await klab('status')).ms)
console.log(
  `${new Date().toISOString().slice(0, 10)}  load ${loadavg()[0].toFixed(1)}  ` +
    `${status.nodes.length} nodes, host ${Math.round(totalmem() / 2 ** 30)} GiB`,
)
console.table(
  rounds.map((r) => ({
    'RAM MiB': Math.round(ramOf(r)),
    'pause ms': r.saved.pauseMs,
    'skew ms': r.saved.skewMs,
    'save, whole ms': r.save.wholeMs,
    'resumed ms': r.back.ms,
    'API ms': r.back.answeredMs ?? '-',
    'Ready ms': r.back.readyMs ?? '-',
    'restore, whole ms': r.restore.wholeMs,
  })),
)

const whyNot = whyNoVagrant()
if (whyNot !== undefined) {
  console.log(`no comparison with Vagrant + libvirt: ${whyNot}`)
  process.exit(0)
}
const peer = await vagrantSide(rounds.at(-1).saved)
const row = (what, ours, theirs) => ({
  '': what,
  klab: Math.round(ours),
  'Vagrant + libvirt': Math.round(theirs),
  'klab/Vagrant': theirs > 0 ? Number((ours / theirs).toFixed(2)) : '-',
})
const both = (what, pick) => row(what, median(rounds.map(pick)), median(peer.rounds.map(pick)))
console.log(`medians of ${ROUNDS} rounds, ms (status: of 5); RAM in MiB`)
console.table([
  row('RAM written', median(rounds.map(ramOf)), median(peer.rounds.map((r) => r.ramMiB))),
  both('save: not all nodes run', (r) => r.save.notAllMs),
  both('save: longest pause of a node', (r) => r.save.longestMs),
  both("save: first to last node's moment", (r) => r.save.apartMs),
  both('save: whole command', (r) => r.save.wholeMs),
  both('restore: all nodes resumed', (r) => r.restore.resumedMs),
  both('restore: SSH answers on all', (r) => r.restore.sshMs),
  // klab's waits until the cluster is Ready, Vagrant's for nothing.
  both('restore: whole command', (r) => r.restore.wholeMs),
  row('status', median(statusMs), median(peer.statusMs)),
])
