/** The command line of `klab timeline` and `klab graph`. What they show is tested in test/lab/ and test/picture/. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { RunTimes } from '../../src/report/run-times.js'
import { makeKlab, type Klab } from './klab.js'

t.jobs = 2

/** A run of this long-gone process, which was killed while a node booted. */
const KILLED: RunTimes = {
  ...{ pid: 999_999_999, startedAt: '2026-11-28T09:57:05.669Z', seenMs: 61_000, outcome: null },
  phases: [
    {
      ...{ name: 'boot', title: 'boot', startMs: 0, endMs: null },
      steps: [
        { id: 'boot/k8s-node01', title: 'k8s-node01 boots', startMs: 10, endMs: 48_000, outcome: 'done' },
        { id: 'boot/k8s-node02', title: 'k8s-node02 boots', startMs: 10, endMs: null, outcome: null },
      ],
    },
    { name: 'ready', title: 'proof', startMs: null, endMs: null, steps: [] },
  ],
}

function withRun(klab: Klab): void {
  const paths = klab.record()
  mkdirSync(paths.runs)
  writeFileSync(join(paths.runs, '20261128-095705-669.json'), JSON.stringify(KILLED))
}

t.test('on the screen, as data, and as a file', async (t) => {
  const klab = makeKlab(t)
  withRun(klab)
  const shown = await klab.run('timeline')
  t.match(shown, {
    code: 0,
    stderr: '',
    stdout: /^lab course: klab up, 2026-11-28 09:57 UTC: killed; last sign of life/,
  })
  t.match(shown.stdout, /^ {2}k8s-node02 +1m01s … .*━…$/m)
  t.match(JSON.parse((await klab.run('timeline', '--json')).stdout), {
    ...{ lab: 'course', run: 1, state: 'killed', ms: 61_000, runs: { length: 1 } },
    phases: [{ steps: [{ node: 'k8s-node01' }, {}] }, { startMs: null }],
  })
  t.match((await klab.run('timeline', '--format', 'mermaid')).stdout, /^gantt\n/)
  t.match(await klab.run('graph'), { code: 0, stderr: '', stdout: /^├─ k8s-node01 .* SSH 127\.0\.0\.1:22001$/m })
  t.match(JSON.parse((await klab.run('graph', '--json')).stdout), {
    lab: 'course',
    nodes: { length: 4 },
    snapshots: [],
  })
  t.match((await klab.run('graph', '--format', 'svg')).stdout, /^<\?xml .*<svg .*<\/svg>\n$/s)
  const file = join(klab.dir, 'work/lab.html')
  t.same(await klab.run('graph', '-o', 'lab.html'), { code: 0, stdout: `${file}\n`, stderr: '' })
  t.match(readFileSync(file, 'utf8'), /^<!doctype html>/)
  t.match(await klab.run('graph', '-o', 'lab.html'), { code: 1, stdout: '', stderr: /already exists\ntry: .*--force/ })
  t.match(await klab.run('timeline', '--output', 'lab.html', '--force'), { code: 0 })
  t.match(readFileSync(file, 'utf8'), /klab timeline: lab course/)
})

t.test('mistakes: exit 2 (1: the lab has none), nothing on stdout, nothing written', async (t) => {
  const klab = makeKlab(t)
  t.match(await klab.run('timeline'), { code: 1, stdout: '', stderr: /this lab is not up\ntry: klab up/ })
  t.match(await klab.run('graph'), { code: 0, stdout: /not brought up yet/ })
  withRun(klab)
  for (const [argv, said] of [
    [['graph', '--format', 'png'], /--format: png is not one of text, mermaid, svg, html/],
    [['graph', '-o', 'lab.png'], /klab knows \.txt, .*\ntry: -o lab\.svg, or add --format/],
    [['graph', '-o'], /--output: needs a value|--o: needs a value/],
    [['graph', '--json', '--format', 'svg'], /--json and --format cannot be used together/],
    [['timeline', '--json', '-o', 'a.svg'], /--json and --output cannot be used together/],
    [['timeline', '--run', '0'], /--run: a whole number/],
    [['timeline', '--run', '2'], /no run 2; there are 1/],
    [['timeline', 'boot'], /takes no arguments/],
  ] as const) {
    const r = await klab.run(...argv)
    t.match(r, { stdout: /^$|"error"/, code: 2 }, argv.join(' '))
    t.match(r.stderr, said, argv.join(' '))
  }
  for (const verb of ['timeline', 'graph'])
    t.match(await makeKlab(t, null).run(verb), { code: 2, stdout: '', stderr: /no Labfile in .*\ntry: klab init / })
})
