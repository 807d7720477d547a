/** The last look of `up` at add-ons: are they available? */
import { readAddon } from '../addons/addon.js'
import { tellingChanges, until } from '../guest/until.js'
import type { KubernetesSpec } from '../labfile/model.js'
import { hostKubectl } from '../node/kubectl.js'
import type { Step } from '../step.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

const MINUTE = 60_000

/**
 * One step for each add-on: waits until its deployments are available, 10 minutes at most (multiplied by the profile's
 * patience). Not for a lab without a pod network, where no pod of it can start.
 */
export const addonReadySteps = (run: LabRun, k: KubernetesSpec): readonly Step[] =>
  (k.addons ?? []).map((name) => ({
    id: `ready/addon-${name}`,
    title: english('{addon} available', { addon: name }),
    run: async ({ line }) => {
      const { world, profile } = run
      const { ready } = await readAddon(world.assets, name)
      const kubectl = await hostKubectl(run)
      const probe = async () => {
        const words = ['-n', ready.namespace, 'get', 'deployments', ...ready.deployments]
        const row = '{range .items[*]}{.metadata.name} {.status.availableReplicas}{"\\n"}{end}'
        const path = ready.deployments.length > 1 ? row : '{.metadata.name} {.status.availableReplicas}{"\\n"}'
        const { stdout } = await kubectl([...words, '-o', `jsonpath=${path}`])
        const missing = ready.deployments.filter((d) => !new RegExp(`^${d} [1-9]`, 'm').test(stdout))
        if (missing.length > 0)
          return { ok: false, seen: english('not available yet: {names}', { names: missing.join(', ') }) }
        // A pod that runs may still be out of the API server's reach.
        if (ready.path !== undefined) await kubectl(['get', '--raw', ready.path])
        return { ok: true, seen: '' }
      }
      await until(tellingChanges(probe, line), {
        what: english('{addon} available', { addon: name }),
        everyMs: 2000,
        withinMs: 10 * MINUTE * profile.patience,
        clock: world.clock,
        signal: world.signal,
        hint: `klab kubectl -n ${ready.namespace} get pods`,
      })
      line(english('{addon} available', { addon: name }))
    },
  }))
