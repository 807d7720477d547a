import t from 'tap'
import { readMarkdown, type LessonText } from '../../src/lesson/markdown.js'

const FENCE = '```'
const read = (source: string): LessonText => readMarkdown(source, { traffic: String })
type Tokens = LessonText['tokens']
/** Types of tokens, or what is in them. */
const shape = (tokens: Tokens): string[] =>
  tokens.flatMap((t) => {
    if (t.children) return shape(t.children)
    if (t.type === 'text') return t.content.trim() || []
    return t.hidden ? [] : t.content.trimEnd() || t.type
  })
const body = (source: string): string => shape(read(source).tokens).join(' ')

t.test('details: Markdown inside, wherever the tags stand', (t) => {
  const P = (text: string): string => `paragraph_open ${text} paragraph_close`
  const LI = (text: string): string => `list_item_open ${text} list_item_close`
  const D = (summary: string, text: string): string =>
    `details_open summary_open ${summary} summary_close ${text} details_close`
  for (const [source, want] of [
    ['<details><summary>S</summary>\n\nx\n\n</details>', D('S', P('x'))],
    ['<details>\n<summary>S</summary>\nx\n</details>\ny', `${D('S', P('x'))} ${P('y')}`],
    ['<details>\n    <summary>\n S\n </summary>\n    x\n</details>', D('S', P('x'))],
    ['a <details open><summary>S</summary>x</details> b', `${P('a')} ${D('S', P('x'))} ${P('b')}`],
    ['<DETAILS class="x"><SUMMARY>S</SUMMARY>x</DETAILS>', D('S', P('x'))],
    [`<details><summary>S</summary>\n${FENCE}\nls\n${FENCE}{{exec}}\n</details>`, D('S', 'ls')],
    [`<details><summary>S</summary>\n${FENCE}\n</details>\n${FENCE}\n</details>`, D('S', '</details>')],
    ['<details>x</details>', D('Details', P('x'))],
    ['<details><summary></summary>x</details>', D('Details', P('x'))],
    ['<details>x', D('Details', P('x'))],
    ['x</details></summary> y', `${P('x')} ${P('y')}`],
    ['<summary>x</summary>', P('x')],
    ['<details><summary>S<details>x', D('S', D('Details', P('x')))],
    ['# <details>x', 'heading_open x heading_close'],
    [
      '<details><summary>S</summary>\n\n<details><summary>T</summary>x</details>\n\ny\n</details>',
      D('S', `${D('T', P('x'))} ${P('y')}`),
    ],
    [
      '- a <details><summary>S</summary>x\n\n</details>\n\ny',
      `bullet_list_open list_item_open a ${D('S', 'x')} list_item_close bullet_list_close ${P('y')}`,
    ],
    [
      '<details><summary>S</summary>\n\n- a\n  </details>\n- b\n\ny',
      `${D('S', `bullet_list_open ${LI('a')} ${LI('b')} bullet_list_close`)} ${P('y')}`,
    ],
  ] as const)
    t.equal(body(source), want, JSON.stringify(source))
  t.end()
})

t.test('hints: outer before inner, with what they hide', (t) => {
  const { hints } = read(
    '<details><summary> ✅ **Solution** `x` ![pic](a) </summary>\n\na\n\n' +
      '<details><summary>Inner</summary>b</details></details>\n\n<details>c</details>',
  )
  t.same(
    hints.map((h) => [h.summary, shape(h.tokens).join(' ')]),
    [
      [
        '✅ Solution x pic',
        'paragraph_open a paragraph_close details_open summary_open Inner summary_close paragraph_open b ' +
          'paragraph_close details_close',
      ],
      ['Inner', 'paragraph_open b paragraph_close'],
      ['Details', 'paragraph_open c paragraph_close'],
    ],
  )
  t.equal(read('<details>'.repeat(5000)).hints.length, 16)
  t.end()
})

t.test('other HTML', (t) => {
  for (const [source, want] of [
    ['a<br>b<BR/>c', 'a hardbreak b hardbreak c'],
    ['<br>', ''],
    ['<b>a</b> <em>b</em> <del>c</del>', 'strong_open a strong_close em_open b em_close s_open c s_close'],
    ['kubectl logs <pod> -n <my-ns> </pod>', 'kubectl logs <pod> -n <my-ns> </pod>'],
    ['<x onclick=a()>b</x>', 'b </x>'],
    ['<div class="x">\n\na\n\n</div>', 'a'],
    ['a\n<p align="center">b</p>', 'a paragraph_close paragraph_open b'],
    ['a<!-- b --> c', 'a c'],
    ['<!-- a\n\nb -->\n\nc', 'c'],
    ['<!-- a', ''],
    ['<script>\n\nalert(1)\n\n</script>\n\nc', 'c'],
    ['a<script>b</script>c<style>d</style>', 'a c'],
    ['a<script>b <b>c</b>', 'a'],
    ['<svg onload=x><text>a</text></svg><iframe src="//x"></iframe>', '<text> a </text>'],
    ['<a href="javascript:x">a</a>', 'link_open a link_close'],
    ['    <br>', '<br>'],
  ] as const)
    t.equal(body(source).replace(/^paragraph_open | ?paragraph_close$/g, ''), want, source)
  t.equal(body('<h1>a</h1>'), 'heading_open a heading_close')
  t.equal(body('<ul><li>a</ul>'), '<ul> <li> a </ul>')
  t.end()
})

t.test('images: each once', (t) => {
  const { images } = read(
    '![](a.png) [![x](b%20c.png)](http://y) <img src="b c.png" src="no"> <IMG alt=x SRC=\'d&amp;e.png\' onerror=f>\n\n' +
      '<img src="./a.png"/>\n\n![](a.png) <img> <img src="javascript:x"> `![](no)`',
  )
  t.same(images, ['a.png', 'b%20c.png', 'd&e.png', './a.png'])
  t.end()
})
