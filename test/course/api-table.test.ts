import { readFileSync } from 'node:fs'
import t from 'tap'
import { clusterView, isReady, isUp } from '../../src/course/api-table.js'
import { parseGuestFacts } from '../../src/course/facts.js'
import { root } from '../fakes/world.js'

t.test('the tables of a real API server (1.20.2, recorded): one node Ready, one silent, one pod that waits', (t) => {
  const view = clusterView(parseGuestFacts(readFileSync(`${root}/test/course/fixtures/api-tables.txt`, 'utf8')))!
  t.equal(view.error, undefined)
  t.same(
    view.nodes.map((n) => [n['Name'], isReady(n), n['Version']]),
    [
      ['n0', true, 'v1.20.2'],
      ['n1', false, ''],
    ],
  )
  t.same(view.pods.map((p) => [p['Name'], p['Node'], isUp(p)]), [['coredns-x', 'n0', false]]) // prettier-ignore
  t.end()
})

t.test('nobody was asked, or somebody else answered', (t) => {
  t.equal(clusterView(undefined), undefined)
  t.equal(clusterView(parseGuestFacts('api \nend')), undefined)
  t.match(clusterView(parseGuestFacts('api curl: (28) timed out')), {
    error: 'curl: (28) timed out',
    nodes: [],
    pods: [],
  })
  t.match(clusterView(parseGuestFacts('api {"kind":"Table","columnDefinitions":[{"name":"Roles"}],"rows":null}')), {
    error: 'no answer',
  })
  t.end()
})
