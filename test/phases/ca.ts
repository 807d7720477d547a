/** A cluster's CA for tests of joins. */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

/** A real CA, made with openssl, and kubeadm's documented way to its hash. */
const dir = t.testdir()
const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] })
openssl(
  'req',
  '-x509',
  '-newkey',
  'rsa:2048',
  '-nodes',
  '-keyout',
  join(dir, 'ca.key'),
  '-out',
  join(dir, 'ca.crt'),
  '-subj',
  '/CN=kubernetes',
  '-days',
  '3650',
)
/** The certificate, PEM. */
export const ca = readFileSync(join(dir, 'ca.crt'), 'utf8')
execFileSync('sh', [
  '-c',
  'openssl x509 -pubkey -noout -in "$1" | openssl pkey -pubin -outform der >"$2"',
  'x',
  join(dir, 'ca.crt'),
  join(dir, 'spki'),
])
/** kubeadm's `sha256:…` of its public key. */
export const HASH = `sha256:${createHash('sha256')
  .update(readFileSync(join(dir, 'spki')))
  .digest('hex')}`
