/** The page in a real browser: what is clicked, typed, shown, and what an attacker's lesson cannot do. */
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { chromium, type Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { renderHtml } from '../../src/lesson/html.js'
import { readMarkdown } from '../../src/lesson/markdown.js'
import type { PageActions } from '../../src/page/actions.js'
import { servePage } from '../../src/page/server.js'
import type { PageState } from '../../src/page/types.js'
import { chooseLanguage, spoken } from '../../src/words/say.js'
import { root } from '../fakes/world.js'

const PROGRAM = '/usr/bin/chromium'
const FILES = join(root, 'dist/page')

const TEXT = [
  '# 第一步 Pods',
  'Run `kubectl get pods`{{exec}}, or:',
  '```bash\nkubectl get nodes\n```',
  '<details><summary>Help</summary>\n\nLook *here*\n\n</details>',
  '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>[x](javascript:window.hacked=1)',
].join('\n\n')

/** A lesson of two steps, whose shells say back what is typed. */
async function openPage(t: Test) {
  const text = readMarkdown(TEXT, { traffic: () => '' })
  const done: string[] = []
  const typed: string[] = []
  let [step, passed] = [1, false]
  const state = (): PageState => ({
    title: 'Pods and services',
    step,
    steps: [1, 2].map((number) => ({
      ...{ number, title: `Step ${number}`, failed: 0, hints: 0, snapshot: undefined },
      state: number === step ? 'here' : number < step ? 'passed' : 'open',
    })),
    stepTitle: `Step ${step}`,
    html: renderHtml(text, { image: () => undefined }),
    commands: text.commands,
    hasCheck: true,
    passed,
    nodes: ['k8s-master01', 'k8s-node01'],
    snapshots: [{ name: 'pods.start', depth: 0, current: true }],
  })
  const actions: PageActions = {
    state: () => Promise.resolve(state()),
    act: (action, to) => {
      done.push(action)
      if (action === 'check') passed = done.length > 1
      if (action === 'next' || action === 'catch-up') [step, passed] = [to ?? step + 1, false]
      const output = action === 'check' && !passed ? 'pod <b>web</b> is missing' : ''
      return Promise.resolve({ ok: action !== 'check' || passed, message: `${action} done`, output })
    },
    image: () => Promise.resolve(undefined),
    terminal: (node) => {
      const stream: Duplex = new Duplex({
        read: () => undefined,
        write: (bytes: Buffer, _encoding, next) => {
          typed.push(`${node}: ${bytes.toString()}`)
          stream.push(bytes)
          next()
        },
      })
      stream.push(`root@${node}:~# `)
      return Promise.resolve({ stream, resize: () => undefined })
    },
    lines: () => ({ stop: () => undefined }),
  }
  const server = await servePage(actions, { files: FILES, port: 0 })
  t.teardown(() => server.close())
  const browser = await chromium.launch({
    executablePath: PROGRAM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  t.teardown(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1300, height: 800 } })
  const errors: string[] = []
  page.on('pageerror', (e) => errors.push(e.message))
  await page.goto(server.url)
  t.equal(await page.locator('html').getAttribute('lang'), spoken())
  await page.getByRole('heading', { name: 'Pods and services' }).waitFor()
  return { server, page, done, typed, errors }
}

/** Waits until a terminal shows this. */
const shows = (page: Page, text: string): Promise<void> =>
  page.locator('.xterm-rows', { hasText: text }).first().waitFor({ state: 'attached' })

t.test('a lesson in Chromium', async (t) => {
  const { page, done, typed, errors, server } = await openPage(t)
  t.equal(new URL(page.url()).search, '', 'the token does not stay in the address')
  await shows(page, 'root@k8s-master01')
  await page.getByRole('button', { name: 'Run command 2' }).click()
  await shows(page, 'kubectl get nodes')
  t.same(typed, ['k8s-master01: kubectl get nodes\r'])
  await page.getByRole('tab', { name: 'k8s-node01' }).click()
  await page.keyboard.type('ls')
  await shows(page, 'root@k8s-node01:~# ls')
  t.equal(typed.slice(1).join('').replaceAll('k8s-node01: ', ''), 'ls')
  await page.keyboard.press('Control+Alt+ArrowUp')
  t.equal(await page.evaluate('document.activeElement.id'), 'text', 'the keyboard gets out of a terminal')
  t.equal(await page.getByRole('button', { name: 'Next step' }).isDisabled(), true)
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('pod <b>web</b> is missing').waitFor()
  await page.getByRole('button', { name: 'Check' }).click()
  await page.locator('#next:not([disabled])').waitFor()
  await page.getByRole('button', { name: 'Next step' }).click()
  await page.getByText('Step 2 of 2').waitFor()
  await page.getByRole('button', { name: 'Hint' }).click()
  await page.getByText('hint done').waitFor()
  await page.getByRole('button', { name: 'Step 1' }).click()
  await page.getByText('Step 1 of 2').waitFor()
  t.same(done, ['check', 'check', 'next', 'hint', 'catch-up'])
  if (process.env['KLAB_SHOT']) await page.screenshot({ path: process.env['KLAB_SHOT'] })
  t.equal(await page.evaluate('window.hacked'), undefined, 'no script of the lesson')
  t.same(errors, [])
  // Another website, with the very address but the token.
  const stranger = await page.context().browser()!.newPage()
  t.equal((await stranger.goto(new URL(server.url).origin))?.status(), 403)
  t.match(await stranger.innerText('body'), /with the address that klab printed/)
})

t.test('in Chinese, if klab speaks it', async (t) => {
  await chooseLanguage('zh')
  t.teardown(() => chooseLanguage('en'))
  const { page, done, errors } = await openPage(t)
  t.equal(await page.locator('#where').innerText(), '第 1/2 步：Step 1')
  await page.getByRole('button', { name: '运行第 2 条命令' }).waitFor()
  await page.getByRole('navigation', { name: '步骤' }).waitFor()
  await page.getByRole('button', { name: '检查' }).click()
  await page.getByText('check done').waitFor()
  const buttons = await page.locator('#buttons button').allInnerTexts()
  t.same(buttons, ['检查', '下一步', '提示', '替我完成', '上一步', '重做这一步'])
  t.same(done, ['check'])
  t.same(errors, [])
})
