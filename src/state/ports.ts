/** Ports on 127.0.0.1 for SSH and the API server. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import { HostError } from '../errors.js'
import type { Lab } from '../labfile/model.js'
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

/** Host ports that a Labfile names. */
const namedPorts = ({ nodes }: Pick<Lab, 'nodes'>): readonly number[] =>
  nodes.flatMap(({ ports = [] }) => ports.map(({ hostPort }) => hostPort))

/**
 * Ports that klab may give to nobody: those of other labs, running or not, and those that Labfiles name. `asking`: the
 * lab that asks; the ports that it has may stay its own.
 */
export async function reservedPorts(
  stateDir: string,
  asking?: { readonly id: string; readonly lab: Pick<Lab, 'nodes'> },
): Promise<ReadonlySet<number>> {
  const ports = new Set(asking && namedPorts(asking.lab))
  for (const record of await listRecords(stateDir)) {
    if (record.id === asking?.id) continue
    for (const port of namedPorts(record.lab)) ports.add(port)
    for (const p of Object.values(record.ports)) {
      ports.add(p.ssh)
      if (p.api !== undefined) ports.add(p.api)
    }
  }
  return ports
}
