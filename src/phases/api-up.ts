/** Waits for the API server of a cluster that boots: after a cold boot under emulation it takes minutes. */
import { apiAnswers, nodeConditions } from '../api/server.js'
import { apiNodes } from '../cluster/topology.js'
import { tellingChanges, until } from '../guest/until.js'
import type { LabRun } from '../world.js'
import type { reviver } from './revive.js'
import { english } from '../words/say.js'

const MINUTE = 60_000
/** How long one answer of the API server may take, ms. */
export const API_MS = 60_000

/**
 * Waits until it answers, at most 10 minutes (multiplied by the profile's patience). `revive` looks after its nodes.
 * Throws ProbeError, Interrupted.
 */
export async function untilApiAnswers(
  run: LabRun,
  line: (text: string) => void,
  revive: ReturnType<typeof reviver>,
  askNodes: typeof nodeConditions = nodeConditions,
): Promise<void> {
  const { world, profile, lab, paths } = run
  const probe = async () => {
    const answer = await apiAnswers(paths.kubeconfig, API_MS, askNodes, world.signal)
    await revive(answer.ok ? [] : apiNodes(lab))
    return answer
  }
  await until(tellingChanges(probe, line), {
    what: english('the API server'),
    everyMs: 2000,
    withinMs: 10 * MINUTE * profile.patience,
    clock: world.clock,
    signal: world.signal,
    hint: 'klab kubectl get nodes,pods -A',
  })
}
