/** `klab kubectl` and `klab kubeconfig`. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HostError, StateError } from '../errors.js'
import { exists } from '../host/files.js'
import { recordedLab } from '../lab/open.js'
import { directEnv } from '../state/endpoints.js'
import type { App } from './app.js'
import type { Args } from './command.js'

async function kubeconfigOf(app: App, args: Args): Promise<string> {
  const { paths } = await recordedLab(app.env, args.file)
  if (!(await exists(paths.kubeconfig))) throw new StateError('the lab has no cluster yet', { hint: 'klab up' })
  return paths.kubeconfig
}

/** Runs kubectl: the host's own, else the bundle's. Its exit status. */
export async function runKubectl(app: App, args: Args): Promise<number> {
  const config = await kubeconfigOf(app, args)
  const { record } = await recordedLab(app.env, args.file)
  const own = await app.host.which('kubectl')
  const kubectl = own ?? (await bundled(app, args))
  const rest = args._.slice(1).map(String)
  return app.foreground([kubectl, ...(rest[0] === '--' ? rest.slice(1) : rest)], {
    KUBECONFIG: config,
    ...directEnv(record, app.env.env),
  })
}

async function bundled(app: App, args: Args): Promise<string> {
  const { record } = await recordedLab(app.env, args.file)
  const world = await app.world(record.lab)
  const { createArtifacts } = await import('../node-image/artifacts.js')
  const bundle = await createArtifacts(world, record.lab, 'ready').bundle((line) => app.stderr.write(`${line}\n`))
  if (!bundle) throw new HostError('kubectl: command not found', { hint: 'install kubectl' })
  return join(bundle.dir, 'bin', 'kubectl')
}

/** Prints the kubeconfig, or its path. */
export async function runKubeconfig(app: App, args: Args): Promise<number> {
  const path = await kubeconfigOf(app, args)
  app.stdout.write(args['path'] ? `${path}\n` : await readFile(path, 'utf8'))
  return 0
}
