/** `klab validate`. */
import { say } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { VALIDATE_OPTIONS } from './options.js'
import { labOf } from './progress.js'

/** Says that the Labfile is valid, or throws LabfileError with all that is wrong. */
export async function runValidate(app: App, args: Args<typeof VALIDATE_OPTIONS>): Promise<number> {
  const { lab, labfile } = await (await labOf(app, args)).validate()
  if (args.json) printJson(app, lab)
  else {
    const kubernetes = lab.kubernetes ? `Kubernetes ${lab.kubernetes.version}` : say('no Kubernetes')
    const found = { labfile, lab: lab.name, count: lab.nodes.length, kubernetes }
    app.stdout.write(`${say('{labfile}: lab {lab}, {count} nodes, {kubernetes}: valid', found)}\n`)
  }
  return 0
}
