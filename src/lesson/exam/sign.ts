/** The trainer's signature: Ed25519 (RFC 8032), keys as PEM. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto'
import { messageOf, UsageError } from '../../errors.js'
import { digestOf } from '../../host/digest.js'
import { english } from '../../words/say.js'

/** A new pair. `passphrase`: the private key is encrypted with it. */
export function makeSigningKeys(passphrase?: string): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const secret = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem', ...secret }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}

function keyOf(read: () => KeyObject, where: string): KeyObject {
  try {
    const key = read()
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch (cause) {
    throw new UsageError(
      english('{place}: cannot be used as a key: {message}', { place: where, message: messageOf(cause) }),
      {
        cause,
        hint: english('klab lesson keygen FILE makes a pair; the passphrase comes from KLAB_KEY_PASSPHRASE'),
      },
    )
  }
  throw new UsageError(english('{place}: is not an Ed25519 key', { place: where }), {
    hint: english('klab lesson keygen FILE makes a pair'),
  })
}

export interface Signature {
  /** The trainer's public key, PEM. It shows who claims to have signed. Only a key from another source proves it. */
  readonly publicKey: string
  readonly signature: string
}

/** Signs plain data by its digest. `where`: for messages. Throws UsageError for what is no such key. */
export function signData(
  data: unknown,
  pem: string,
  o: { readonly where: string; readonly passphrase?: string | undefined },
): Signature {
  const key = keyOf(
    () => createPrivateKey({ key: pem, ...(o.passphrase !== undefined && { passphrase: o.passphrase }) }),
    o.where,
  )
  return {
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    signature: sign(null, Buffer.from(digestOf(data)), key).toString('base64'),
  }
}

/** Whether this data was signed with the key that belongs to this public one. Throws UsageError for what is no key. */
export function isSigned(data: unknown, signature: string, publicPem: string, where: string): boolean {
  const key = keyOf(() => createPublicKey(publicPem), where)
  return verify(null, Buffer.from(digestOf(data)), key, Buffer.from(signature, 'base64'))
}
