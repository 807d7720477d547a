import t from 'tap'
import { findLabfile } from '../../src/labfile/find.js'

t.test('found upwards, or by name', async (t) => {
  const dir = t.testdir({
    Labfile: '',
    a: { b: { c: {} } },
    labs: { one: { Labfile: '' } },
    odd: { Labfile: { x: {} } },
    my: '',
  })
  t.equal(await findLabfile(`${dir}/a/b/c`), `${dir}/Labfile`)
  t.equal(await findLabfile(dir), `${dir}/Labfile`)
  t.equal(await findLabfile(`${dir}/labs/one`), `${dir}/labs/one/Labfile`, 'the nearest wins')
  t.equal(await findLabfile(`${dir}/odd`), `${dir}/Labfile`, 'a folder called Labfile is none')
  t.equal(await findLabfile(`${dir}/a`, '../my'), `${dir}/my`)
  t.equal(await findLabfile(dir, 'labs/one'), `${dir}/labs/one/Labfile`, 'a folder stands for its Labfile')
  await t.rejects(findLabfile(dir, 'a/b'), { name: 'UsageError', message: 'a/b: no Labfile there', hint: /-f/ })
  await t.rejects(findLabfile(dir, 'none'), { name: 'UsageError', message: 'none: no Labfile there', hint: /-f/ })
})

t.test('none: says what to type', async (t) => {
  await t.rejects(findLabfile('/proc/self'), {
    message: 'no Labfile in /proc/self or any folder above it',
    hint: /^klab init \(makes one here\)/,
    exitCode: 2,
  })
})
