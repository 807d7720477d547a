import fc from 'fast-check'
import t from 'tap'
import { commandOf, readMarkdown, type LessonText } from '../../src/lesson/markdown.js'
import type { Traffic } from '../../src/lesson/links.js'

const traffic = ({ host, port }: Traffic): string => `http://127.0.0.1/${host}/${port ?? 'choose'}`
const read = (source: string): LessonText => readMarkdown(source, { traffic })
/** `exec|copy|interrupt text` of each command. */
const commands = (source: string): string[] =>
  read(source).commands.map((c) => `${c.interrupt ? 'interrupt' : c.action} ${c.text}`)
type Tokens = LessonText['tokens']
/** Types of tokens, or what is in them. */
const shape = (tokens: Tokens): string[] =>
  tokens.flatMap((t) => {
    if (t.children) return shape(t.children)
    if (t.type === 'text') return t.content.trim() || []
    return t.hidden ? [] : t.content.trimEnd() || t.type
  })
const body = (source: string): string => shape(read(source).tokens).join(' ')
const FENCE = '```'

t.test('fences with a marker', (t) => {
  for (const [source, want] of [
    [`${FENCE}\nls\n${FENCE}{{exec}}`, 'exec ls'],
    [`${FENCE}\nls\n${FENCE} {{exec}} \t`, 'exec ls'],
    [`${FENCE}\nls\n${FENCE}\n{{exec}}`, 'exec ls'],
    [`${FENCE}\nls\n${FENCE}{{ exec }}\n`, 'exec ls'],
    [`${FENCE}\nls\n${FENCE}{{exec interrupt}}`, 'interrupt ls'],
    [`${FENCE}\nls\n${FENCE}{{copy}}`, 'copy ls'],
    [`${FENCE}bash\nls\n${FENCE}{{copy}}`, 'copy ls'],
    [`${FENCE}plain\nls\n${FENCE}{{exec}}`, 'exec ls'],
    [`${FENCE}yaml\na: 1\n${FENCE}{{copy}}`, 'copy a: 1'],
    [`${FENCE}\nls\n${FENCE}{{execute}}`, 'exec ls'],
    [`${FENCE}\nls\n${FENCE}{{execute HOST1}}`, 'exec ls'],
    [`${FENCE}\nls\n${FENCE}{{execute T1}}`, 'exec ls'],
    [`${FENCE}\nls\n${FENCE}{{exec}}|skip{{sandbox}}`, 'exec ls'],
    [`~~~\nls\n~~~{{exec}}`, 'exec ls'],
    [`~~~ \`a\`\nls\n~~~{{exec}}`, 'exec ls'],
    [`${FENCE}\`\`\n${FENCE}\nls\n${FENCE}\`\`{{exec}}`, `exec ${FENCE}\nls`],
    [`${FENCE}\nls\n${FENCE}\`{{exec}}`, 'exec ls'],
    [`   ${FENCE}\n   ls\n    -l\n   ${FENCE}{{exec}}`, 'exec ls\n -l'],
    [`- a\n  ${FENCE}\n  ls\n  ${FENCE}{{exec}}\n- b`, 'exec ls'],
    [`1. a\n   - b\n\n     ${FENCE}\n     ls\n     ${FENCE}\n     {{exec}}`, 'exec ls'],
    [`> ${FENCE}\n> ls\n> ${FENCE}{{exec}}`, 'exec ls'],
    [`\ufeff${FENCE}\r\nls\r\npwd\r\n${FENCE}{{exec}}\r\n`, 'exec ls\npwd'],
    [`${FENCE}\ncat <<EOF > a\n\n{{exec}}\nEOF\n\n\n${FENCE}{{exec}}`, 'exec cat <<EOF > a\n\n{{exec}}\nEOF'],
  ] as const)
    t.same(commands(source), [want], JSON.stringify(source))
  t.equal(
    body(`${FENCE}\nls\n${FENCE}{{exec}}\nafter\n\n${FENCE}\npwd\n${FENCE}{{exec}}`),
    'ls paragraph_open after paragraph_close pwd',
  )
  t.equal(
    body(`- ${FENCE}\n  ls\n- b`),
    'bullet_list_open list_item_open ls list_item_close list_item_open b list_item_close bullet_list_close',
  )
  t.end()
})

t.test('fences without one: shells run, others do not', (t) => {
  for (const info of ['bash', 'sh', 'shell', ' BASH ', 'bash title=x'])
    t.same(commands(`${FENCE}${info}\nls\n${FENCE}`), ['exec ls'])
  for (const info of ['', 'plain', 'text', 'yaml', 'bash-session', 'shellx', 'zsh'])
    t.same(commands(`${FENCE}${info}\nls\n${FENCE}`), [], info)
  t.same(commands(`${FENCE}bash\n\n${FENCE}\n\n${FENCE}\n  \n${FENCE}{{exec}}`), [], 'nothing to run')
  t.same(commands(`${FENCE}bash\nls`), ['exec ls'], 'the end of the text closes it')
  t.equal(body(`ls\n${FENCE}{{exec}}\nafter`), 'paragraph_open ls paragraph_close paragraph_open after paragraph_close')
  t.same(commands(`    ${FENCE}\n    ls\n    ${FENCE}{{exec}}`), [], 'indented code')
  t.end()
})

t.test('what only looks like a marker', (t) => {
  for (const [source, want] of [
    [`${FENCE}\`\n${FENCE}bash\nls\n${FENCE}{{exec}}\n${FENCE}\``, `${FENCE}bash\nls\n${FENCE}{{exec}}`],
    [`${FENCE}go\n{{exec}}\n{{TRAFFIC_HOST1_80}}\n${FENCE}`, '{{exec}}\n{{TRAFFIC_HOST1_80}}'],
    ['`{{exec}} {{TRAFFIC_SELECTOR}}`', 'paragraph_open {{exec}} {{TRAFFIC_SELECTOR}} paragraph_close'],
    ['a {{exec}}', 'paragraph_open a {{exec}} paragraph_close'],
    ['`a` b {{exec}}', 'paragraph_open a b {{exec}} paragraph_close'],
    ['`a`{{executed}}', 'paragraph_open a {{executed}} paragraph_close'],
    ['`a`{{exec', 'paragraph_open a {{exec paragraph_close'],
    ['`{{ .Values.a }}`', 'paragraph_open {{ .Values.a }} paragraph_close'],
  ] as const) {
    t.equal(body(source), want)
    t.same(commands(source), [])
  }
  t.end()
})

t.test('inline code', (t) => {
  t.same(commands('Run `kubectl get po`{{exec}}, then ``a ` b`` {{copy}} and `top`{{exec interrupt}}; `no`.'), [
    'exec kubectl get po',
    'copy a ` b',
    'interrupt top',
  ])
  t.equal(body('a `b`{{exec}} c'), 'paragraph_open a b c paragraph_close')
  t.same(commands(`${FENCE}ls -l${FENCE}{{exec}} and [\`x\`{{exec}}](http://a)`), ['exec ls -l', 'exec x'])
  t.same(commands('| a |\n|---|\n| `x`{{exec}} |\n\n# `y`{{exec}}'), ['exec x', 'exec y'])
  t.end()
})

t.test('numbers follow the text, and a token knows its command', (t) => {
  const { tokens, commands } = read(
    `\`a\`{{exec}}\n\n${FENCE}bash\nb\n${FENCE}\n\n<details>\n\n${FENCE}sh\nc\n${FENCE}\n</details>`,
  )
  t.same(
    commands.map((c) => [c.number, c.text]),
    [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ],
  )
  t.same(
    tokens.flatMap((token) => [token, ...(token.children ?? [])]).flatMap((token) => commandOf(token) ?? []),
    commands,
  )
  t.same(read(`${FENCE}\na\u001b[2Jb\u202ec\n${FENCE}{{exec}}`).commands[0]?.text, 'abc', 'what runs is what is seen')
  t.end()
})

t.test('ports of the machines', (t) => {
  t.equal(
    body('see {{TRAFFIC_HOST1_80}}.'),
    'paragraph_open see link_open http://127.0.0.1/1/80 link_close . paragraph_close',
  )
  const hrefs = (source: string): unknown[] =>
    read(source).tokens.flatMap((t) => (t.children ?? []).flatMap((c) => c.attrGet('href') ?? []))
  t.same(
    hrefs(
      '[a]({{TRAFFIC_HOST2_8080}}/x) [b]({{TRAFFIC_SELECTOR}}) <a href="{{TRAFFIC_HOST1_1}}">c</a> ' +
        '[d](https://[[HOST_SUBDOMAIN]]-30080-[[KATACODA_HOST]].environments.katacoda.com/y) ' +
        'https://[[HOST2_SUBDOMAIN]]-81-[[KATACODA_HOST]].environments.katacoda.com/z',
    ),
    [
      'http://127.0.0.1/2/8080/x',
      'http://127.0.0.1/1/choose',
      'http://127.0.0.1/1/1',
      'http://127.0.0.1/1/30080/y',
      'http://127.0.0.1/2/81/z',
    ],
  )
  t.same(commands('`curl {{TRAFFIC_HOST1_80}}`{{exec}}'), ['exec curl http://127.0.0.1/1/80'])
  t.end()
})

t.test('URLs in text', (t) => {
  const links = (source: string): unknown[] =>
    read(source).tokens.flatMap((t) => (t.children ?? []).flatMap((c) => c.attrGet('href') ?? []))
  t.same(
    links('http://a.b/c_d_e?x=1. (https://a.b/x) https://a.b/(x), 见https://a.b/y。然后 kubectl.io a@b.c ftp://x'),
    ['http://a.b/c_d_e?x=1', 'https://a.b/x', 'https://a.b/(x)', 'https://a.b/y'],
  )
  t.same(links('[http://x](http://y) `http://z` <http://w>'), ['http://y', 'http://w'])
  t.end()
})

t.test('long texts are read in seconds, whatever they are', (t) => {
  for (const part of [
    '<details>',
    '<!--',
    '`a`{{exec',
    '`a`x{',
    '<a b="',
    'http://a.b/(',
    '{{TRAFFIC_HOST1_',
    '![',
    '<script>\n',
    '<a>',
  ]) {
    const before = process.cpuUsage().user
    read(part.repeat(200_000 / part.length))
    t.ok(process.cpuUsage().user - before < 4_000_000, part)
  }
  t.end()
})

t.test('any text is read', (t) => {
  const part = fc.constantFrom(
    ...(
      '<details>|</details>|<summary>|</summary>|`|```|{{exec}}|\n|- |> |  |<b>|<a href=x>|</a>|[|](x)|' +
      '<!--|-->|a|中|\u001b[2J|<script>'
    ).split('|'),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
      const { tokens, hints } = read(parts.join(''))
      const depths = [tokens, ...hints.map((h) => h.tokens)].map((all) =>
        all.reduce((depth, t) => depth + t.nesting, 0),
      )
      return depths.every((depth) => depth === 0)
    }),
    { numRuns: 200, seed: 1 },
  )
  t.end()
})
