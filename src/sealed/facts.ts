/** Reading seal.json, which anybody may have written. */
import * as z from 'zod'
import { CorruptError, messageOf } from '../errors.js'
import { quoted } from '../host/json.js'
import {
  INITRD,
  ISO,
  KERNEL,
  KEY,
  KUBECONFIG,
  PUBLIC_KEY,
  extraName,
  isExtraName,
  layerName,
  mostBytes,
  nodeFile,
  type Sizes,
} from './names.js'
import { MOST_EXTRA } from '../state/extra-images.js'
import type { SealedFacts } from './types.js'
import { english } from '../words/say.js'

/** Bytes; four nodes take 4 KiB. */
export const MOST_FACTS = 2 ** 20
/** Characters in an error message; it may quote the file. */
const MOST_WORDS = 300

/** Printable, one line: it is shown to people. */
const line = z
  .string()
  .max(400)
  .regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, 'holds control characters')
const version = z.string().regex(/^\d{1,6}(\.\d{1,6}){0,4}$/)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
/** A lab's or a node's: paths.ts, labfile/schema.ts. */
const id = z.string().regex(/^[a-z][a-z0-9-]{0,60}$/)
const time = z.iso.datetime()
const file = { name: z.string().max(200), size: z.int().nonnegative() }

const schema = z.strictObject({
  format: z.literal(1),
  warning: line,
  klab: line,
  id: z.string().regex(/^[0-9a-f]{32}$/),
  createdAt: time,
  lab: z.strictObject({
    id,
    labfile: z.string().max(256 * 1024),
    // It is compared with what its Labfile says (lab/sealed.ts), so it is not described again here.
    model: z.looseObject({
      name: z.string(),
      nodes: z
        .array(z.looseObject({ name: id, memoryMiB: z.int().positive(), diskGiB: z.int().positive() }))
        .min(1)
        .max(64),
    }),
    publicKey: z
      .string()
      .max(1000)
      .regex(/^ssh-ed25519 [A-Za-z0-9+/=]+( [\w .:-]*)?$/),
  }),
  snapshot: z.strictObject({
    name: line,
    message: line,
    createdAt: time,
    ready: z.array(id).nullable(),
    completedUntil: id.optional(),
  }),
  host: z.strictObject({
    accel: z.enum(['kvm', 'tcg']),
    qemu: version,
    libvirt: version,
    ram: z
      .strictObject({ machine: z.string().regex(/^pc-q35-\d{1,3}\.\d{1,3}$/), cpu: z.string().regex(/^[\w.-]{0,64}$/) })
      .optional(),
  }),
  image: z.strictObject({
    boot: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('disk') }),
      z.strictObject({ kind: z.literal('direct'), cmdline: line }),
    ]),
    files: z
      .array(
        z.strictObject({
          ...file,
          sha256,
          at: z
            .string()
            .regex(/^[\w-]{1,128}\/[\w-]+(\.[\w-]+)*$/)
            .optional(),
        }),
      )
      .max(16 + MOST_EXTRA),
  }),
  files: z.array(z.strictObject(file)).max(1000),
})

/** The facts of a sealed lab. Throws CorruptError; `path` is only for the message. */
export function parseSealedFacts(text: string, path: string): SealedFacts {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw new CorruptError(english('{path}: seal.json: {message}', { path, message: messageOf(cause) }), { cause })
  }
  const format: unknown = (data as { format?: unknown } | null)?.format
  if (format !== 1)
    throw new CorruptError(
      english('{path}: is a sealed lab of format {format}; this klab knows format 1', { path, format: quoted(format) }),
      {
        hint: english('use the klab that made it, or a newer one'),
      },
    )
  const parsed = schema.safeParse(data)
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, 5)
      .map((i) => `seal.json: ${`${i.path.join('.')}: ${i.message}`.slice(0, MOST_WORDS)}`)
    throw new CorruptError(english('{path}: {problems}', { path, problems: problems.join('\n') }), {
      hint: english('ask the person who made the file'),
    })
  }
  const facts = parsed.data as unknown as SealedFacts
  checkFiles(facts, path)
  return facts
}

/** Checks that these are exactly the files of a lab with these nodes, each once, none too large. */
function checkFiles(facts: SealedFacts, path: string): void {
  const refuse = (what: string): CorruptError =>
    new CorruptError(english('{path}: {what}', { path, what }), { hint: english('ask the person who made the file') })
  const nodes = new Map<string, Sizes>(facts.lab.model.nodes.map((n) => [n.name, n]))
  const names = new Set<string>()
  for (const f of facts.files) {
    const most = mostBytes(f.name, nodes)
    if (most === undefined) throw refuse(`holds ${JSON.stringify(f.name)}, which no sealed lab has`)
    if (f.size > most) throw refuse(`${f.name} would be ${f.size} bytes; ${Math.floor(most)} at most`)
    if (names.has(f.name)) throw refuse(`holds ${f.name} twice`)
    names.add(f.name)
  }
  const layers = [...names].filter((n) => /^image\/\d/.test(n)).length
  const archives = [...names].filter(isExtraName).length
  const wanted = [
    KEY,
    PUBLIC_KEY,
    ...Array.from({ length: layers }, (_, i) => layerName(i)),
    ...(facts.image.boot.kind === 'direct' ? [KERNEL, INITRD] : []),
    ...Array.from({ length: archives }, (_, i) => extraName(i)),
    ...[...nodes.keys()].flatMap((n) => [
      ...(['hostkey', 'hostkey.pub', 'seed.iso', 'disk.qcow2'] as const).map((f) => nodeFile(n, f)),
      ...(facts.host.ram ? [nodeFile(n, 'memory')] : []),
    ]),
  ]
  const missing = wanted.filter((n) => !names.has(n))
  if (missing.length > 0) throw refuse(`lacks ${missing.join(', ')}`)
  const extra = [...names].filter((n) => !wanted.includes(n) && n !== KUBECONFIG && n !== ISO)
  if (extra.length > 0) throw refuse(`holds ${extra.join(', ')}, which this lab does not have`)
  const sizes = new Map(facts.files.map((f) => [f.name, f.size]))
  const image = facts.image.files.map((f) => f.name)
  if (
    [...names]
      .filter((n) => n.startsWith('image/'))
      .sort()
      .join() !== [...new Set(image)].sort().join() ||
    new Set(image).size < image.length
  )
    throw refuse('its list of the image does not fit its list of files')
  for (const f of facts.image.files) if (sizes.get(f.name) !== f.size) throw refuse(`gives two sizes for ${f.name}`)
}
