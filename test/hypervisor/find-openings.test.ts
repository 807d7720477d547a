import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { findOpenings } from '../../src/hypervisor/find-openings.js'
import { parseOpenings } from '../../src/hypervisor/openings.js'

const live = readFileSync(join(import.meta.dirname, 'fixtures/saved.xml'), 'utf8')
const opened = live.replace('<devices>', `<devices><graphics type='vnc' listen='0.0.0.0'/>`)
const bounds = { internet: false, network: undefined }

function stage(t: Test) {
  const mark = join(t.testdir(), 'closed.sha256')
  let loads = 0
  const load = () => {
    loads++
    return Promise.resolve(parseOpenings)
  }
  return {
    mark,
    loads: () => loads,
    find: async (xml: string, within = bounds) => [...(await findOpenings(xml, within, mark, load)).values()].flat(),
  }
}

t.test('definitions in which nothing was open are parsed once', async (t) => {
  const { find, loads } = stage(t)
  t.same(await find(live), [])
  t.same(await find(live), [])
  t.equal(loads(), 1)
})

t.test('others are always parsed: changed ones, those with other bounds, those that are open', async (t) => {
  const { find, loads } = stage(t)
  await find(live)
  t.same(await find(opened), ['graphics vnc on 0.0.0.0'])
  t.same(await find(opened), ['graphics vnc on 0.0.0.0'], 'an opening is never remembered as none')
  const internet = live.replace('restrict=on', 'restrict=off')
  t.same(await find(internet, { ...bounds, internet: true }), [])
  t.match(await find(internet), [/^restrict=off/])
  t.equal(loads(), 5)
})

t.test('a mark that says something else, or cannot be kept, is no reason to believe or to fail', async (t) => {
  const { find, mark, loads } = stage(t)
  writeFileSync(mark, 'ok\n')
  t.same(await find(opened), ['graphics vnc on 0.0.0.0'])
  t.equal(loads(), 1)
  const nowhere = join(t.testdir({}), 'no-lab', 'mark')
  t.same([...(await findOpenings(live, bounds, nowhere)).keys()], [])
  t.notOk(existsSync(nowhere))
})
