/** `klab kubectl` and `klab kubeconfig`. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HostError, StateError } from '../errors.js'
import { exists } from '../host/files.js'
import { recordedLab } from '../lab/open.js'
import { kubectlEnv } from '../lab/kubectl.js'
import type { LabRecord } from '../state/record.js'
import type { App } from './app.js'
import type { Args } from './command.js'

/** The lab, which has a cluster. Throws StateError when it has none yet. */
async function clusterLab(app: App, args: Args): ReturnType<typeof recordedLab> {
  const lab = await recordedLab(app.env, args.file)
  if (!(await exists(lab.paths.kubeconfig))) throw new StateError('the lab has no cluster yet', { hint: 'klab up' })
  return lab
}

/** Runs kubectl: the host's own, else the bundle's. Its exit status. */
export async function runKubectl(app: App, args: Args): Promise<number> {
  const lab = await clusterLab(app, args)
  const own = await app.host.which('kubectl')
  const kubectl = own ?? (await bundled(app, lab.record))
  const rest = args._.slice(1).map(String)
  return app.foreground([kubectl, ...(rest[0] === '--' ? rest.slice(1) : rest)], kubectlEnv(lab, app.env.env))
}

async function bundled(app: App, record: LabRecord): Promise<string> {
  const world = await app.world(record.lab)
  const { createArtifacts } = await import('../node-image/artifacts.js')
  const bundle = await createArtifacts(world, record.lab, 'ready').bundle((line) => app.stderr.write(`${line}\n`))
  if (!bundle) throw new HostError('kubectl: command not found', { hint: 'install kubectl' })
  return join(bundle.dir, 'bin', 'kubectl')
}

/** Prints the kubeconfig, or its path. */
export async function runKubeconfig(app: App, args: Args): Promise<number> {
  const path = (await clusterLab(app, args)).paths.kubeconfig
  app.stdout.write(args['path'] ? `${path}\n` : await readFile(path, 'utf8'))
  return 0
}
