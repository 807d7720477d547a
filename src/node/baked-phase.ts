/**
 * Phases `system`, `runtime`, `packages`, `images`. They are baked into the node image, so they are usually done
 * already. Each node's marks are checked anyway.
 */
import type { NodeSpec } from '../labfile/model.js'
import type { PhaseName } from '../labfile/phases.js'
import type { Step } from '../step.js'
import type { Digest } from '../host/digest.js'
import { removeMark, installScripts, nodeSettings, readMarks, runGuestPhase, scriptOf } from './guest-phase.js'
import { connect } from './connections.js'
import type { LabRun } from '../world.js'

const MINUTE = 60_000

/** Which phases a node's marks say are done, and with which digest. */
export type Marks = (node: string) => Promise<ReadonlyMap<string, Digest>>

/** A node's marks, read once in each run. */
export function createMarks(run: LabRun): Marks {
  const seen = new Map<string, Promise<ReadonlyMap<string, Digest>>>()
  return (node) => {
    const known = seen.get(node)
    if (known) return known
    const marks = connect(run, node).then(readMarks)
    seen.set(node, marks)
    marks.catch(() => seen.delete(node))
    return marks
  }
}

/** One baked phase on one node. */
export function bakedStep(run: LabRun, node: NodeSpec, phase: PhaseName, marks: Marks): Step {
  const find = async () => {
    const recipe = await run.artifacts.recipe()
    const baked = recipe.phases.find((p) => p.phase === phase)
    if (!baked) throw new TypeError(`${phase} is not part of this run's recipe`)
    return { recipe, baked }
  }
  return {
    id: `${phase}/${node.name}`,
    title: `${node.name} ${phase}`,
    done: async () => {
      const { baked } = await find()
      return (await marks(node.name)).get(baked.script) === baked.digest
    },
    again: async () => removeMark(await connect(run, node.name), scriptOf(phase, run.lab)),
    run: async ({ line, signal }) => {
      const { recipe, baked } = await find()
      const guest = await connect(run, node.name)
      await installScripts(guest, recipe.scripts, { ...recipe.settings, ...nodeSettings(run.lab, node.name) })
      await runGuestPhase(guest, baked.script, baked.digest, {
        line,
        signal,
        clock: run.world.clock,
        timeoutMs: 15 * MINUTE * run.profile.patience,
      })
    },
  }
}
