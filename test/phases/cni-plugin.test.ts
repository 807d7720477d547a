/** The script that stands before a CNI plugin: asked for its version once, called for everything else. */
import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

const run = promisify(execFile)
const script = fileURLToPath(new URL('../../cloud-init/phases/cni-plugin.sh', import.meta.url))

t.test('a plugin is asked for its version once, until it is replaced', async (t) => {
  const dir = t.testdir({ plugins: {}, front: {} })
  const plugin = `${dir}/plugins/flannel`
  const calls = async (): Promise<string> => readFile(`${dir}/calls`, 'utf8').catch(() => '')
  const install = async (version: string): Promise<void> => {
    await writeFile(
      plugin,
      `#!/bin/sh\necho "$CNI_COMMAND" >>${dir}/calls\n[ -z "$FAIL" ] || exit 3\necho ${version}\n`,
    )
    await chmod(plugin, 0o755)
  }
  await mkdir(`${dir}/opt`, { recursive: true })
  await copyFile(script, `${dir}/front/flannel`)
  const text = (await readFile(script, 'utf8')).replaceAll('/opt/cni/bin', `${dir}/plugins`)
  const front = text.replaceAll('/run/klab/cni', `${dir}/kept`).replaceAll('/run/flannel', dir)
  await writeFile(`${dir}/front/flannel`, front)
  await chmod(`${dir}/front/flannel`, 0o755)
  const ask = async (command: string, more: Record<string, string> = {}): Promise<string> =>
    (await run(`${dir}/front/flannel`, { env: { PATH: process.env['PATH'], CNI_COMMAND: command, ...more } })).stdout

  await install('one')
  await t.rejects(
    ask('VERSION'),
    { code: 1, stdout: /"msg":"flannel waits for its agent/ },
    'no pod network before flanneld knows the node’s range',
  )
  t.equal(await calls(), '', 'and the plugin is not started for it')
  await ask('DEL')
  t.equal(await calls(), 'DEL\n', 'all else goes to the plugin')
  await rm(`${dir}/calls`)
  await writeFile(`${dir}/subnet.env`, 'FLANNEL_SUBNET=10.81.0.1/24')

  await t.rejects(ask('VERSION', { FAIL: '1' }), { code: 3 }, 'a plugin that fails is not remembered')
  t.equal(await ask('VERSION'), 'one\n')
  t.equal(await ask('VERSION'), 'one\n')
  t.equal(await calls(), 'VERSION\nVERSION\n', 'started for the failure and once more')
  await ask('ADD')
  await ask('DEL')
  t.match(await calls(), /ADD\nDEL\n$/)
  await install('two')
  const later = new Date(Date.now() + 5000)
  await utimes(plugin, later, later)
  t.equal(await ask('VERSION'), 'two\n', 'a new plugin is asked')
})
