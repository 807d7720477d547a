/** Facts as no guest of klab's would print them: the judges come to an end, and to a report that can be read. */
import t from 'tap'
import { clusterView } from '../../src/course/api-table.js'
import { parseGuestFacts } from '../../src/course/facts.js'
import { course, plus, report } from './machines.js'

t.test('more lines or characters than the script can have printed are refused', (t) => {
  t.throws(() => parseGuestFacts('disk 1\n'.repeat(20_001)), { name: 'CorruptError', message: /more than 20000 lines/ })
  t.throws(() => parseGuestFacts('x'.repeat(4 * 2 ** 20 + 1)), { name: 'CorruptError' })
  t.equal(parseGuestFacts('disk 1\n'.repeat(19_999)).all('disk').length, 19_999)
  t.end()
})

t.test('a time that is none: told as wrong, not as the host’s', (t) => {
  for (const epoch of ['NaN', '1e999', '-9e99', '']) {
    const noZone = (lines: readonly string[]) => lines.filter((l) => !/^(?:epoch|zone|offset) /.test(l))
    const bad = (lines: readonly string[]) => [...noZone(lines), `epoch ${epoch}`, 'offset +0000']
    const found = report('2.2.5', { 1: bad }, course, Number.NaN)
    const { state, findings } = found.sections[0]!.nodes.find((n) => n.node === 'k8s-node01')!
    t.equal(state, 'wrong', epoch)
    t.ok(
      findings.some((f) => f.line === 'the guest does not report its time'),
      epoch,
    )
  }
  t.end()
})

t.test('a hundred lines of a kind are shown, each as long as can be read; the others are counted', (t) => {
  const swap = plus(...Array<string>(5000).fill('swap /dev/x'))
  const { findings } = report('2.2.7', { 1: swap }).sections[0]!.nodes.find((n) => n.node === 'k8s-node01')!
  t.equal(findings.length, 101)
  t.match(findings.at(-1), { state: 'wrong', line: '… and 4900 more' })
  const long = report('2.2.7', { 1: plus(`swap ${'y'.repeat(100_000)}`) })
  t.equal(long.sections[0]!.nodes.find((n) => n.node === 'k8s-node01')!.findings[0]!.line.length, 502)
  t.end()
})

t.test('an answer of the API server of any form is no answer, and nothing breaks', (t) => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const forms = [
    'null', '5', '[]', '{"kind":"Table","rows":5}',
    '{"kind":"Table","rows":[null,5,{}],"columnDefinitions":[null,{"name":{}}]}',
    `{"kind":"Table","columnDefinitions":[{"name":"Roles"}],"rows":[{"cells":[${deep}]}]}`,
    '{"kind":"Status","message":{"toString":5}}', '{"kind":"Table","rows":[{"cells":{"length":1e9}}]}',
  ] // prettier-ignore
  for (const form of forms)
    t.match(clusterView(parseGuestFacts(`api ${form}`)), { error: /./, pods: Array }, form.slice(0, 60))
  t.end()
})
