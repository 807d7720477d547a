/** What the verbs print in Chinese; and that scripts see no difference. */
import t from 'tap'
import { formatStatus } from '../../src/cli/status.js'
import { columns, heads } from '../../src/report/columns.js'
import { createPlain } from '../../src/report/plain.js'
import { width } from '../../src/report/text.js'
import { chooseLanguage } from '../../src/words/say.js'
import { makeKlab } from './klab.js'

const ZH = { LC_ALL: 'zh_CN.UTF-8' }
t.afterEach(() => chooseLanguage('en'))

t.test('JSON, exit statuses and what goes to other programs are the same', async (t) => {
  const klab = makeKlab(t)
  klab.record({}, [1, 1, 1, 1])
  for (const argv of [
    ['status', '--json'],
    ['list', '--json'],
    ['plan', '--json'],
    ['kubeconfig', '--path'],
    ['explain', '2.2.1'],
    ['nosuch', '--json'],
  ]) {
    const [en, zh] = [await klab.run(...argv), await klab.run('--lang', 'zh', ...argv)]
    t.equal(zh.code, en.code, argv.join(' '))
    t.equal(zh.stdout, en.stdout)
  }
})

t.test('status, list and plan: sentences in Chinese; names and states are not translated', async (t) => {
  const klab = makeKlab(t, undefined, ZH)
  klab.record({}, [1, 1, 1, 5])
  const status = (await klab.run('status')).stdout
  t.match(status, /^实验环境 course：partial$/m)
  t.match(status, /^名称 +角色 +IP +状态 +集群 +SSH$/m)
  t.match(status, /^k8s-master01 +control-plane +192\.168\.31\.61 +running/m)
  t.match(status, /^k8s-node03 已关机；klab up 可修复$/m)
  t.match((await klab.run('list')).stdout, /^实验环境 +状态 +运行数 +已有时长 +目录\n/)
  const plan = (await klab.run('plan')).stdout
  t.match(plan, /^system: 系统设置（教程 2\.2）$/m)
  t.match(plan, /^cni: Pod 网络（教程 2\.9\.1）$/m)
})

t.test('tables: columns line up', async (t) => {
  await chooseLanguage('zh')
  const [head = '', row = ''] = columns([heads('NAME', 'CPUS', 'DISK'), ['k8s-node01', '2', '3 GiB']]).split('\n')
  t.equal(width(head.slice(0, head.indexOf('CPU'))), width(row.slice(0, row.indexOf('2   '))))
  t.equal(width(head.slice(0, head.indexOf('磁盘'))), width(row.slice(0, row.indexOf('3 GiB'))))
})

t.test('a narrow terminal: Chinese counts two columns a letter', async (t) => {
  await chooseLanguage('zh')
  const node = {
    name: 'n1',
    role: null,
    ip: '10.0.0.2',
    state: 'running',
    stuck: false,
    ready: true,
    joined: true,
    sshHost: '127.0.0.1',
    sshPort: 22000,
  } as const
  const cluster = {
    version: '1.23.17',
    ready: 1,
    total: 1,
    apiServer: 'https://127.0.0.1:22100',
    endpoint: null,
    seenAt: null,
  }
  const status = {
    lab: 'x',
    state: 'running',
    nodes: [node],
    cluster,
    unfinished: null,
    opened: [],
    edited: false,
    linger: null,
  } as const
  const text = formatStatus(status, 0, 70)
  t.match(text, '集群：Kubernetes 1.23.17，1/1 Ready\nAPI 服务器 https://127.0.0.1:22100\n')
  t.same(text.split('\n').filter((line) => width(line) > 70), []) // prettier-ignore
})

t.test('progress: titles and words; steps, phases and outcomes keep their names', async (t) => {
  await chooseLanguage('zh')
  let text = ''
  const plain = createPlain({ stream: { write: (s: string) => (text += s) }, clock: { now: () => 0 }, env: {} })
  plain.report({ type: 'phase', phase: 'boot', title: 'boot and cloud-init' })
  plain.report({ type: 'end', phase: 'boot', step: 'boot/n1', outcome: 'done', ms: 1500 })
  plain.report({ type: 'phase-end', phase: 'boot', ms: 2000 })
  plain.report({ type: 'warn', text: 'made elsewhere' })
  t.match(text, '== boot: 启动与 cloud-init\n')
  t.match(text, 'boot/n1: done，用时 1.5s\n')
  t.match(text, '== boot：已结束，用时 2.0s\n')
  t.match(text, '警告: made elsewhere\n')
})
