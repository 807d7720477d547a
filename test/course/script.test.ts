/** A script's sections, as text. */
import t from 'tap'
import { blockOf, fill, fold, sectionsOf } from '../../src/course/script.js'

t.test('blocks: dedented, without shellcheck’s words, up to the next section or what is beside the course', (t) => {
  const script =
    '# 2.2.1: a\none\n\n# 2.2.2, 2.2.3: b\nif x; then\n\t# 2.2.4: c\n' +
    '\t# shellcheck disable=SC1\n\ttwo\n\t# Beside the course: d\n\tthree\nfi\n'
  t.same(sectionsOf(script), ['2.2.1', '2.2.2', '2.2.3', '2.2.4'])
  t.same(blockOf(script, '2.2.1'), ['one', ''])
  t.same(blockOf(script, '2.2.3'), ['if x; then'])
  t.same(blockOf(script, '2.2.4'), ['two'])
  t.same(blockOf(script, '2.2'), [])
  t.end()
})

t.test('fold: conditions on settings are decided, those on the guest stay', (t) => {
  const script = [
    'if [ "$A" = true ]; then',
    '\tone',
    '\tif [ -e x ]; then',
    '\t\ttwo',
    '\telse',
    '\t\tthree',
    '\tfi',
    'else',
    '\tfour',
    'fi',
    'five',
  ]
  t.same(fold(script, { A: 'true' }), ['one', 'if [ -e x ]; then', '\ttwo', 'else', '\tthree', 'fi', 'five'])
  t.same(fold(script, { A: 'no' }), ['four', 'five'])
  t.same(fold(script, {}), script)
  t.same(fold(['if [ -n "${H:-}" ]; then', '\tx', 'fi'], { H: '' }), [])
  t.same(fold(['if [ "$M" != "[]" ]; then', '\tx', 'fi'], { M: '["a"]' }), ['x'])
  const chain = [
    'if [ "$A" = x ]; then',
    '\tone',
    'elif [ -e g ]; then',
    '\ttwo',
    'elif [ "$N" -ge 24 ]; then',
    '\tthree',
    'else',
    '\tfour',
    'fi',
  ]
  t.same(fold(chain, { A: 'x', N: '20' }), ['one'])
  t.same(fold(chain, { A: '', N: '20' }), [
    'if [ -e g ]; then',
    '\ttwo',
    'elif [ "$N" -ge 24 ]; then',
    '\tthree',
    'else',
    '\tfour',
    'fi',
  ])
  t.same(fold(['[ -n "$A" ] || return 0', 'x'], { A: '' }), [])
  t.same(fold(['[ -n "$A" ] || return 0', 'x'], { A: 'y' }), ['x'])
  t.same(fold(['[ -e g ] || return 0', 'x'], { A: 'y' }), ['[ -e g ] || return 0', 'x'])
  t.equal(fill('$A ${A} ${A:-} "$B" $AB', { A: '1' }), '1 1 1 "$B" $AB')
  t.end()
})
