import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { checkSameLab } from '../../src/lab/sealed.js'
import { foreignLabfile } from '../../src/labfile/foreign.js'
import { parseLabfile } from '../../src/labfile/load.js'
import { makeKlab } from '../cli/klab.js'
import { labOf } from '../fakes/world.js'
import { entriesOf, factsOf, FILES, LABFILE, put, tarOf } from '../sealed/archive.js'

const OWN = `# the trainer's
name: mini # of four
image: { path: /srv/base.qcow2 }
kubernetes:
  version: 1.17.5
  bundle: { dir: k }
`

t.test('what a foreign Labfile says of this machine is taken out, the rest stays as it was written', (t) => {
  const { text, dropped } = foreignLabfile(OWN, 'theirs')
  t.same(dropped, ['kubernetes.bundle.dir: k', 'image.path: /srv/base.qcow2'])
  t.match(text, /^# the trainer's\nname: mini # of four\n/)
  t.notMatch(text, /\bk \}|srv/)
  const lab = parseLabfile(text, '/w/Labfile')
  t.match(lab.kubernetes?.bundle, { source: 'dir', path: /^\/w\/put-it-here-[0-9a-f]{12}$/ })
  t.match(lab.image, { kind: 'path', path: /^\/w\/put-it-here-[0-9a-f]{12}$/ })
  t.not(foreignLabfile(OWN, 'theirs').text, text, 'nobody can send the folder along')
  t.doesNotThrow(() =>
    checkSameLab(factsOf(FILES, { lab: { ...factsOf().lab, labfile: OWN, model: labOf(OWN) } }), '/w', lab),
  )
  t.end()
})

t.test('the servers of its bundle are not believed', (t) => {
  const theirs = `name: mini
kubernetes:
  bundle:
    source: upstream
    mirrors: { release: 'https://evil.test/release' }
`
  const { text, dropped } = foreignLabfile(theirs, 'theirs')
  t.same(dropped, ['kubernetes.bundle.mirrors'])
  t.strictSame(parseLabfile(text, '/w/Labfile').kubernetes?.bundle, { source: 'upstream', mirrors: {} })
  const facts = factsOf(FILES, { lab: { ...factsOf().lab, labfile: theirs, model: labOf(theirs) } })
  t.doesNotThrow(() => checkSameLab(facts, '/w', parseLabfile(text, '/w/Labfile')))
  t.same(foreignLabfile(LABFILE, 'theirs'), { text: LABFILE, dropped: [] })
  t.throws(() => foreignLabfile('a: [', 'theirs'), { code: 'labfile' })
  t.end()
})

t.test('import: says so', async (t) => {
  const k = makeKlab(t, null)
  const labfile = `${LABFILE}image: { path: base.qcow2 }\n`
  const facts = factsOf(FILES, { lab: { ...factsOf().lab, labfile, model: labOf(labfile) } })
  put(join(k.dir, 'work/lab.klab'), tarOf(entriesOf(facts)))
  writeFileSync(join(k.dir, 'work/base.qcow2'), 'theirs')
  const { stderr } = await k.run('snapshot', 'import', 'lab.klab')
  t.match(stderr, /left out: image\.path: base\.qcow2/)
})
