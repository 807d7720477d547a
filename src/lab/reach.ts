/** Ways into a running lab: a command on a node, the kubeconfig, and ssh and kubectl for a terminal. */
import { readFile } from 'node:fs/promises'
import { HostError, StateError, UsageError } from '../errors.js'
import { steer } from '../api/steer.js'
import { apiNodes } from '../cluster/topology.js'
import { exists } from '../host/files.js'
import type { Output } from '../host/types.js'
import { quote } from '../guest/quote.js'
import { guestTerm } from '../guest/term.js'
import { connectWithin } from '../node/connections.js'
import { domainName } from '../node/names.js'
import { note } from '../report/events.js'
import type { LabRecord } from '../state/record.js'
import type { Hypervisor } from '../hypervisor/types.js'
import type { World } from '../world.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { kubectlEnv } from './kubectl.js'
import { requireRunning } from './machine-words.js'
import { recordedLab } from './open.js'

/** A running guest answers within seconds. Under emulation the handshake of a busy one takes ten. */
export const CONNECT_MS = 60_000

/** A program to be run with a terminal of its own. */
export interface TerminalCommand {
  readonly argv: readonly string[]
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>
}

export interface ExecOptions {
  /** For the command's stdin. */
  readonly input?: string | undefined
  readonly timeoutMs?: number | undefined
  /** Called for each line of output as it comes. */
  readonly onLine?: ((line: string) => void) | undefined
  /** Return the output and its exit status, and do not throw CommandError. */
  readonly allowFailure?: boolean | undefined
}

/** Throws UsageError unless the lab has such a node. */
export function requireNode(verb: string, { lab }: Pick<LabRecord, 'lab'>, node: string): void {
  const names = lab.nodes.map((n) => n.name)
  if (!names.includes(node))
    throw new UsageError(
      english('{verb}: {node}: no such node; there are {names}', { verb, node, names: names.join(', ') }),
    )
}

/**
 * Runs a command on a node as the lab's user (who may `sudo`). The words are passed unchanged, without a shell. Throws
 * UsageError, StateError, ProbeError (no SSH), CommandError.
 */
export async function execOn(
  c: LabContext,
  node: string,
  argv: readonly string[],
  o: ExecOptions = {},
): Promise<Output> {
  const { record, paths } = await recordedLab(c.doors.env, c.file)
  requireNode('exec', record, node)
  const world = await c.doors.world(record.lab)
  requireRunning(node, await stateOf(world, record, node))
  try {
    const guest = await connectWithin({ world, paths, record }, node, CONNECT_MS)
    const given = Object.fromEntries(Object.entries(o).filter(([, value]) => value !== undefined))
    return await guest.run(argv, { ...given, signal: world.signal })
  } finally {
    await world.guests.close()
  }
}

/** What libvirt says about a node's machine. */
export async function stateOf(world: { hypervisor: Pick<Hypervisor, 'list'> }, { id }: LabRecord, node: string) {
  const domain = domainName(id, node)
  return (await world.hypervisor.list()).find((m) => m.name === domain)?.state ?? 'absent'
}

/**
 * Checks that one of the machines runs, for programs that would only wait: ssh and kubectl say it themselves only after
 * a minute. If libvirt does not answer, they may still get through. Throws StateError.
 */
async function refuseStill(c: LabContext, record: LabRecord, nodes: readonly string[]): Promise<void> {
  const hypervisor = await c.doors.hypervisor(record.uri)
  const listed = await hypervisor.list().catch((error: unknown) => {
    if (!(error instanceof HostError)) throw error
    return undefined
  })
  if (!listed) return
  const states = new Map(listed.map((m) => [m.name, m.state]))
  const found = nodes.map((node) => ({ node, state: states.get(domainName(record.id, node)) ?? 'absent' }))
  const [first] = found
  if (first && !found.some(({ state }) => state === 'running')) requireRunning(first.node, first.state)
}

/** The lab with its cluster. Throws StateError if it has none, or none yet. */
async function clusterLab(c: LabContext): ReturnType<typeof recordedLab> {
  const lab = await recordedLab(c.doors.env, c.file)
  const { kubernetes, nodes } = lab.record.lab
  if (!kubernetes)
    throw new StateError(english('no cluster in this Labfile (kubernetes: false)'), {
      hint: `klab ssh ${nodes[0]?.name ?? 'NODE'}`,
    })
  if (!(await exists(lab.paths.kubeconfig)))
    throw new StateError(english('the lab has no cluster yet'), { hint: 'klab up' })
  return lab
}

/** ms to find a control plane that answers, if there are several. */
const STEER_MS = 15_000

/** Path and text of the kubeconfig (server on 127.0.0.1, an API server that answers). Throws StateError. */
export async function kubeconfig(c: LabContext): Promise<{ readonly path: string; readonly text: string }> {
  const path = (await clusterLab(c)).paths.kubeconfig
  await steer(path, STEER_MS, c.doors.signal)
  return { path, text: await readFile(path, 'utf8') }
}

/**
 * kubectl with the lab's kubeconfig. It is the one of the lab's bundle, which fits the cluster; or the host's own, if
 * the bundle would have to be made first. Throws StateError, HostError.
 */
export async function kubectlCommand(c: LabContext, args: readonly string[]): Promise<TerminalCommand> {
  const lab = await clusterLab(c)
  await refuseStill(c, lab.record, apiNodes(lab.record.lab))
  await steer(lab.paths.kubeconfig, STEER_MS, c.doors.signal)
  const kubectl =
    (await keptKubectl(await c.doors.world(lab.record.lab), lab.record)) ??
    (await c.doors.host.which('kubectl')) ??
    (await bundled(c, lab.record))
  return { argv: [kubectl, ...args], env: kubectlEnv(lab, c.doors.env.env) }
}

/** That of a bundle in the cache. */
export async function keptKubectl(world: World, record: LabRecord): Promise<string | undefined> {
  const { recordedCluster } = await import('./settle-bundle.js')
  const k = recordedCluster(record)
  if (!k) return undefined
  const { bundleContext } = await import('../node-image/artifacts.js')
  const { cachedKubectl } = await import('../bundle/cached-bundle.js')
  const context = bundleContext(world, () => undefined)
  return cachedKubectl(k, context)
}

async function bundled(c: LabContext, record: LabRecord): Promise<string> {
  const world = await c.doors.world(record.lab)
  const { createArtifacts } = await import('../node-image/artifacts.js')
  const bundle = await createArtifacts(world, record.lab, 'ready', {
    ...(record.bundle && { choice: record.bundle }),
  }).bundle(note(c.report))
  if (!bundle) throw new HostError(english('kubectl: command not found'), { hint: english('install kubectl') })
  const { kubectlOf } = await import('../bundle/host-programs.js')
  return kubectlOf(bundle)
}

/**
 * The system's own ssh with the lab's keys and pinned host keys. No words: a shell. `apart`: the words stay separate,
 * as `exec` takes them. Otherwise ssh joins them with spaces, and the guest's shell reads the line. Throws UsageError,
 * StateError.
 */
export async function sshCommand(
  c: LabContext,
  node: string | undefined,
  words: readonly string[],
  o: { readonly apart?: boolean | undefined } = {},
): Promise<TerminalCommand> {
  const { record, paths } = await recordedLab(c.doors.env, c.file)
  if (node === undefined)
    throw new UsageError(english('ssh: name a node'), { hint: `klab ssh ${record.lab.nodes[0]?.name ?? 'NODE'}` })
  requireNode('ssh', record, node)
  if (!(await exists(paths.sshConfig)))
    throw new StateError(english('{node}: the lab is not booted yet', { node }), { hint: 'klab up' })
  await refuseStill(c, record, [node])
  const line = words.length === 0 ? [] : ['--', ...(o.apart ? [quote(words)] : words)]
  const term = guestTerm(c.doors.env.env['TERM'])
  return { argv: ['ssh', '-F', paths.sshConfig, node, ...line], env: term === undefined ? {} : { TERM: term } }
}

/**
 * virsh with a node's serial console: the way in if SSH does not work. Ctrl-] ends it. Throws UsageError, StateError.
 */
export async function consoleCommand(c: LabContext, node: string): Promise<TerminalCommand> {
  const { record } = await recordedLab(c.doors.env, c.file)
  requireNode('console', record, node)
  await refuseStill(c, record, [node])
  return { argv: ['virsh', '-c', record.uri, 'console', domainName(record.id, node)], env: {} }
}
