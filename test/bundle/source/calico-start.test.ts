import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { exec, root } from '../fixtures/world.js'

t.test(
  'calico/node’s start script: -startup until it succeeds, then every part, started again when it ends',
  async (t) => {
    const dir = t.testdir({ bin: {}, log: '' })
    const program = (name: string, text: string) =>
      writeFileSync(join(dir, 'bin', name), `#!/bin/sh\n${text}`, { mode: 0o755 })
    program('sleep', 'exec /bin/sleep 0.05\n')
    // Fails twice at first, as when the API server is slow; felix ends once, as when a setting changes.
    program(
      'calico-node',
      `echo "$* $NODENAME $FELIX_FELIXHOSTNAME" >>${dir}/log
case "$1" in
-startup) [ "$(grep -c -- -startup ${dir}/log)" -ge 3 ] && echo k8s-node01 >${dir}/nodename ;;
-felix) [ "$(grep -c -- -felix ${dir}/log)" -ge 2 ] && exec /bin/sleep 60 ;;
-monitor*) exec /bin/sleep 60 ;;
*) [ $# = 2 ] || exec /bin/sleep 60 ;;
esac
`,
    )
    const script = readFileSync(join(root, 'cloud-init/bundle/calico-start.sh'), 'utf8')
    writeFileSync(join(dir, 'start'), script.replace('/var/lib/calico/nodename', join(dir, 'nodename')), {
      mode: 0o755,
    })
    const env = { PATH: `${dir}/bin:/usr/bin:/bin`, DATASTORE_TYPE: 'kubernetes' }
    const run = await exec.run(['setsid', '--wait', 'timeout', '--foreground', '2', join(dir, 'start')], {
      env,
      allowFailure: true,
    })
    t.ok(run.durationMs < 20_000, 'ends as a whole on SIGTERM')
    const lines = readFileSync(join(dir, 'log'), 'utf8')
      .trim()
      .split('\n')
      .map((l) => l.trimEnd())
    t.same(lines.slice(0, 3), ['-startup', '-startup', '-startup'])
    t.same(
      lines.slice(3).sort(),
      ['-allocate-tunnel-addrs', '-felix', '-felix', '-monitor-addresses', '-monitor-token'].map(
        (p) => `${p} k8s-node01 k8s-node01`,
      ),
    )
    const left = await exec.run(['pgrep', '--full', join(dir, 'start')], { allowFailure: true })
    t.equal(left.stdout, '', 'nothing stays')
  },
)
