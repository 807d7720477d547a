import t from 'tap'
import { chooseLanguage, english, say, series, translated } from '../../src/words/say.js'

t.afterEach(() => chooseLanguage('en'))

t.test('English: the text, with its values', (t) => {
  t.equal(say('exit status: {list}', { list: '0 done' }), 'exit status: 0 done')
  t.equal(say('Show help'), 'Show help')
  t.equal(translated(english('exit status: {list}', { list: 1 })), 'exit status: 1')
  t.end()
})

t.test('Chinese: say at once; english stays English until it is printed', async (t) => {
  await chooseLanguage('zh')
  t.equal(say('exit status: {list}', { list: '0' }), '退出码：0')
  const text = english('exit status: {list}', { list: '0' })
  t.equal(text, 'exit status: 0')
  t.equal(translated(text), '退出码：0')
  t.equal(translated('Show help'), '显示帮助', 'a text that was made before the language was chosen')
  t.equal(translated('made by another program'), 'made by another program')
  t.equal(translated('constructor'), 'constructor')
})

t.test('values: sentences are translated too, names and states are not', async (t) => {
  await chooseLanguage('zh')
  t.equal(say('exit status: {list}', { list: 'Show help' }), '退出码：显示帮助')
  t.equal(
    say('exit status: {list}', { list: english('exit status: {list}', { list: 'done' }) }),
    '退出码：退出码：done',
  )
  t.equal(say('exit status: {list}', { list: '{list}' }), '退出码：{list}', 'braces in a value are not filled')
})

t.test('several lines: each by itself, with its indent', async (t) => {
  await chooseLanguage('zh')
  const one = english('exit status: {list}', { list: 1 })
  t.equal(translated(`n1: unknown\n  ${one}\nShow help`), 'n1: unknown\n  退出码：1\n显示帮助')
  t.equal(translated(series([one, 'Show help', 'plain'])), '退出码：1；显示帮助；plain')
  t.equal(series([]), '')
})

t.test('texts that were made long ago are forgotten, and stay English', async (t) => {
  await chooseLanguage('zh')
  const first = english('exit status: {list}', { list: 'first' })
  for (let i = 0; i < 6000; i++) english('exit status: {list}', { list: i })
  t.equal(translated(first), first)
  t.equal(translated('exit status: 5999'), '退出码：5999')
})
