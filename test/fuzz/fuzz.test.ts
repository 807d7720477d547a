/**
 * Damaged input for every reader of what others wrote: it gives a value or an error of klab's, and makes nothing. The
 * same few inputs each time; `npm run test:fuzz` tries other ones for as long as KLAB_FUZZ_SECONDS says, and a reader
 * may then take no more than a second of CPU time for one, and all of them together no more memory than MOST_MIB.
 */
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { ARCHIVES } from './archives.js'
import { LIBVIRT } from './libvirt.js'
import type { Seen } from './target.js'
import { TEXTS } from './texts.js'

const TARGETS = [...TEXTS, ...ARCHIVES, ...LIBVIRT]
const RUNS = 60
const MOST_CPU_MS = 1000
/** MiB of RAM for the whole process, at its peak: 384 of heap (.ci/fuzz.mjs), Node, and what lies beside the heap. */
const MOST_MIB = 700
/** Characters of a failure: its input may be long. */
const SHOWN = 4000

const HERE = process.cwd()
const { KLAB_FUZZ_SECONDS: seconds, KLAB_FUZZ_SEED: given } = process.env
const long = seconds !== undefined
const seed = given === undefined ? (long ? Date.now() % 2 ** 31 : 20261127) : Number(given)

const bounds = long
  ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: (Number(seconds) * 1000) / TARGETS.length }
  : {}

for (const target of TARGETS) {
  t.test(target.name, async (t) => {
    const seen: Seen = { taken: 0, refused: 0, dearestMs: 0 }
    // What a reader makes by a path of its input, relative or with `..`, is seen too.
    const dir = join(t.testdir({ in: {} }), 'in')
    process.chdir(dir)
    t.teardown(() => process.chdir(HERE))
    const run = await fc.check(target.property(dir, seen), { numRuns: target.runs ?? RUNS, ...bounds, seed })
    const about = `seed ${seed}: ${seen.taken} taken, ${seen.refused} refused`
    if (run.failed)
      t.fail(about, {
        error: run.errorInstance instanceof Error ? run.errorInstance.stack?.slice(0, SHOWN) : run.errorInstance,
        input: (await fc.asyncDefaultReportMessage(run))?.slice(0, SHOWN),
      })
    t.ok(seen.taken > 0 && seen.refused > 0, about)
    if (long) t.ok(seen.dearestMs < MOST_CPU_MS, `${Math.round(seen.dearestMs)} ms of CPU time for the dearest`)
  })
}

if (long)
  t.test('memory', (t) => {
    const peak = Math.round(process.resourceUsage().maxRSS / 1024)
    t.ok(peak < MOST_MIB, `${peak} MiB at the peak`)
    t.end()
  })
