/** How phases of the cluster (init, joins, the shared address) run in a guest, and the marks that they leave. */
import { preflightErrors, preflightHint } from '../cluster/preflight.js'
import { CommandError, StateError } from '../errors.js'
import type { Guest } from '../guest/types.js'
import { digest, installScripts, nodeSettings, phaseDigest, runGuestPhase } from '../node/guest-phase.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

const MINUTE = 60_000

export interface ClusterPhase {
  readonly phase: string
  readonly mark: string
  /** Scripts for the phase's script, besides those of the recipe and the node. */
  readonly settings?: Readonly<Record<string, string>>
  readonly line: (text: string) => void
}

/** Installs scripts and settings of one cluster phase, runs it, and leaves its mark. */
export async function runClusterPhase(
  run: LabRun,
  guest: Guest,
  { phase, mark, settings, line }: ClusterPhase,
): Promise<void> {
  const recipe = await run.artifacts.recipe()
  const minutes = 20 * run.profile.patience
  await installScripts(guest, recipe.scripts, { ...recipe.settings, ...nodeSettings(run.lab, guest.node), ...settings })
  await runGuestPhase(guest, phase, mark, {
    line,
    signal: run.world.signal,
    clock: run.world.clock,
    timeoutMs: minutes * MINUTE,
  }).catch((error: unknown) => {
    throw preflightFailure(guest.node, error)
  })
}

/** If kubeadm refused, its own words; otherwise the error unchanged. */
function preflightFailure(node: string, error: unknown): unknown {
  if (!(error instanceof CommandError)) return error
  const errors = preflightErrors(error.failure.tail)
  if (errors.length === 0) return error
  const lines = errors.map((e) => `[ERROR ${e.name}]: ${e.message}`)
  return new StateError(english('{node}: kubeadm refuses:\n{lines}', { node, lines: lines.join('\n') }), {
    cause: error,
    hint: preflightHint(errors),
  })
}

/** The mark of a cluster phase: its script and its input. */
export async function clusterMark(run: LabRun, phase: string, extra: string): Promise<string> {
  const recipe = await run.artifacts.recipe()
  return phaseDigest(recipe.scripts, phase, { lab: run.lab, settings: {}, extra: digest(extra) })
}
