/** Every help text in both languages, and which language klab speaks. */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { COMMANDS, epilogue } from '../../src/cli/commands.js'
import { spokenLanguage } from '../../src/cli/globals.js'
import { verbOf } from '../../src/cli/locate.js'
import { parse } from '../../src/cli/parse.js'
import { width } from '../../src/report/text.js'
import { chooseLanguage } from '../../src/words/say.js'
import { golden } from '../fakes/golden.js'
import { root } from '../fakes/world.js'
import { makeKlab } from './klab.js'

/** All of them, after the command lines that print them. */
async function everyHelp(): Promise<string> {
  const actions = (c: (typeof COMMANDS)[number]): string[][] =>
    'actions' in c ? c.actions.map((a) => [verbOf(c), verbOf(a)]) : []
  const all = [[], ...COMMANDS.flatMap((c) => [[verbOf(c)], ...actions(c)])]
  const texts: string[] = []
  for (const words of all) {
    const found = await parse({ commands: COMMANDS, version: '0', epilogue: epilogue() }, [...words, '--help'], 100)
    texts.push(`$ klab ${[...words, '--help'].join(' ')}\n${'text' in found ? found.text : ''}\n`)
  }
  return texts.join('')
}

t.test('in both languages', async (t) => {
  for (const language of ['en', 'zh'] as const) {
    await chooseLanguage(language)
    const text = await everyHelp()
    golden(t, `help/${language}.txt`, text)
    t.same(text.split('\n').filter((line) => width(line) > 100), [], 'no line is too wide') // prettier-ignore
  }
  await chooseLanguage('en')
  t.match(await everyHelp(), 'Commands:', 'and back')
})

t.test('of the built klab: Chinese stands in columns', async (t) => {
  const { stdout } = await makeKlab(t, null, { LC_ALL: 'zh_CN.UTF-8' }).run('--help')
  const [first] = readFileSync(`${root}/test/golden/help/zh.txt`, 'utf8').split('\n$ klab ')
  t.equal(`$ klab --help\n${stdout}`, first)
  const commands = stdout.split('\n').filter((line) => /^ {2}klab \S/.test(line))
  t.ok(commands.length > 30)
  const starts = commands.map((line) => width(/^ {2}klab .*? {2,}(?=\S)/.exec(line)?.[0] ?? ''))
  t.same([...new Set(starts)].length, 1, 'the texts begin in one column')
  const ends = stdout.split('\n').filter((line) => /^ +-.*\]$/.test(line)).map(width) // prettier-ignore
  t.same([...new Set(ends)], [100], 'the types end in one column')
})

const languages: [Record<string, string>, string[], 'en' | 'zh'][] = [
  [{}, ['up'], 'en'],
  [{ LANG: 'C' }, ['up'], 'en'],
  [{ LANG: 'POSIX' }, ['up'], 'en'],
  [{ LANG: 'C.UTF-8' }, ['up'], 'en'],
  [{ LANG: 'de_DE.UTF-8' }, ['up'], 'en'],
  [{ LANG: 'zh_CN.UTF-8' }, ['up'], 'zh'],
  [{ LANG: 'zh' }, ['up'], 'zh'],
  [{ LANG: 'zh-Hans' }, ['up'], 'zh'],
  [{ LANG: 'zh_Hans_CN.UTF-8@pinyin' }, ['up'], 'zh'],
  [{ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'C' }, ['up'], 'en'],
  [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_CN.GB18030' }, ['up'], 'zh'],
  [{ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'zh_CN.UTF-8', LC_ALL: 'C' }, ['up'], 'en'],
  [{ LANG: 'zh_CN.UTF-8', LC_ALL: '' }, ['up'], 'zh'],
  [{ LANG: 'zh_CN.UTF-8' }, ['--lang', 'en', 'up'], 'en'],
  [{}, ['--lang', 'zh', 'up'], 'zh'],
  [{}, ['--lang=zh', '-f', 'x', 'up'], 'zh'],
  [{}, ['-f', 'x', '--lang', 'zh', 'up'], 'zh'],
  [{}, ['up', '--lang', 'zh'], 'zh'],
  [{}, ['snapshot', '--lang=zh', 'list'], 'zh'],
  [{}, ['exec', 'n1', '--', 'x', '--lang', 'zh'], 'en'],
  [{}, ['ssh', 'n1', 'x', '--lang', 'zh'], 'en'],
  [{}, ['--lang', 'zh', 'ssh', 'n1', 'x'], 'zh'],
  [{ LANG: 'zh_CN.UTF-8' }, ['--lang', 'fr', 'up'], 'zh'],
  [{}, ['lesson', 'text', '--lang', 'zh'], 'zh'],
  [{ LANG: 'zh_CN.UTF-8' }, ['lesson', 'text', '--lang', 'fr'], 'zh'],
]
for (const [env, argv, language] of languages)
  t.test(`${JSON.stringify(env)} klab ${argv.join(' ')}: ${language}`, (t) => {
    t.equal(spokenLanguage(COMMANDS, argv, env), language)
    t.end()
  })

t.test('--lang: before the verb or after it; a language that klab does not speak is refused', async (t) => {
  const klab = makeKlab(t, null)
  for (const argv of [
    ['--lang', 'fr', 'status'],
    ['status', '--lang', 'fr'],
    ['--lang=fr', 'lesson', 'list'],
  ]) {
    const { code, stderr } = await klab.run(...argv)
    t.equal(code, 2, argv.join(' '))
    t.match(stderr, /--lang: fr is not one of en, zh\ntry: klab --lang zh --help/)
  }
  t.match(await klab.run('--lang'), { code: 2, stderr: /--lang: needs a value/ })
  t.match(await klab.run('--lang', 'zh', 'up', '--help'), { code: 0, stdout: /启动实验环境/ })
  t.match(await klab.run('up', '--help', '--lang', 'zh'), { code: 0, stdout: /启动实验环境/ })
})
