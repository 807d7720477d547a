/** Ports on 127.0.0.1 for SSH and the API server. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import { HostError } from '../errors.js'
import { english } from '../words/say.js'
import { listRecords } from './record.js'

/** Below Linux' ephemeral ports (32768 and up, ip(7)), so that no outgoing connection uses one of ours. */
const FIRST = 22_000
const LAST = 31_999

/**
 * `count` free ports. The search starts where `seed` says, so that a lab gets the same ports again if it can. Each was
 * bound once to try it. Throws HostError if there are too few.
 */
export async function allocatePorts(count: number, taken: ReadonlySet<number>, seed: string): Promise<number[]> {
  const size = LAST - FIRST + 1
  const start = createHash('sha256').update(seed).digest().readUInt32BE() % size
  const ports: number[] = []
  for (let i = 0; i < size && ports.length < count; i++) {
    const port = FIRST + ((start + i) % size)
    if (!taken.has(port) && (await isFree(port))) ports.push(port)
  }
  if (ports.length < count) {
    throw new HostError(
      english('only {length} of {count} ports are free on 127.0.0.1 in {first} to {last}', {
        length: ports.length,
        count,
        first: FIRST,
        last: LAST,
      }),
      {
        hint: 'ss -lnt',
      },
    )
  }
  return ports
}

/** Whether nothing listens on this port of 127.0.0.1 now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** Ports in the records of other labs, running or not; `except` is the id of the lab that asks. */
export async function reservedPorts(stateDir: string, except?: string): Promise<ReadonlySet<number>> {
  const ports = new Set<number>()
  for (const record of await listRecords(stateDir)) {
    // Those of its own Labfile too: they are no free ones for SSH.
    for (const node of record.lab.nodes) for (const { hostPort } of node.ports ?? []) ports.add(hostPort)
    if (record.id === except) continue
    for (const p of Object.values(record.ports)) {
      ports.add(p.ssh)
      if (p.api !== undefined) ports.add(p.api)
    }
  }
  return ports
}
