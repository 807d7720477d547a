/** Phase `boot`: power on, SSH, cloud-init's end. */
import { rm } from 'node:fs/promises'
import { CommandError, ProbeError, StateError, type KlabError } from '../errors.js'
import { apiAnswers, nodeConditions } from '../guest/api.js'
import type { Guest, GuestAddress } from '../guest/types.js'
import { until } from '../guest/until.js'
import { exists } from '../host/files.js'
import type { NodeSpec } from '../labfile/model.js'
import type { Step } from '../plan/types.js'
import { controlPlane, guestAddress } from './machine.js'
import { domainName } from './names.js'
import type { LabRun, World } from './world.js'

const MINUTE = 60_000

/** Starts a machine. Throws CommandError. */
export const startMachine = (world: World, name: string): Promise<void> => world.hypervisor.start(name)

/**
 * Connects and waits until cloud-init is through ("SSH answers" is not "ready": cloud-init restarts sshd late, and
 * connections made before are reset). Throws ProbeError; StateError when cloud-init itself reports errors.
 */
export async function waitForBoot(
  world: World,
  address: GuestAddress,
  withinMs: number,
  hint = `klab logs ${address.node}`,
): Promise<Guest> {
  const deadline = world.clock.now() + withinMs
  let last: KlabError | undefined
  while (world.clock.now() < deadline) {
    const guest = await world.guests.connect(address, { withinMs: deadline - world.clock.now(), signal: world.signal })
    try {
      // One remote loop instead of many round trips: each costs the emulated CPU a process and a packet.
      const out = await guest.run(
        [
          'sh',
          '-c',
          'n=0; until [ -e /run/cloud-init/result.json ]; do n=$((n+1)); [ $n -lt 60 ] || exit 75; sleep 1; done; cat /run/cloud-init/result.json',
        ],
        { timeoutMs: 3 * MINUTE, signal: world.signal, allowFailure: true },
      )
      if (out.exitCode === 75) continue
      const errors = cloudInitErrors(out.stdout)
      if (errors) {
        throw new StateError(`${address.node}: cloud-init ended with errors: ${errors}`, { hint })
      }
      return guest
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      last = error
      await world.clock.sleep(1000, world.signal)
    }
  }
  throw new ProbeError(`${address.node}: cloud-init`, withinMs, last?.message ?? 'still running', {
    hint: `klab logs ${address.node}`,
    cause: last,
  })
}

/** The errors in cloud-init's result.json, one a line; empty when it went well. */
export function cloudInitErrors(json: string): string {
  try {
    const errors = (JSON.parse(json) as { v1?: { errors?: unknown } | null } | null)?.v1?.errors
    if (Array.isArray(errors)) return errors.map((e) => (typeof e === 'string' ? e : JSON.stringify(e))).join('\n')
  } catch {
    // Told below.
  }
  return `result.json cannot be read: ${json.slice(0, 200)}`
}

/** min that workers stay off for the API server; then they boot whatever keeps it away, and `ready` tells. */
const HEAD_START = 5
/** ms for one answer of the API server. */
const API_MS = 5000

/**
 * A cluster that was off, under emulation: its workers boot once the API server answers. All at once, it took 307 s to
 * answer on two cores; meanwhile kube-controller-manager had given up several times, and kubelet let it wait longer
 * each time (docs/benchmarks.md). Resolves to false when it has not answered in HEAD_START.
 */
async function waitForApi({ world, paths }: LabRun, askNodes: typeof nodeConditions): Promise<boolean> {
  try {
    await until(() => apiAnswers(paths.kubeconfig, API_MS, askNodes), {
      what: 'the API server',
      everyMs: 2000,
      withinMs: HEAD_START * MINUTE,
      clock: world.clock,
      signal: world.signal,
    })
    return true
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error
    return false
  }
}

/** Boots the nodes, side by side but for workers that give the control plane a head start. */
export function bootSteps(run: LabRun, askNodes: typeof nodeConditions = nodeConditions): readonly Step[] {
  const { lab, profile, paths } = run
  const first = controlPlane(lab.nodes)
  let answered: Promise<boolean> | undefined
  return lab.nodes.map((node) =>
    bootStep(run, node, async (line) => {
      if (profile.patience === 1 || !lab.kubernetes || !first || node === first || !(await exists(paths.kubeconfig)))
        return
      line(`boots when the API server of ${first.name} answers`)
      // One asks for all: each question is a TLS handshake for a server that is busy starting.
      answered ??= waitForApi(run, askNodes)
      if (!(await answered)) line(`boots now: no API server within ${HEAD_START} min`)
    }),
  )
}

function bootStep(run: LabRun, node: NodeSpec, headStart: (line: (text: string) => void) => Promise<void>): Step {
  const { world } = run
  return {
    id: `boot/${node.name}`,
    title: `${node.name} boots`,
    run: async ({ line }) => {
      const name = domainName(run.id, node.name)
      const before = await world.hypervisor.state(name)
      if (before !== 'running') {
        // What the API server said before the machines were off says nothing of now.
        await rm(run.paths.seen, { force: true })
        if (before !== 'paused') await headStart(line)
        await startMachine(world, name)
        // All wait for the control plane, and it has the most to do: 50 s of a four-node `up` on two cores
        // (docs/benchmarks.md).
        if (run.lab.kubernetes && node === controlPlane(run.lab.nodes)) await world.hypervisor.prefer(name)
      }
      const address = await guestAddress(run.paths, run.record, node.name)
      line(`powered on, SSH on ${address.host}:${address.port}`)
      await waitForBoot(world, address, 10 * MINUTE * run.profile.patience)
      return before === 'running' ? 'already' : 'done'
    },
  }
}
