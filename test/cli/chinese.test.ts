/** What the verbs print in Chinese; and that scripts see no difference. */
import t from 'tap'
import { formatStatus } from '../../src/cli/status.js'
import { memoryCheck } from '../../src/doctor/capacity.js'
import { requireFit } from '../../src/doctor/doctor.js'
import { CommandError, LockedError, ProbeError, StepError } from '../../src/errors.js'
import { parseLabfile } from '../../src/labfile/load.js'
import { columns, heads } from '../../src/report/columns.js'
import { formatError } from '../../src/report/format-error.js'
import { createPlain } from '../../src/report/plain.js'
import { width } from '../../src/report/text.js'
import { chooseLanguage, english } from '../../src/words/say.js'
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

t.test('errors: Chinese for people, English in JSON', async (t) => {
  const nodes = '  - { name: n1, ip: 192.168.31.61, memory: 3 }\n  - { name: n1, ip: 192.168.31.62, roel: worker }\n'
  const klab = makeKlab(t, `name: x\nnodes:\n${nodes}`, ZH)
  const { code, stdout, stderr } = await klab.run('validate', '--json')
  t.equal(code, 2)
  t.match(
    stderr,
    /^错误: .*Labfile:3:44: nodes\[0\]\.memory: 必须是带单位的大小，如 3GiB 或 3072MiB（.*），但写的是 3$/m,
  )
  t.match(stderr, /Labfile:4:36: nodes\[1\]\.roel: 未知字段；是不是 role？$/m)
  t.match(stderr, /Labfile:4:13: nodes\[1\]\.name: n1 也是 nodes\[0\] 的名字：名字不能相同$/m)
  t.match(stderr, /^试试：Labfile\.example 列出了所有字段及其默认值$/m)
  t.notMatch(stdout, /[\u4e00-\u9fff]/)
  t.match(stdout, 'must be a size with a unit')
  t.match(await klab.run('-f', 'nothere', 'up'), {
    code: 2,
    stderr: /^错误: nothere：那里没有 Labfile\n试试：请在 -f 之后/,
  })
  t.match(await klab.run('statsu'), {
    code: 2,
    stderr: '错误: statsu：没有这个命令；你是指 status 吗？\n试试：klab status\n',
  })
})

t.test('errors of commands, probes, steps and the system', async (t) => {
  await chooseLanguage('zh')
  const ended = { exitCode: 1, signal: undefined, timedOut: false, durationMs: 1 }
  const failure = { where: 'n1', argv: ['false'], ...ended, tail: 'it said: no' }
  const command = new CommandError(failure)
  t.equal(command.message, 'n1: `false` failed with exit status 1\nit said: no', 'itself it is English')
  t.equal(formatError(command), '错误: n1: `false` 失败，退出码 1\nit said: no\n')
  t.equal(formatError(new ProbeError('API', 9000, '')), '错误: API：等待 9 秒后放弃；最后看到：无\n')
  const step = new StepError('boot', 'boot/n1', new LockedError('made elsewhere', { hint: 'klab up' }))
  t.equal(formatError(step), '错误: 阶段 boot，步骤 boot/n1：\n  made elsewhere\n试试：klab up\n')
  const full = Object.assign(new Error('no'), { code: 'ENOSPC', path: '/x', syscall: 'write' })
  t.equal(formatError(full), '错误: /x：磁盘已满（ENOSPC，write）\n试试：df -h /x\n')
  t.match(formatError(new TypeError('x')), /^错误: 这是 klab 的缺陷：TypeError: x\n请加 --verbose /)
})

t.test('what the host lacks: each finding and each command that fixes it', async (t) => {
  await chooseLanguage('zh')
  const memory = memoryCheck([{ memoryMiB: 3072 }], 1000)
  const error = (): unknown => {
    try {
      return requireFit([memory, { name: 'virsh', state: 'missing', found: english('not on PATH'), fix: 'sudo x' }])
    } catch (caught) {
      return caught
    }
  }
  t.equal(
    formatError(error()),
    '错误: 宿主机缺少实验环境所需的：\n' +
      '  memory：可用 1000 MiB，实验环境约需 2094 MiB，最多 3322：还差 1094 MiB\n  virsh：不在 PATH 中\n' +
      '试试：请在 Labfile 中调低 nodes[].memory 或减少节点，或停掉其他实验环境；用 klab up --force 强行尝试\n     sudo x\n',
  )
})

t.test('steps of up, and the sections of the course', async (t) => {
  const klab = makeKlab(t, undefined, ZH)
  const plan = (await klab.run('plan')).stdout
  t.match(plan, /^ {2}boot\/k8s-node01 +k8s-node01 启动$/m)
  t.match(plan, /^ {2}control-plane\/k8s-master01 +在 k8s-master01 上 kubeadm init（/m)
  t.match((await klab.run('explain')).stdout, /^2\.2\.7 +system +关闭交换分区$/m)
})

t.test('rules of a Labfile that were made before the language was chosen', async (t) => {
  const error = (): unknown => {
    try {
      return parseLabfile('name: x\nhypervisor: { accel: fast }\n', '/Labfile')
    } catch (caught) {
      return caught
    }
  }
  t.match(formatError(error()), 'must be auto, kvm or tcg, found "fast"')
  await chooseLanguage('zh')
  t.match(formatError(error()), '/Labfile:2:22: hypervisor.accel: 必须是 auto, kvm 或 tcg，但写的是 "fast"')
})
