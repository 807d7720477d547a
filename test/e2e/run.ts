/** Runs klab as a user does. */
import { spawn } from 'node:child_process'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly ms: number
}

/** Runs it with its progress on our stderr; stdout as text. */
export function run(argv: readonly string[], { cwd }: { readonly cwd?: string } = {}): Promise<Ran> {
  const [tool = '', ...args] = argv
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { ...(cwd !== undefined && { cwd }), stdio: ['ignore', 'pipe', 'inherit'] })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 255, stdout, ms: performance.now() - started }))
  })
}
