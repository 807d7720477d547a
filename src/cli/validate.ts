/** `klab validate`. */
import { readLab } from '../lab/open.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'

/** Says that the Labfile is good, or throws LabfileError with all that is wrong. */
export async function runValidate(app: App, args: Args): Promise<number> {
  const { lab, labfile } = await readLab(app.env, args.file)
  if (args['json']) printJson(app, lab)
  else
    app.stdout.write(
      `${labfile}: lab ${lab.name}, ${lab.nodes.length} nodes, ${lab.kubernetes ? `Kubernetes ${lab.kubernetes.version}` : 'no Kubernetes'}: valid\n`,
    )
  return 0
}
