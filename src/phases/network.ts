/** Phase `network`: the way in from the host, and the lab's private L2 segment. */
import type { Step } from '../plan/types.js'
import { accessStep } from './access.js'
import type { LabRun } from './world.js'

/** Access and the switch. */
export const networkSteps = (run: LabRun): readonly Step[] => [
  accessStep(run),
  {
    id: 'network/l2',
    title: `L2 segment ${run.lab.network.cidr}`,
    done: () => run.world.l2.running(run.paths.run),
    run: async () => {
      await run.world.l2.ensure(run.paths.run)
    },
  },
]
