/** The script of `klab check`, which runs in each guest. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Files of cloud-init/check, in this order. The last one calls the functions of the others. */
const PARTS = ['print.sh', 'machine.sh', 'system.sh', 'runtime.sh', 'kubernetes.sh', 'facts.sh'] as const

/** All parts as one script. `assets` is klab's folder with cloud-init/ in it. */
export async function checkScript(assets: string): Promise<string> {
  const parts = await Promise.all(PARTS.map((name) => readFile(join(assets, 'cloud-init', 'check', name), 'utf8')))
  return parts.join('\n')
}
