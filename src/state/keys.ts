/** SSH key pairs of a lab, in OpenSSH's own format. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import { CorruptError } from '../errors.js'
import { readText, writeAtomic } from '../host/files.js'
import { english } from '../words/say.js'

export interface KeyPair {
  /** OpenSSH private key, text with a final newline, no passphrase. */
  readonly privateKey: string
  /** `ssh-ed25519 AAAA… comment`, one line without newline. */
  readonly publicKey: string
}

const TYPE = 'ssh-ed25519'

/**
 * A new ed25519 key pair (layout: OpenSSH's PROTOCOL.key). We write it ourselves, because ssh2's generateKeyPairSync
 * drops a leading zero byte of the public key, which damages one pair in 128 (github.com/mscdex/ssh2/issues/1390).
 */
export function makeKeyPair(comment: string): KeyPair {
  // Encoded by the same call. With `.privateKey.export({ format: 'jwk' })` after it a test hung once (2026-11-28). Most
  // likely export holds the key's lock while garbage is collected, and the end of the first call's job wants that lock.
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  // Both end with the 32 bytes of the key itself (RFC 8410, sections 4 and 7).
  const pub = publicKey.subarray(-32)
  const seed = privateKey.subarray(-32)
  const blob = Buffer.concat([field(TYPE), field(pub)])
  const check = randomBytes(4)
  const inner = Buffer.concat([check, check, blob, field(Buffer.concat([seed, pub])), field(comment)])
  // Padded with 1, 2, 3… to the block size, 8 for cipher none.
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, i) => i + 1))
  const outer = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    Buffer.from([0, 0, 0, 1]),
    field(blob),
    field(Buffer.concat([inner, padding])),
  ])
  const lines = outer.toString('base64').match(/.{1,70}/g) ?? []
  return {
    privateKey: ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n'),
    publicKey: `${TYPE} ${blob.toString('base64')} ${comment}`,
  }
}

/**
 * The key pair at `path` and `path`.pub, made if it does not exist (0600 and 0644; the folder must exist). Throws
 * CorruptError if only the public half is left.
 */
export async function ensureKeyPair(path: string, comment: string): Promise<KeyPair> {
  const [privateKey, publicKey] = await Promise.all([readText(path), readText(`${path}.pub`)])
  if (privateKey !== undefined && publicKey !== undefined) {
    await chmod(path, 0o600)
    return { privateKey, publicKey: publicKey.trim() }
  }
  if (privateKey !== undefined) {
    // klab was killed between the two writes. Nobody has seen the public half yet, but the private one contains it.
    const found = publicOf(privateKey, comment)
    if (found === undefined)
      throw new CorruptError(english('{path}: is not one of klab’s OpenSSH ed25519 keys', { path }), {
        hint: `rm ${path}`,
      })
    await writeAtomic(`${path}.pub`, `${found}\n`, 0o644)
    return { privateKey, publicKey: found }
  }
  if (publicKey !== undefined)
    throw new CorruptError(english('{path}: the private key is missing', { path }), { hint: `rm ${path}.pub` })
  const pair = makeKeyPair(comment)
  await writeAtomic(path, pair.privateKey)
  await writeAtomic(`${path}.pub`, `${pair.publicKey}\n`, 0o644)
  return pair
}

/** Reads the public key from the clear part of a private key that makeKeyPair wrote. */
function publicOf(privateKey: string, comment: string): string | undefined {
  const data = Buffer.from(privateKey.replace(/-----[^-]+-----/g, ''), 'base64')
  const start = data.indexOf(field(TYPE))
  const blob = data.subarray(start, start + 51)
  return start < 0 || blob.length < 51 ? undefined : `${TYPE} ${blob.toString('base64')} ${comment}`
}

/** SSH's `string`: length as 32 bits, then the bytes. */
function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
