import t from 'tap'
import { readMarkdown } from '../../src/lesson/markdown.js'
import { renderTerminal, type TerminalOptions } from '../../src/lesson/terminal.js'

const FENCE = '```'
const show = (source: string, o: Partial<TerminalOptions> = {}): string =>
  renderTerminal(readMarkdown(source, { traffic: () => 'http://127.0.0.1:8080' }), { columns: 40, color: false, ...o })

t.test('headings, paragraphs, rules', (t) => {
  t.equal(
    show(
      '# A title that is longer than one line of text\n\nSome *words* that\ngo on for **more** ' +
        'than ~~one~~ line.  \nA line  end<br>and\\\none\n\n## `b`\n---\n\n&amp; &lt;',
    ),
    `# A title that is longer than one line
  of text

Some words that go on for more than one
line.
A line  end
and
one

## \`b\`

${'─'.repeat(40)}

& <
`,
  )
  t.equal(show(''), '')
  t.equal(show('<h1>Raw</h1>\n\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n'), '# Raw\n\n• a\n• b\n')
  t.end()
})

t.test('lists', (t) => {
  t.equal(
    show(
      '- a\n- b\n  - c\n    1. d\n    2. e\n- [ ] to do\n- [x] done\n\nx\n\n9. nine words of text that ' +
        'need more than one line\n10. ten\n\n* a\n\n  b\n\n* c\n*\n',
    ),
    `• a
• b
  • c
    1. d
    2. e
• [ ] to do
• [x] done

x

 9. nine words of text that need more
    than one line
10. ten

• a

  b

• c

•
`,
  )
  const deep = show(`${'- '.repeat(14)}deep`, { columns: 20 })
  t.equal(deep, `• • • • • •\n${`${' '.repeat(10)}•\n`.repeat(8)}${' '.repeat(10)}deep\n`)
  t.end()
})

t.test('quotes', (t) => {
  t.equal(
    show('> a quote that is longer than one line of forty\n>\n> > inner\n> - b\n'),
    `│ a quote that is longer than one line
│ of forty
│
│ │ inner
│
│ • b
`,
  )
  t.end()
})

t.test('code is indented, never wrapped; commands have their number', (t) => {
  t.equal(
    show(
      'Run `kubectl get pods`{{exec}} or `ls`, not `cp`{{copy}}:\n' +
        `${FENCE}bash\nkubectl get nodes --output=wide --show-labels\n\n  -v\n${FENCE}\n\n` +
        `${FENCE}yaml\na:\n  b: 1\n${FENCE}{{copy}}\n\n` +
        `- x\n  ${FENCE}\n  top\n  ${FENCE}{{exec interrupt}}\n\n      i\n`,
    ),
    `Run [1] \`kubectl get pods\` or \`ls\`, not
\`cp\`:

    [3] kubectl get nodes --output=wide --show-labels

          -v

    a:
      b: 1

• x

      [5] top

      i
`,
  )
  t.end()
})

t.test('links and images', (t) => {
  t.equal(
    show(
      '[docs](http://a.b "t") <http://c.d> <x@y.z> [top](#top) [**b** `c`](http://e) [p]({{TRAFFIC_HOST1_80}}) ' +
        '![**alt** text](a.png) ![](b.png) <a href="http://f">raw</a> <a>no</a>',
      { columns: 200 },
    ),
    'docs (http://a.b) http://c.d x@y.z top b `c` (http://e) p (http://127.0.0.1:8080) ' +
      '[image: alt text] [image: b.png] raw (http://f) no\n',
  )
  t.end()
})

t.test('details', (t) => {
  const source =
    `<details><summary>A **solution**</summary>\n\nText\n\n${FENCE}bash\nls\n${FENCE}\n\n` +
    '<details><summary>Inner</summary>x</details>\n</details>\n\nafter'
  t.equal(show(source, { columns: 60 }), '▸ A solution (klab lesson hint shows it)\n\nafter\n')
  t.equal(
    show(source, { openHints: true }),
    `▾ A solution

  Text

      [1] ls

  ▾ Inner

    x

after
`,
  )
  t.equal(show('<details></details>', { openHints: true }), '▾ Details\n')
  t.end()
})

t.test('tables', (t) => {
  const source = '| Name | 数量 | Mid |\n|---|--:|:-:|\n| 节点 | 1 | x |\n| k8s-master01 | `22` | |\n'
  t.equal(
    show(source),
    `Name         │ 数量 │ Mid
─────────────┼──────┼────
节点         │    1 │  x
k8s-master01 │ \`22\` │
`,
  )
  t.equal(
    show('| a | b |\n|---|---|\n| one two three four five | 一二三四五六七八九十一二三 |\n', { columns: 30 }),
    `a             │ b
──────────────┼──────────────
one two three │ 一二三四五六
four five     │ 七八九十一二
              │ 三
`,
  )
  t.equal(
    show('|a|b|c|d|\n|-|-|-|-|\n|1|2|3|4|\n|5|6|7|\n', { columns: 20 }),
    'a: 1\nb: 2\nc: 3\nd: 4\n\na: 5\nb: 6\nc: 7\nd:\n',
  )
  t.end()
})

t.test('colours', (t) => {
  t.equal(
    show('# T\n\n**b `x`{{exec}}** [l](http://a)\n', { color: true }),
    (
      '^1m# ^22m^1mT^22m\n\n^1mb ^22m^1m^1m^32m[1] ^39m^22m^1m^22m^1m^36mx^39m^22m ^4ml^24m^2m ' + '(http://a)^22m\n'
    ).replaceAll('^', '\u001b['),
  )
  t.end()
})

t.test('nothing of the text moves a cursor', (t) => {
  const nasty = 'a\u001b[2Jb\u009b1mc\u0007\u202ed\u001b]52;c;eA==\u0007e&#27;[2J&#x9b;2J&#x202e;f\u0000\r\u0008\u007f'
  const source =
    `# ${nasty}\n\n${nasty} \`${nasty}\`{{exec}} [${nasty}](http://a/${nasty}) ![${nasty}](b)\n\n` +
    `${FENCE}bash\n${nasty}\n${FENCE}\n\n- ${nasty}\n\n` +
    `| ${nasty} |\n|---|\n| ${nasty} |\n\n` +
    `<details><summary>${nasty}</summary>${nasty}</details><img alt="${nasty}" src="${nasty}">`
  for (const openHints of [true, false]) t.notMatch(show(source, { openHints }), /(?!\n)[\p{Cc}\u202e]/u)
  const painted = show(source, { color: true, openHints: true })
  t.notMatch(painted.replace(/\u001b\[\d+m/g, ''), /(?!\n)[\p{Cc}\u202e]/u)
  t.end()
})
