// Brings a lab up, saves it, changes something, and goes back: node program.mjs [LABFILE]
import { KlabError, openLab } from 'klab'

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
const onEvent = (event) => {
  if (event.type === 'phase') console.log(`${event.phase}: ${event.title}`)
}

try {
  const lab = await openLab({ file: process.argv[2], signal: stop.signal, onEvent })
  const { status } = await lab.up()
  console.log(`${status.nodes.length} nodes are ${status.state}`)
  await lab.snapshots.save({ name: 'before', message: 'to go back to' })
  // Here your program does to the lab what it likes: lab.exec(node, ['sudo', …]), kubectl with lab.kubeconfig(), …
  const { snapshot, ms } = await lab.snapshots.restore('before', { undo: false })
  console.log(`back at ${snapshot.name} after ${(ms / 1000).toFixed(1)} s`)
} catch (error) {
  if (!(error instanceof KlabError)) throw error
  console.error(`${error.message}\ntry: ${error.hint ?? 'klab doctor'}`)
  process.exitCode = error.exitCode
}
