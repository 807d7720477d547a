import fc from 'fast-check'
import t from 'tap'
import { renderHtml } from '../../src/lesson/html.js'
import { readMarkdown } from '../../src/lesson/markdown.js'

const FENCE = '```'
const image = (src: string): string | undefined => (/^[\w%-][\w./%-]*$/.test(src) ? `/files/${src}` : undefined)
const html = (source: string): string =>
  renderHtml(readMarkdown(source, { traffic: () => 'http://h:1/?a&b' }), { image })

t.test('what Markdown gives', (t) => {
  for (const [source, want] of [
    [
      '# a\n\n*b* **c** ~~d~~  \n`<e>` &amp;\n\n---',
      '<h1>a</h1>\n<p><em>b</em> <strong>c</strong> <s>d</s><br />\n<code>&lt;e&gt;</code> &amp;</p>\n<hr />\n',
    ],
    ['3. a\n4. b\n\n> q', '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n<blockquote>\n<p>q</p>\n</blockquote>\n'],
    [
      '|a|b|\n|-|-:|\n|1|2|',
      '<table>\n<thead>\n<tr>\n<th>a</th>\n<th align="right">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n' +
        '<td>1</td>\n<td align="right">2</td>\n</tr>\n</tbody>\n</table>\n',
    ],
    ['- [ ] a', '<ul>\n<li>[ ] a</li>\n</ul>\n'],
    [
      `${FENCE}yaml\na: <b>\n${FENCE}\n\n    c`,
      '<pre><code>a: &lt;b&gt;\n</code></pre>\n<pre><code>c\n</code></pre>\n',
    ],
    [
      `${FENCE}bash\nls\n${FENCE}\n\n\`a\`{{exec}} \`b\`{{copy}}`,
      '<pre><code data-command="1">ls\n</code></pre>\n<p><code data-command="2">a</code> <code ' +
        'data-command="3">b</code></p>\n',
    ],
    [
      '<details open><summary>S `x`{{exec}}</summary>\n\n- a\n\n</details>',
      '<details>\n<summary>S <code data-command="1">x</code></summary>\n<ul>\n<li>a</li>\n</ul>\n</details>\n',
    ],
    ['a<br>b logs <pod>', '<p>a<br />\nb logs &lt;pod&gt;</p>\n'],
    [
      '<h2 id="x">a</h2>\n<table>\n<tr><td class="y" style="color:red">b</td></tr>\n</table>',
      '<h2>a</h2>\n<table>\n<tr><td>b</td></tr></table>',
    ],
    [
      '[a](http://b "t") [c](#d) <e@f.g> {{TRAFFIC_HOST1_80}}',
      '<p><a href="http://b" title="t">a</a> <a href="#d">c</a> <a href="mailto:e@f.g">e@f.g</a> <a ' +
        'href="http://h:1/?a&amp;b">http://h:1/?a&amp;b</a></p>\n',
    ],
  ] as const)
    t.equal(html(source), want)
  const text = readMarkdown('![a](b.png)', { traffic: String })
  t.equal(renderHtml(text, { image }), renderHtml(text, { image }), 'the tokens stay as they are')
  t.end()
})

t.test('images: only those that the lesson has', (t) => {
  t.equal(html('![**a** "b"](c.png "t")'), '<p><img src="/files/c.png" alt="a &quot;b&quot;" title="t" /></p>\n')
  t.equal(
    html('<img src="c.png" alt=x width="20" height="50%" style="x" onerror="alert(1)" srcset="http://x" class=y>'),
    '<p><img src="/files/c.png" alt="x" width="20" height="50%" /></p>\n',
  )
  t.equal(html('a ![b](http://evil/x.png) <img src=//evil/y> <img src="data:image/png;base64,AA">'), '<p>a   </p>\n')
  t.equal(
    renderHtml(readMarkdown('![](a)', { traffic: String }), { image: () => 'javascript:alert(1)' }),
    '<p><img alt="" /></p>\n',
  )
  t.end()
})

/** Tags, attributes and URLs that may be there at all. */
const HARMLESS = new RegExp(
  [
    '</?(?:h[1-6]|p|ul|li|blockquote|pre|hr|br|table|thead|tbody|tr|strong|em|s|code|details|summary)(?: /)?>',
    '</(?:ol|th|td|a)>|<ol(?: start="\\d+")?>|<t[hd](?: align="\\w+")?>|<code data-command="\\d+">',
    '<a(?: href="(?:https?://|mailto:|#)[^"<>]*")?(?: title="[^"<>]*")?>',
    '<img src="/files/[\\w./%-]+"(?: (?:alt|title|width|height)="[^"<>]*")* />',
  ].join('|'),
  'g',
)
const leftOver = (made: string): string[] => made.replace(HARMLESS, '').match(/[<>]/g) ?? []

t.test('attacks', (t) => {
  for (const [source, want] of [
    ['<script>alert(1)</script>', ''],
    ['a <ScRiPt src=//x>alert(1)</sCrIpT > b', '<p>a  b</p>\n'],
    ['a <script>alert(1)', '<p>a</p>\n'],
    ['<scr<script>ipt>alert(1)</script>', '<p>&lt;scr</p>\n'],
    ['<img src=x onerror=alert(1)>', '<p><img src="/files/x" alt="" /></p>\n'],
    ['<img src="a" alt="&quot; onerror=&quot;x">', '<p><img src="/files/a" alt="&quot; onerror=&quot;x" /></p>\n'],
    ['![" onerror="x](a)', '<p><img src="/files/a" alt="&quot; onerror=&quot;x" /></p>\n'],
    ['<svg onload=alert(1)></svg>', ''],
    ['<svg><script>alert(1)</script></svg>', ''],
    ['<math><mtext></mtext></math>', '<p>&lt;mtext&gt;&lt;/mtext&gt;</p>\n'],
    ['<iframe src="javascript:alert(1)"></iframe>', ''],
    ['<object data=x></object><embed src=x><link rel=x><meta http-equiv=refresh><base href=//x>', ''],
    ['<form action=//x><input><button>b</button></form>', '<p>b</p>\n'],
    ['<b style="position:fixed" onclick=x class=y id=z>a</b>', '<p><strong>a</strong></p>\n'],
    ['<style>*{display:none}</style>', ''],
    ['<p style="background:url(//x)">a</p>', '<p>a</p>\n'],
    ['`</code><script>alert(1)</script>`', '<p><code>&lt;/code&gt;&lt;script&gt;alert(1)&lt;/script&gt;</code></p>\n'],
    [
      `${FENCE}bash\n</code></pre><script>alert(1)</script>\n${FENCE}`,
      '<pre><code data-command="1">&lt;/code&gt;&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;\n</code></pre>\n',
    ],
    ['a</code><script>alert(1)</script>', '<p>a</p>\n'],
    ['<code data-command="1">x</code>', '<p><code>x</code></p>\n'],
    [`${FENCE}"onmouseover="x\na\n${FENCE}`, '<pre><code>a\n</code></pre>\n'],
    ['- a</li></ul></div><h1>b', '<ul>\n<li>a<h1>b</h1></li>\n</ul>\n'],
    [
      '<a href="/api/run">a</a> [b](x.md) [c](//evil) [d](\\\\evil) [e](file:///etc)',
      '<p><a>a</a> <a>b</a> <a>c</a> <a>d</a> [e](file:///etc)</p>\n',
    ],
    ['<!--[if IE]><script>x</script><![endif]--><?php x ?><![CDATA[<script>x</script>]]><!DOCTYPE x>', ''],
    ['<a href="http://x" title="<script>" target=_blank ping=//y onclick=z>a</a>', '<p><a href="http://x">a</a></p>\n'],
    ['<noscript><p title="</noscript><img src=x onerror=alert(1)>">', ''],
    ['<xmp><script>a</script></xmp><textarea><b>c</textarea>', '<p><strong>c</strong></p>\n'],
  ] as const) {
    const made = html(source)
    t.equal(made, want, source)
    t.same(leftOver(made), [], source)
  }
  t.end()
})

t.test('URLs that run, in every spelling', (t) => {
  for (const url of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'java&#10;script:alert(1)',
    '&#106;avascript:alert(1)',
    '&#x6A&#x61;vascript:alert(1)',
    'javascript&colon;alert(1)',
    '&#1;javascript:alert(1)',
    '\u0001javascript:alert(1)',
    'javascript\u0000:alert(1)',
    'vbscript:x',
    'data:text/html,<script>alert(1)</script>',
    'data:text/html;base64,PHNjcmlwdD4=',
    'data:image/svg+xml;base64,PHN2Zz4=',
    'blob:http://x/y',
    'file:///etc/passwd',
    'view-source:javascript:x',
  ])
    for (const source of [
      `[a](${url})`,
      `[a](<${url}>)`,
      `![a](${url})`,
      `<a href="${url}">a</a>`,
      `<a href='${url}'>a</a>`,
      `<img src="${url}">`,
      `<${url}>`,
      `[a][b]\n\n[b]: ${url}`,
    ]) {
      const made = html(source)
      t.notMatch(made, /<a href|<img/, JSON.stringify(source))
      t.same(leftOver(made), [], JSON.stringify(source))
    }
  t.end()
})

t.test('whatever is written, only harmless tags come', (t) => {
  const parts = (
    '<|>|</|"|\'|=| |\n|\n\n|`|```|{{exec}}|<script>|</script>|<style>|<svg |<a href=|<img src=|' +
    'onerror=x|javascript:|data:|<details>|</details>|<summary>|<code>|</code>|<td>|</table>|<!--|-->|' +
    '<![CDATA[|]]>|[a](|)|![|&lt;|&#60;|\\|<b |data-command="9"|a|- |> '
  ).split('|')
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 40 }), (all) => {
      const source = all.join('')
      const { commands } = readMarkdown(source, { traffic: String })
      const made = html(source)
      return (
        leftOver(made).length === 0 &&
        [...made.matchAll(/<code data-command="(\d+)"/g)].every(([, n]) => Number(n) <= commands.length)
      )
    }),
    { numRuns: 250, seed: 3 },
  )
  t.end()
})
