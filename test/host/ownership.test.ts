import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { requireOwnFile, requireOwnFolder } from '../../src/host/ownership.js'

const asRoot = { skip: process.getuid?.() === 0 ? false : 'needs root to give files away' }
const BOB = 54_321
const who = (env: Record<string, string> = {}, uid = 0) => ({ uid, env })

/** A folder with one file, below the sticky temp folder. */
function stage(t: Test): { dir: string; file: string } {
  const dir = mkdtempSync(join(tmpdir(), 'klab-own-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  const file = join(dir, 'Labfile')
  writeFileSync(file, '', { mode: 0o644 })
  return { dir, file }
}

t.test('KLAB_SAFE_DIRECTORY: a folder, all below one, or all; nothing else', asRoot, async (t) => {
  const { dir, file } = stage(t)
  chownSync(file, BOB, BOB)
  for (const value of [dir, `${dir}/`, `/elsewhere:${dir}`, `${tmpdir()}/*`, '*'])
    await t.resolves(requireOwnFile(file, who({ KLAB_SAFE_DIRECTORY: value })), value)
  for (const value of [
    '',
    ':',
    '.',
    tmpdir(),
    `${dir}/*`,
    `${dir}-other`,
    dir.slice(0, -1),
    `${dir.slice(0, -1)}*`,
    '/elsewhere',
  ])
    await t.rejects(requireOwnFile(file, who({ KLAB_SAFE_DIRECTORY: value })), { code: 'unsafe' }, value)
})

t.test('SUDO_UID that is no number trusts nobody', asRoot, async (t) => {
  const { file } = stage(t)
  chownSync(file, BOB, BOB)
  await t.resolves(requireOwnFile(file, who({ SUDO_UID: String(BOB) })))
  for (const value of ['', 'bob', '-1', `${BOB} `, '1e9'])
    await t.rejects(requireOwnFile(file, who({ SUDO_UID: value })), { code: 'unsafe' }, value)
})

t.test('a group may write when nobody is in it but who is trusted anyway', asRoot, async (t) => {
  const { file } = stage(t)
  chmodSync(file, 0o664)
  const fields = (path: string) =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((l) => l.split(':'))
  const users = fields('/etc/passwd')
  // Groups of exactly one user, by primary group alone, as Debian's adduser makes them.
  const own = users.find(
    (u) =>
      u[2] !== '0' &&
      users.filter((o) => o[3] === u[3]).length === 1 &&
      fields('/etc/group').some((g) => g[2] === u[3] && g[3] === ''),
  )
  if (own) {
    const [uid, gid] = [Number(own[2]), Number(own[3])]
    chownSync(file, uid, gid)
    await t.resolves(requireOwnFile(file, who({ SUDO_UID: String(uid) })), 'one’s own group')
    chownSync(file, 0, gid)
    await t.rejects(
      requireOwnFile(file, who()),
      { code: 'unsafe', message: /by its group/, hint: /^chmod g-w .*trust them: KLAB/ },
      'another’s own group',
    )
  } else t.comment('no user with a group of its own here')
  chownSync(file, 0, 0)
  if (users.filter((u) => u[3] === '0').every((u) => u[2] === '0'))
    await t.resolves(requireOwnFile(file, who()), 'root’s')
  chownSync(file, 0, BOB)
  await t.rejects(requireOwnFile(file, who()), { code: 'unsafe' }, 'a group that nobody knows')
})

t.test('a folder: all in it, what its links lead to, and the folders above', asRoot, async (t) => {
  const { dir } = stage(t)
  const bundle = join(dir, 'up/bundle')
  const his = join(stage(t).dir, 'his')
  writeFileSync(his, '', { mode: 0o755 })
  mkdirSync(join(bundle, 'bin'), { recursive: true, mode: 0o755 })
  writeFileSync(join(bundle, 'bin/kubeadm'), '', { mode: 0o755 })
  await t.resolves(requireOwnFolder(bundle, who()))
  await t.resolves(requireOwnFolder(bundle, who({}, 1000)), 'root’s, for everybody')
  await t.resolves(requireOwnFolder(join(dir, 'none'), who()), 'not there: whoever reads it says so')
  symlinkSync(his, join(bundle, 'bin/kubectl'))
  await t.resolves(requireOwnFolder(bundle, who()))
  chownSync(his, BOB, BOB)
  await t.rejects(requireOwnFolder(bundle, who()), {
    code: 'unsafe',
    message: new RegExp(`${bundle}/bin/kubectl: belongs to`),
  })
  rmSync(join(bundle, 'bin/kubectl'))
  chownSync(join(dir, 'up'), BOB, BOB)
  await t.rejects(requireOwnFolder(bundle, who()), { code: 'unsafe', message: new RegExp(`^${dir}/up: belongs to`) })
  await t.resolves(requireOwnFolder(bundle, who({ KLAB_SAFE_DIRECTORY: bundle })))
  symlinkSync(bundle, join(dir, 'link'))
  await t.rejects(requireOwnFolder(join(dir, 'link'), who()), { code: 'unsafe' }, 'through a link')
})
