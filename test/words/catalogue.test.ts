/** Chinese: complete, and with everything in it that a reader must be able to type. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { COMMANDS } from '../../src/cli/commands.js'
import { verbOf } from '../../src/cli/locate.js'
import { catalogue } from '../../src/words/catalogue.js'
import { say } from '../../src/words/say.js'
import { ZH } from '../../src/words/zh/all.js'
import { root } from '../fakes/world.js'

const texts: readonly (readonly [english: string, chinese: string])[] = Object.entries(ZH)

/** Of the type checker: each line here would be one more error if it compiled. */
const uncompilable = (): void => {
  // @ts-expect-error a text that has no translation
  say('no such text')
  // @ts-expect-error a value is missing
  say('exit status: {list}')
  // @ts-expect-error a value of another name
  say('exit status: {list}', { lists: '' })
  // @ts-expect-error a value that the text does not have
  say('Show help', { list: '' })
  // @ts-expect-error the translation lacks a name
  catalogue({ 'lab {lab}': '实验环境' })
  // @ts-expect-error the translation has another name
  catalogue({ 'lab {lab}': '实验环境 {name}' })
  catalogue({ 'lab {lab}': '实验环境 {lab}', 'bundle: {dir: {dir}}': '安装包 {dir: {dir}}' })
}
t.equal(typeof uncompilable, 'function', 'seen by npm run lint')

t.test('the names in braces are the same', (t) => {
  const names = (text: string): string => (text.match(/\{\w+\}/g) ?? []).sort().join(' ')
  for (const [en, zh] of texts) if (names(en) !== names(zh)) t.fail(`${en}\n${zh}`)
  t.ok(texts.length > 300, `${texts.length} texts`)
  t.end()
})

/** Every command, as typed: the longer ones first. */
const commands = COMMANDS.flatMap((c) => [
  ...('actions' in c ? c.actions.map((a) => `klab ${verbOf(c)} ${verbOf(a)}`) : []),
  `klab ${verbOf(c)}`,
])
/** Commands, options, names of programs and files, and words that stand for something: as in the English text. */
const CODE = new RegExp(
  [
    '`[^`]+`',
    `(?:${commands.join('|')})(?![\\w-])`,
    '(?<![\\w-])--?[a-z][\\w-]*(?:[ =][A-Z]+)?',
    '[\\w.]*[/~][\\w./*-]+',
    '\\b[A-Z][A-Z_]*[A-Z]\\b',
    '\\b(?:kubeadm|kubectl|kubelet|containerd|Labfile|virsh|libvirt|Pod|Ready|Killercoda|sha256)\\b',
    '\\d+',
  ].join('|'),
  'g',
)
/** English words in capitals, and what Chinese writes without digits or in another way. */
const PROSE = new Set(['RAM', 'VM', 'NOT', 'WRONG'])

t.test('commands, options and names are the same', (t) => {
  for (const [en, zh] of texts) {
    // The head of a table.
    if (/^[A-Z() ]+$/.test(en)) continue
    const lost = (en.match(CODE) ?? []).filter((word) => !PROSE.has(word) && !zh.includes(word))
    if (lost.length > 0) t.fail(`${lost.join(', ')}\n${en}\n${zh}`)
  }
  t.end()
})

t.test('Chinese, with Chinese punctuation', (t) => {
  for (const [en, zh] of texts) {
    if (/[\u4e00-\u9fff][,;!?]|[\u4e00-\u9fff]: /.test(zh)) t.fail(`${en}\n${zh}`)
    if (/\p{Script=Han}/u.test(en)) t.fail(en)
  }
  t.end()
})

t.test('each text once, and each is used', (t) => {
  const used = new Set<string>()
  const keys: string[] = []
  for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue
    const source = ts.createSourceFile(
      name,
      readFileSync(join(root, 'src', name), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    )
    const visit = (node: ts.Node): void => {
      if (name.startsWith('words/zh/')) {
        if (ts.isPropertyAssignment(node)) keys.push((node.name as ts.StringLiteral | ts.Identifier).text)
      } else if (ts.isStringLiteralLike(node)) used.add(node.text)
      // A key of a table that is printed: `COLUMNS` of cli/status.ts.
      else if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) used.add(node.name.text)
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  const page = readFileSync(join(root, 'src/page/client/index.html'), 'utf8')
  for (const [, text, label] of page.matchAll(/>([^<>]+)<|aria-label="([^"]+)"/g))
    used.add((text ?? label ?? '').trim())
  t.same(keys.filter((key, i) => keys.indexOf(key) !== i), [], 'none twice') // prettier-ignore
  t.equal(keys.length, texts.length)
  t.same(keys.filter((key) => !used.has(key)), [], 'every one is used') // prettier-ignore
  t.end()
})
