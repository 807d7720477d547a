import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { askReadiness, claimAsk, glanceReadiness, type Readiness } from '../../src/api/readiness.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const READY = new Map([
  ['k8s-master01', true],
  ['k8s-node01', false],
])

function stage(t: Test) {
  const world = makeWorld(t)
  const { paths } = makeRun(world, labOf(fourNodes()))
  mkdirSync(paths.dir, { recursive: true })
  const kept = (): Readiness => JSON.parse(readFileSync(paths.seen, 'utf8')) as Readiness
  return { paths, clock: world.clock, kept }
}
const answers = () => Promise.resolve(READY)
const silent = () => Promise.resolve(undefined)

t.test('an answer is given and kept, with its time', async (t) => {
  const { paths, clock, kept } = stage(t)
  const seen = await askReadiness(paths, clock, 10_000, answers)
  t.same(seen, { at: '2026-01-01T00:00:00.000Z', ready: { 'k8s-master01': true, 'k8s-node01': false } })
  t.same(kept(), seen)
})

t.test('silence is kept too: a server that died must not look Ready for ever', async (t) => {
  const { paths, clock, kept } = stage(t)
  await askReadiness(paths, clock, 10_000, answers)
  clock.time += 60_000
  t.same(await askReadiness(paths, clock, 10_000, silent), { at: '2026-01-01T00:01:00.000Z', ready: null })
  t.equal(kept().ready, null)
})

t.test('a glance: the answer of now, else the last one with its own time, else nothing', async (t) => {
  const { paths, clock, kept } = stage(t)
  t.equal(await glanceReadiness(paths, clock, 50, silent), undefined)
  t.match(await glanceReadiness(paths, clock, 50, answers), { now: true, seen: { at: '2026-01-01T00:00:00.000Z' } })
  clock.time += 60_000
  const late = await glanceReadiness(paths, clock, 50, silent)
  t.match(late, { now: false, seen: { at: '2026-01-01T00:00:00.000Z', ready: { 'k8s-master01': true } } })
  t.equal(kept().at, '2026-01-01T00:00:00.000Z', 'being too slow for a glance is not being silent')
})

t.test('the host’s clock set back: an answer from the future is no answer of now, nor is a claim', async (t) => {
  const { paths, clock } = stage(t)
  await askReadiness(paths, clock, 10_000, answers)
  await claimAsk(paths, clock)
  clock.time -= 8 * 3_600_000
  t.match(await glanceReadiness(paths, clock, 50, silent), { now: false })
  utimesSync(`${paths.seen}.asking`, clock.now() / 1000 + 3600, clock.now() / 1000 + 3600)
  t.equal(await claimAsk(paths, clock), true)
})

t.test('what is not an answer is not taken for one', async (t) => {
  const { paths, clock } = stage(t)
  for (const text of ['', '{', '[]', 'null', '{"at":3,"ready":{}}', '{"ready":{}}']) {
    writeFileSync(paths.seen, text)
    t.equal(await glanceReadiness(paths, clock, 50, silent), undefined, text)
  }
})

t.test('a lab whose folder is gone keeps nothing, and says what it saw', async (t) => {
  const { paths, clock } = stage(t)
  rmSync(paths.dir, { recursive: true })
  t.match(await askReadiness(paths, clock, 10_000, answers), { ready: { 'k8s-master01': true } })
  t.notOk(existsSync(paths.dir))
})

t.test('one asks at a time; a claim ends with the answer, or when an answer can no longer come', async (t) => {
  const { paths, clock } = stage(t)
  const claims = await Promise.all([claimAsk(paths, clock), claimAsk(paths, clock), claimAsk(paths, clock)])
  t.ok(claims.filter(Boolean).length >= 1)
  const claim = `${paths.seen}.asking`
  utimesSync(claim, clock.now() / 1000, clock.now() / 1000)
  t.equal(await claimAsk(paths, clock), false)
  clock.time += 11_000
  t.equal(await claimAsk(paths, clock), true, 'who had it was killed')
  await askReadiness(paths, clock, 10_000, silent)
  t.notOk(existsSync(claim))
})
