/** `klab report`: all that a bug report needs, and none of the secrets that were put where they are found in labs. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { StateError } from '../../src/errors.js'
import { labWith } from '../../src/lab/facade.js'
import { writeRecord } from '../../src/state/record.js'
import { fakeDoors } from '../fakes/doors.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'
import { exec } from '../bundle/fixtures/world.js'

const b64 = (text: string): string => Buffer.from(text).toString('base64')
const pem = (data: string): string => `-----BEGIN OPENSSH PRIVATE KEY-----\n${data}\n-----END OPENSSH PRIVATE KEY-----`
const CANARY = 'canary'
/** Each holds the word, plain or in base64, and is found as it stands in a log. */
const SECRETS = {
  token: 'canary.0123456789abcdef',
  key: pem(b64('canary key of the lab, long enough').repeat(3)),
  hostKey: pem(b64('canary host key, long enough').repeat(2)),
  data: b64('canary client key of the kubeconfig'),
  password: 'hunter-canary',
  jwt: `eyJhbGciOiJSUzI1NiJ9.${b64('{"canary":1}').replace(/=/g, '')}.canarysig`,
}

async function stage(t: Test) {
  const world = makeWorld(t, {
    host: { virsh: '9.0.0', 'qemu-system-x86_64': 'QEMU 7.2', 'qemu-img': '', ssh: '', ip: '[]' },
  })
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  const { paths } = run
  writeFileSync(join(world.dir, 'Labfile'), `# password: ${SECRETS.password}\n${fourNodes()}`)
  await writeRecord(paths.record, run.record)
  const kubeconfig = `    client-key-data: ${SECRETS.data}\n`
  writeFileSync(paths.key, SECRETS.key)
  writeFileSync(paths.kubeconfig, kubeconfig)
  const node = paths.node('k8s-node01')
  mkdirSync(dirname(node.console), { recursive: true })
  writeFileSync(node.hostKey, SECRETS.hostKey)
  const { password, ...others } = SECRETS
  const all = Object.values(others).join('\n')
  // The key's and kubeconfig's words bare too, as a debugging trainee prints them.
  const bare = [...SECRETS.key.split('\n').slice(1, -1), ...SECRETS.hostKey.split('\n').slice(1, -1), SECRETS.data]
  const text = `boots\nMYSQL_ROOT_PASSWORD=${password}\n${all}\n${kubeconfig}${bare.join('\n')}\nthe end\n`
  writeFileSync(node.console, text)
  const line = { time: '2026-01-01T00:00:00.000Z', type: 'output', phase: 'p', step: 's', line: text }
  writeFileSync(paths.log, `${JSON.stringify(line)}\n`)
  const lab = labWith({ doors: fakeDoors(world), file: undefined, report: () => undefined })
  return { world, lab, paths }
}

t.test('logs, plan, versions and host are in it, and none of the secrets', async (t) => {
  const s = await stage(t)
  const made = await s.lab.report()
  t.equal(statSync(made.file).mode & 0o777, 0o600)
  t.match(made.file, /klab-report-course-\w{8}-\d{8}-\d{6}\.tar\.gz$/)
  const { stdout } = await exec.run(['tar', 'tzf', made.file])
  t.strictSame(stdout.trim().split('\n'), made.names)
  for (const name of ['versions', 'host', 'doctor', 'lab', 'plan', 'status'])
    t.ok(made.names.includes(`klab-report/${name}.json`), name)
  const text = gunzipSync(readFileSync(made.file)).toString()
  t.match(text, /"virsh": "9\.0\.0"[^]*"phases"[^]*boots[^]*the end/)
  for (const [name, secret] of Object.entries(SECRETS))
    for (const word of secret.split('\n').filter((w) => !w.startsWith('-----'))) t.notOk(text.includes(word), name)
  t.notOk(text.includes(CANARY))
  t.notOk(text.includes(b64(CANARY).slice(0, 7)))
})

t.test('nothing is written over; a lab that was never up has a report too', async (t) => {
  const s = await stage(t)
  writeFileSync(join(s.world.dir, 'there.tar.gz'), 'mine')
  await t.rejects(s.lab.report('there.tar.gz'), { constructor: StateError, message: /already exists/ })
  t.equal(readFileSync(join(s.world.dir, 'there.tar.gz'), 'utf8'), 'mine')
  const world = makeWorld(t, { host: { virsh: '', 'qemu-system-x86_64': '', 'qemu-img': '', ssh: '', ip: '[]' } })
  writeFileSync(join(world.dir, 'Labfile'), fourNodes())
  const lab = labWith({ doors: fakeDoors(world), file: undefined, report: () => undefined })
  t.notOk((await lab.report('r.tar.gz')).names.some((n) => n.includes('logs/')))
})
