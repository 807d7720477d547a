/** `klab cp`: files to a node and from it. */
import { UsageError } from '../errors.js'
import { formatSize } from '../report/text.js'
import { english, say } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { CP_OPTIONS } from './daily-options.js'
import { labOf } from './progress.js'

/** `NODE:PATH`, as scp reads it. A local path with a colon is written ./a:b. */
export const remote = (word: string): { node: string; path: string } | undefined => {
  const [, node, path] = /^([^/:]+):(.*)$/s.exec(word) ?? []
  return node === undefined || path === undefined ? undefined : { node, path }
}

/** Copies, and says what it copied and where. Throws UsageError, StateError, the guest's error. */
export async function runCp(app: App, args: Args<typeof CP_OPTIONS>): Promise<number> {
  const [from, to] = [remote(args.from), remote(args.to)]
  const o = { recursive: args.recursive, root: args.root }
  const hint = 'klab cp FILE NODE:PATH; klab cp NODE:PATH FILE'
  const lab = await labOf(app, args)
  if (from && to) throw new UsageError(english('cp: from one node to another: copy it here first'), { hint })
  if (!from && !to) throw new UsageError(english('cp: neither of them is NODE:PATH'), { hint })
  const done = from
    ? await lab.download(from, args.to, o)
    : await lab.upload(args.from, to ?? { node: '', path: '' }, o)
  if (args.json) printJson(app, done)
  else {
    const count = done.files === 1 ? say('1 file') : say('{count} files', { count: done.files })
    app.stdout.write(`${done.to}: ${count}${say(', ')}${formatSize(done.bytes)}\n`)
  }
  for (const name of done.leftOut) app.stderr.write(`${say('left out: {name}', { name })}\n`)
  return 0
}
