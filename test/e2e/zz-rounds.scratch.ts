import { spawn } from 'node:child_process'
import t from 'tap'
import { rounds } from './rounds.js'
const run = (argv: readonly string[]): Promise<{ code: number; stdout: string }> =>
  new Promise((resolve) => {
    const c = spawn(argv[0]!, argv.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
    let stdout = ''
    c.stdout.setEncoding('utf8').on('data', (x: string) => (stdout += x))
    c.once('close', (code) => resolve({ code: code ?? 255, stdout }))
  })
t.test('rounds', (t) =>
  rounds(t, {
    run,
    klab: [process.execPath, '/tmp/w/lead/dist/main.js', '-f', '/tmp/w/q/Labfile'],
    nodes: ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node03'],
    count: 10,
  }),
)
