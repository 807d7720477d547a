/** Errors and hints of lessons, faults and exams in Chinese. */
import { catalogue } from '../catalogue.js'

export const LESSONS_ZH = catalogue({
  'klab lesson lint DIR shows all that is wrong': '用 klab lesson lint DIR 查看所有问题',
  'lesson new: {dir}: is not a name for a lesson': 'lesson new：{dir}：不能作为课程名',
  'a lower-case letter, then at most 30 lower-case letters, digits and dashes':
    '以小写字母开头，后跟最多 30 个小写字母、数字和横线',
  'break: there is no fault of level {level}': 'break：没有难度为 {level} 的故障',
  'break: {name}: no such fault': 'break：{name}：没有这个故障',
  'nothing was broken here': '这里没有制造过故障',
  'klab break list, klab break start NAME': 'klab break list，klab break start NAME',
  '{name}: step {number} has no solve script': '{name}：第 {number} 步没有解答脚本',
  'its author writes one: steps[].solve in klab.yaml': '由课程作者编写：klab.yaml 中的 steps[].solve',
  '{name}: step {number} has no check': '{name}：第 {number} 步没有检查',
  '{name}: step {number} has no hints': '{name}：第 {number} 步没有提示',
  'klab lesson text --open shows the collapsed parts of the text; klab lesson solve':
    'klab lesson text --open 显示折叠的内容；klab lesson solve',
  '{name}: the snapshot from before the lesson is gone': '{name}：开始课程之前的快照已不在',
  '{name}: there is no snapshot after step {step}, or its scripts have changed since':
    '{name}：没有第 {step} 步之后的快照，或脚本在那之后有改动',
  'klab lesson finish, then klab lesson start': '先 klab lesson finish，再 klab lesson start',
  '{title}: the node does not answer: {output}': '{title}：节点没有应答：{output}',
  'klab status, klab lesson reset': 'klab status，klab lesson reset',
  '{name}: its symptom did not appear: {outcome}\n{output}': '{name}：没有出现预期的症状：{outcome}\n{output}',
  'klab lesson reset, klab lesson finish': 'klab lesson reset，klab lesson finish',
  'there was no exam in this lab': '这个环境中没有考试',
  'no exam is open in this lab': '这个环境中没有进行中的考试',
  'the exam is not over': '考试还没有结束',
  'exam: {word}: no such fault; a lesson’s step is LESSON/STEP':
    'exam：{word}：没有这个故障；课程的步骤写作 LESSON/STEP',
  'exam: {name}: there is no such step, or it has no check': 'exam：{name}：没有这一步，或它没有检查',
  'exam: {name}: step {number} before it has no solve script': 'exam：{name}：它之前的第 {number} 步没有解答脚本',
  'exam: {path}: names {size} tasks, but {tasks} must be drawn': 'exam：{path}：只列出 {size} 题，却要抽 {tasks} 题',
  'the exam’s task cannot be set up: step {number}: {outcome}': '无法准备考题：第 {number} 步：{outcome}',
  'the {minutes} minutes of this exam are over': '本次考试的 {minutes} 分钟已到',
  'the next task is not set up yet': '下一题尚未准备好',
  'this is the last task': '这是最后一题',
  'the snapshot of the exam’s beginning is gone': '考试开始时的快照已不在',
  '{dir}: more than {most} lessons': '{dir}：课程超过 {most} 门',
  'name a folder in it': '请指定其中的一个目录',
  'lesson list: {dir}: no such folder': 'lesson list：{dir}：没有这个目录',
  '{name}: no such lesson': '{name}：没有这门课程',
  'klab lesson list; for a folder: klab lesson start ./DIR': 'klab lesson list；若是目录：klab lesson start ./DIR',
  '{name}: step {number} is the last one': '{name}：第 {number} 步是最后一步',
  'step {number} has not passed its check': '第 {number} 步的检查还没有通过',
  'klab lesson check, or klab lesson next --skip': 'klab lesson check，或 klab lesson next --skip',
  'klab lesson check; klab lesson hint': 'klab lesson check；klab lesson hint',
  '{name} does not let steps be skipped': '{name} 不允许跳过步骤',
  'klab lesson hint, klab lesson solve': 'klab lesson hint，klab lesson solve',
  '{name}: this is the first step': '{name}：这是第一步',
  'step {number} does not pass its check after its solve script: {outcome}\n{output}':
    '第 {number} 步执行解答脚本后仍未通过检查：{outcome}\n{output}',
  'catch-up: {to}: {name} has the steps 1 to {length}': 'catch-up：{to}：{name} 有第 1 到 {length} 步',
  'catch-up: step {number} has no solve script, and nobody has passed it yet':
    'catch-up：第 {number} 步没有解答脚本，也还没有人通过',
  'klab up, or klab resume': 'klab up，或 klab resume',
  'no lesson is open in this lab': '这个环境中没有进行中的课程',
  'klab lesson list, klab lesson start NAME': 'klab lesson list，klab lesson start NAME',
  '{name}: step {step} was set up only in part': '{name}：第 {step} 步只准备好了一部分',
  '{dir}: step {number}: {node}: no such node in this lab; there are {names}':
    '{dir}：第 {number} 步：{node}：这个环境中没有这个节点；现有 {names}',
  'run: there is no command {number} on this page; it has {length}':
    'run：这一页没有第 {number} 条命令；共有 {length} 条',
  '{dir}: assets for host{host}: the lab has {length} nodes': '{dir}：host{host} 的文件：这个环境有 {length} 个节点',
  '{dir}: assets: {file}: chmod {chmod}: is not a mode': '{dir}：assets：{file}：chmod {chmod}：不是权限值',
  '127.0.0.1:{port} is taken': '127.0.0.1:{port} 已被占用',
  'klab lesson open, without --port': 'klab lesson open，不带 --port',
  '{name} needs a cluster, and this lab has none (kubernetes: false)':
    '{name} 需要集群，而这个环境没有（kubernetes: false）',
  'klab init quickstart in another folder, klab up': '在另一个目录中 klab init quickstart，再 klab up',
  '{name} begins in a lab after the phase {wanted}; this one is at: {at}':
    '{name} 要求环境已执行到阶段 {wanted}；这个环境在：{at}',
  'in another folder: klab init, {up}': '在另一个目录中：klab init，{up}',
  'the lesson {lesson} is open, at step {step}': '课程 {lesson} 正在进行，在第 {step} 步',
  'klab lesson text; klab lesson reset': 'klab lesson text；klab lesson reset',
  'an exam is open: {what}': '考试正在进行：{what}',
  'klab lesson check, next, finish': 'klab lesson check、next、finish',
})
