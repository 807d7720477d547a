/** cloud-init/lesson/: how scripts of a lesson are run, and what is laid for them. With a real bash, in a folder. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { userInfo } from 'node:os'
import t, { type Test } from 'tap'
import { root } from '../fakes/world.js'

/** A guest that is a folder: the script, its paths moved, and programs that stand in for the guest's. */
function stage(t: Test, name: string) {
  const dir = t.testdir()
  for (const d of ['bin', 'lesson', 'log', 'home', 'root/.ssh', 'etc/ssh/sshd_config.d'])
    mkdirSync(join(dir, d), { recursive: true })
  const moved = readFileSync(join(root, 'cloud-init/lesson', name), 'utf8')
    .replaceAll('/var/lib/klab/lesson', join(dir, 'lesson'))
    .replaceAll('/var/log/killercoda', join(dir, 'log'))
    .replaceAll('/etc/kubernetes', join(dir, 'kubernetes'))
    .replaceAll('/etc/ssh', join(dir, 'etc/ssh'))
    .replaceAll('/etc/hosts', join(dir, 'etc/hosts'))
    .replaceAll(/\/root\b/g, join(dir, 'root'))
  const program = (file: string, text: string): void => {
    writeFileSync(join(dir, 'bin', file), `#!/bin/bash\n${text}\n`)
    chmodSync(join(dir, 'bin', file), 0o755)
  }
  program('getent', `echo "x:x:0:0::${dir}/home:/bin/bash"`)
  program('runuser', 'shift 3; exec "$@"')
  program('systemd-run', 'while [[ $1 == --* ]]; do shift; done; setsid "$@" >/dev/null 2>&1 </dev/null &')
  program('systemctl', `echo "$*" >>"${dir}/systemctl"`)
  const run = (args: readonly string[]) => {
    const env = { ...process.env, PATH: `${dir}/bin:${process.env['PATH'] ?? ''}` }
    return spawnSync('bash', ['-s', '--', ...args], { input: moved, env, encoding: 'utf8', timeout: 60_000 })
  }
  const { username } = userInfo()
  const script = (text: string): string => {
    const file = join(dir, 'lesson', 'step.sh')
    writeFileSync(file, text)
    return file
  }
  return {
    dir,
    read: (file: string) => readFileSync(join(dir, file), 'utf8'),
    lesson: (way: string, text: string, seconds = 20) => run([way, username, String(seconds), script(text)]),
    run,
    file: join(dir, 'lesson', 'step.sh'),
  }
}

t.test('check: its own status, its last words, and a home', (t) => {
  const s = stage(t, 'run.sh')
  t.match(s.lesson('check', 'echo "$HOME $PWD"; echo problem >&2; exit 3'), {
    status: 0,
    stdout: `${s.dir}/home ${s.dir}/home\nproblem\n`,
    stderr: 'klab: ended 3\n',
  })
  t.notOk(existsSync(s.file), 'a script that tells the cause does not stay')
  t.match(s.lesson('check', 'read -r line; echo "got $line, $?"'), { stdout: 'got , 1\n', stderr: 'klab: ended 0\n' })
  t.match(s.lesson('check', 'echo "$SECRET$KUBECONFIG-"', 20), { stdout: '-\n' }, 'nothing of klab’s own environment')
  t.match(s.lesson('check', 'if then'), { stderr: 'klab: ended 2\n', stdout: /syntax error/ })
  t.end()
})

t.test('check: one that never ends, one that prints for ever, one that leaves something running', (t) => {
  const s = stage(t, 'run.sh')
  t.match(s.lesson('check', 'echo begun; sleep 60', 1), { stdout: 'begun\n', stderr: 'klab: timeout\n' })
  t.match(s.lesson('check', 'trap "" TERM; echo deaf; while :; do sleep 0.1; done', 1), {
    stdout: 'deaf\n',
    stderr: 'klab: timeout\n',
  })
  t.match(s.lesson('check', 'exit 124'), { stderr: 'klab: ended 124\n' }, 'its own, long before the limit')
  const loud = s.lesson('check', 'yes | head -c 3000000; echo end')
  t.match(loud.stderr, 'klab: ended 0\n')
  t.ok(loud.stdout.length <= 16384, 'no more than its end')
  // Whoever waited for it would be ended by the limit of `run`, without a status.
  const left = s.lesson('check', 'sleep 300 & echo "$!"; exit 0')
  t.match(left, { status: 0, stderr: 'klab: ended 0\n', stdout: /^\d+\n$/ })
  process.kill(Number(left.stdout))
  t.end()
})

t.test('show and background', (t) => {
  const s = stage(t, 'run.sh')
  t.match(s.lesson('show', 'echo a; exit 1'), { stdout: 'a\n', stderr: 'klab: ended 1\n' })
  t.match(s.lesson('background', 'echo out; echo err >&2; exit 4'), { stdout: 'out\nerr\n', stderr: 'klab: ended 4\n' })
  t.equal(s.read('log/step.sh_stdout.log'), 'out\n')
  const flag = join(s.dir, 'go')
  const long = s.lesson('background', `for _ in $(seq 200); do [ -e ${flag} ] && exit; sleep 0.1; done`, 1)
  t.match(long, { stderr: 'klab: running\n' })
  writeFileSync(flag, '')
  t.end()
})

t.test('ground: names, keys and known hosts, once however often', (t) => {
  const s = stage(t, 'ground.sh')
  const key = s.run(['key'])
  t.match(key.stdout, /^ssh-ed25519 \S+ klab-lesson\n$/)
  t.equal(s.run(['key']).stdout, key.stdout, 'the same one')
  const args = ['ready', key.stdout.trim(), '10.0.0.1 controlplane\n10.0.0.2 node01', 'node01 ssh-ed25519 AAA', 'false']
  writeFileSync(join(s.dir, 'etc/hosts'), '127.0.0.1 localhost\n')
  t.match(
    [s.run(args), s.run(args)],
    [
      { status: 0, stderr: '' },
      { status: 0, stderr: '' },
    ],
  )
  t.equal(s.read('etc/hosts'), '127.0.0.1 localhost\n10.0.0.1 controlplane\n10.0.0.2 node01\n')
  t.equal(s.read('root/.ssh/authorized_keys'), key.stdout)
  t.equal(s.read('root/.ssh/known_hosts'), 'node01 ssh-ed25519 AAA\n')
  t.equal(s.read('etc/ssh/sshd_config.d/10-klab-lesson.conf'), 'PermitRootLogin prohibit-password\n')
  t.equal(s.read('systemctl'), 'reload ssh\n')
  t.notOk(existsSync(join(s.dir, 'root/.kube')), 'there is no cluster')
  mkdirSync(join(s.dir, 'kubernetes'))
  writeFileSync(join(s.dir, 'kubernetes/admin.conf'), 'admin')
  s.run(args)
  t.equal(s.read('root/.kube/config'), 'admin')
  t.end()
})
