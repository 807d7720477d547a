import { english } from '../words/say.js'
/** What os.authorizedKeys may contain: one plain public key in each item. */

const TYPES = [
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
]
const FLAGS = 'restrict|cert-authority|no-[a-z0-9-]+|pty|port-forwarding|agent-forwarding|X11-forwarding|user-rc'
const OPTION = new RegExp(`^(?:[a-z-]+="|(?:${FLAGS})[, ])`, 'i')

/** The key type in the key's own blob; '' if it is no key blob. */
function typeInside(blob: string): string {
  const bytes = Buffer.from(blob, 'base64')
  return bytes.length > 4 ? bytes.subarray(4, 4 + Math.min(bytes.readUInt32BE(0), 64)).toString('latin1') : ''
}

/** What is wrong with the line, or undefined. Never repeats the text: it may be a secret. */
export function authorizedKeyProblem(text: string): string | undefined {
  if (text.includes('PRIVATE KEY'))
    return english('is a private key, which must never leave its owner; paste the one line of the .pub file')
  const line = text.trim()
  if (line.includes('\n')) return english('has several lines; give each public key an item of its own')
  if (OPTION.test(line))
    return (
      'has options such as command="…" in front, which are not allowed; ' +
      'begin with the key type, such as ssh-ed25519'
    )
  const [type = '', blob = ''] = line.split(/\s+/)
  if (!TYPES.includes(type))
    return english('must be a public key line such as "ssh-ed25519 AAAA… you@host"; known types: {types}', {
      types: TYPES.join(', '),
    })
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(blob) || typeInside(blob) !== type)
    return english('is cut short or damaged: the part after {type} is not such a key', { type })
  return undefined
}
