import fc from 'fast-check'
import stringWidth from 'string-width'
import t from 'tap'
import { readMarkdown } from '../../src/lesson/markdown.js'
import { renderTerminal } from '../../src/lesson/terminal.js'

const show = (source: string, columns = 40): string =>
  renderTerminal(readMarkdown(source, { traffic: String }), { columns, color: false })

t.test('Chinese breaks between characters, but not at its marks', (t) => {
  t.same(show('一二三四五六七八九，一二三四五六七八九', 20).split('\n'), [
    '一二三四五六七八九，',
    '一二三四五六七八九',
    '',
  ])
  t.same(show('一二三四五六七八九十，二', 20).split('\n'), ['一二三四五六七八九', '十，二', ''])
  t.same(show('一二三四五六七八九「引用」', 20).split('\n'), ['一二三四五六七八九', '「引用」', ''])
  t.same(show('使用kubectl命令查看所有的pod。', 20).split('\n'), ['使用kubectl命令查看', '所有的pod。', ''])
  t.equal(show('这是\n中文\nand\nEnglish'), '这是中文 and English\n')
  t.end()
})

t.test('a word is cut only when it is longer than the line', (t) => {
  t.equal(show(`aa ${'b'.repeat(20)} cc`, 20), `aa\n${'b'.repeat(20)}\ncc\n`)
  t.equal(show(`aa ${'b'.repeat(22)}`, 20), `aa\n${'b'.repeat(20)}\nbb\n`)
  t.equal(show(`${'b'.repeat(20)}。`, 20), `${'b'.repeat(19)}\nb。\n`)
  t.equal(show('。'.repeat(11), 20), `${'。'.repeat(10)}\n。\n`)
  t.equal(show('cp something here ./b', 20), 'cp something here\n./b\n')
  t.end()
})

t.test('every line fits, but for code', (t) => {
  const word = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.constantFrom(
      '中文，字符。',
      '「引用」',
      'kubectl',
      '**bold**',
      '`code x`{{exec}}',
      '👩‍💻',
      'é',
      '\n',
      '\n\n',
      '\n- ',
      '\n> ',
      '\n1. ',
    ),
    fc.constantFrom(
      '\n# ',
      '|',
      '\n|a|b|\n|-|-|\n|',
      '<br>',
      '<details>',
      '<summary>',
      '</summary>',
      '</details>',
      '[x](http://a.b/c)',
    ),
  )
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 40 }),
      fc.integer({ min: 20, max: 100 }),
      fc.boolean(),
      (words, columns, color) => {
        // Indented text would be code.
        const source = words.join(' ').replace(/\n[ \t]+/g, '\n')
        const { tokens } = readMarkdown(source, { traffic: String })
        if (tokens.some((t) => t.type === 'code_block' || t.type === 'fence')) return true
        const lines = renderTerminal({ tokens }, { columns, color, openHints: true }).split('\n')
        return lines.every((line) => stringWidth(line) <= columns)
      },
    ),
    { numRuns: 150, seed: 7 },
  )
  t.end()
})

t.test('no line of Chinese begins or ends with a mark that must not', (t) => {
  const unit = fc.constantFrom('字', '中', 'ab', ' ', '，', '。', '（', '）', '「', '」', '《', '》', '：', '！')
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 80 }), fc.integer({ min: 20, max: 60 }), (units, columns) => {
      // A row of marks that fills a line cannot be kept whole.
      const text = units
        .join('')
        .replace(/([，。（）「」《》：！])[ ，。（）「」《》：！]+/g, '$1')
        .trim()
      const lines = show(text, columns).trimEnd().split('\n')
      return lines.every(
        (line, i) =>
          (i === 0 || !/^[，。）」》：！]/.test(line)) && (i === lines.length - 1 || !/[（「《]$/.test(line)),
      )
    }),
    { numRuns: 150, seed: 7 },
  )
  t.end()
})
