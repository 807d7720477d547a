// Damaged input for all readers of foreign data, other input each time, for KLAB_FUZZ_SECONDS (60). What fails prints
// its seed: KLAB_FUZZ_SEED=N npm run test:fuzz tries the very same input again. Memory is bounded, as it should be.
import { spawnSync } from 'node:child_process'
import { TAP } from './tap.mjs'

const HEAP_MIB = 384
const seconds = Number(process.env.KLAB_FUZZ_SECONDS ?? 60)
if (!(seconds > 0)) throw new Error('KLAB_FUZZ_SECONDS: a number of seconds')
const seed = process.env.KLAB_FUZZ_SEED ?? String(Date.now() % 2 ** 31)
process.stderr.write(`KLAB_FUZZ_SECONDS=${seconds} KLAB_FUZZ_SEED=${seed}\n`)
// Not tap's --node-arg: it would replace package.json's, which loads TypeScript.
const limits = { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --max-old-space-size=${HEAP_MIB}` }
const { status } = spawnSync(
  TAP,
  [
    ...['run', '--disable-coverage', '--allow-empty-coverage', '--reporter=terse'],
    // Looking for a smaller input that fails too comes on top.
    `--timeout=${Math.ceil(seconds * 2 + 300)}`,
    'test/fuzz/fuzz.test.ts',
  ],
  { stdio: 'inherit', env: { ...process.env, ...limits, KLAB_FUZZ_SECONDS: String(seconds), KLAB_FUZZ_SEED: seed } },
)
process.exitCode = status ?? 1
