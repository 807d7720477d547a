/** `klab top`. */
import type { LabHandle } from '../lab/api.js'
import { columns, heads } from '../report/columns.js'
import { formatSize } from '../report/text.js'
import { say } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { TOP_OPTIONS } from './daily-options.js'
import { labOf } from './progress.js'

type Usage = Awaited<ReturnType<LabHandle['top']>>

/** One line for each node, and the sum. */
export function formatUsage({ nodes, snapshotBytes }: Usage): string {
  const sum = (of: (n: Usage['nodes'][number]) => number): number => nodes.reduce((a, n) => a + of(n), 0)
  const rows = nodes.map((n) => [
    n.name,
    n.state,
    n.memoryBytes === null ? '-' : formatSize(n.memoryBytes),
    formatSize(n.memoryLimitBytes),
    n.cpuPercent === null ? '-' : `${n.cpuPercent}%`,
    String(n.cpus),
    formatSize(n.diskBytes),
  ])
  const all = [say('all'), '', formatSize(sum((n) => n.memoryBytes ?? 0)), formatSize(sum((n) => n.memoryLimitBytes))]
  const cpu = [`${sum((n) => n.cpuPercent ?? 0)}%`, String(sum((n) => n.cpus)), formatSize(sum((n) => n.diskBytes))]
  const kept = snapshotBytes === 0 ? '' : `\n${say('RAM in snapshots: {size}', { size: formatSize(snapshotBytes) })}\n`
  return `${columns([heads('NAME', 'STATE', 'MEMORY', 'OF', 'CPU', 'CPUS', 'DISK'), ...rows, [...all, ...cpu]])}${kept}`
}

/** Prints it. Throws StateError, HostError. */
export async function runTop(app: App, args: Args<typeof TOP_OPTIONS>): Promise<number> {
  const usage = await (await labOf(app, args)).top()
  if (args.json) printJson(app, usage)
  else app.stdout.write(formatUsage(usage))
  return 0
}
