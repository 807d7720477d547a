import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import t from 'tap'
import { ensureKeyPair, makeKeyPair } from '../../src/state/keys.js'
import { exec } from '../cache/fixtures/exec.js'

t.test('ssh-keygen reads what was made', async (t) => {
  const dir = t.testdir()
  for (const comment of ['', 'klab lab-1', 'x'.repeat(77)]) {
    const pair = makeKeyPair(comment)
    const path = join(dir, `k${comment.length}`)
    writeFileSync(path, pair.privateKey, { mode: 0o600 })
    t.equal((await exec.run(['ssh-keygen', '-y', '-P', '', '-f', path])).stdout.trim(), pair.publicKey.trim())
  }
})

t.test('400 pairs, none spoilt (ssh2’s own generator spoils one in 128)', (t) => {
  const parts = new Set<string>()
  let bad = 0
  for (let i = 0; i < 400; i++) {
    const pair = makeKeyPair('c')
    const [a, b] = [ssh2.utils.parseKey(pair.privateKey), ssh2.utils.parseKey(pair.publicKey)]
    if (a instanceof Error || b instanceof Error || !a.getPublicSSH().equals(b.getPublicSSH())) bad++
    parts.add(pair.publicKey)
  }
  t.equal(bad, 0)
  t.equal(parts.size, 400)
  t.end()
})

t.test('ensureKeyPair: 0600, the same again, makes a lost public half again, never a lost private one', async (t) => {
  const path = join(t.testdir(), 'key')
  const first = await ensureKeyPair(path, 'lab')
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.equal(statSync(`${path}.pub`).mode & 0o777, 0o644)
  t.equal(readFileSync(`${path}.pub`, 'utf8'), `${first.publicKey}\n`)
  t.same(await ensureKeyPair(path, 'lab'), first)
  rmSync(`${path}.pub`)
  t.same(await ensureKeyPair(path, 'lab'), first)
  t.ok(existsSync(`${path}.pub`))
  rmSync(path)
  await t.rejects(ensureKeyPair(path, 'lab'), { code: 'corrupt', hint: `rm ${path}.pub` })
  rmSync(`${path}.pub`)
  writeFileSync(path, 'garbage')
  await t.rejects(ensureKeyPair(path, 'lab'), { code: 'corrupt' })
})
