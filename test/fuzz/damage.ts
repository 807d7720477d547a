/**
 * Whole inputs, damaged: what a fuzzer of readers feeds on. Each is small, and each can be made again from the seed.
 */
import fc from 'fast-check'

/** What texts of several formats stumble over. */
const ODD = [
  ...['', ' ', '\n', '\r\n', '\t', '\0', '\u001b[31m', '\ufeff', '\u2028', '\u202e', '\ud800', '😀'],
  ...[
    ':',
    '- ',
    '[',
    '{',
    ']',
    '}',
    '"',
    "'",
    ',',
    '#',
    '|',
    '>',
    '? ',
    '&a ',
    '*a',
    '<<: ',
    '!!set ',
    '---\n',
    '...\n',
  ],
  ...['<', '>', '</', '/>', '<!--', '-->', '<![CDATA[', '<!DOCTYPE a [<!ENTITY b "c">]>', '&b;', '&#0;', '<?xml?>'],
  ...['~', 'null', 'true', '-1', '0x', '010', '1e999', '.nan', '9'.repeat(400), '../', '/etc/passwd', '$(id)', '-rf'],
  ...['__proto__', 'constructor', 'toString', '"__proto__": {', '<__proto__>', '__proto__: {'],
]

const json = (text: string): unknown => JSON.parse(text)
/** What may stand where a value of another kind should. */
const ODD_VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, '', 'x', '../x', '/etc/passwd', 'a\0b', '\u001b[2J', '010'],
  ...[[], {}, [null], [[]], ['x', 1], { a: 1 }, json('{"__proto__":{"x":1}}'), { toString: 1 }],
  ...['x'.repeat(100_000), Array.from({ length: 20_000 }, () => 0), json(`${'['.repeat(500)}${']'.repeat(500)}`)],
]

/** How often a piece is put in: now and then very often, which is what size limits are for. */
const times = fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 2, 40, 3000)
/** In parts of the whole, so that it means the same place however long the input is. */
const place = fc.double({ min: 0, max: 1, noNaN: true })

const cut = fc.record({
  at: place,
  off: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(30) }, fc.nat(3000)),
  piece: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...ODD) },
    fc.string({ unit: 'binary', maxLength: 8 }),
    // A part of the input itself, from here to there.
    fc.tuple(place, fc.nat(200)),
  ),
  times,
})

/** Texts that begin as one of these. */
export const damagedText = (...whole: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.tuple(fc.constantFrom(...whole), fc.array(cut, { maxLength: 4 })).map(([text, cuts]) =>
        cuts.reduce((now, c) => {
          const at = Math.floor(c.at * now.length)
          const own = (from: number, length: number) => now.slice(Math.floor(from * now.length)).slice(0, length)
          const piece = typeof c.piece === 'string' ? c.piece : own(...c.piece)
          return now.slice(0, at) + piece.repeat(c.times) + now.slice(at + c.off)
        }, text),
      ),
    },
    fc.string({ unit: 'binary', maxLength: 300 }),
  )

/** Bytes that begin as one of these. */
export const damagedBytes = (...whole: readonly Buffer[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.constantFrom(...whole),
      fc.array(fc.record({ at: place, bytes: fc.uint8Array({ maxLength: 16 }), over: fc.boolean(), times }), {
        maxLength: 4,
      }),
      fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, place),
    )
    .map(([bytes, changes, end]) => {
      const changed = changes.reduce((now, c) => {
        const at = Math.floor(c.at * now.length)
        const piece = Buffer.concat(Array.from({ length: c.times }, () => c.bytes))
        return Buffer.concat([now.subarray(0, at), piece, now.subarray(at + (c.over ? piece.length : 0))])
      }, bytes)
      return changed.subarray(0, Math.floor(end * changed.length))
    })

/** Goes down the value as the numbers say; changes, drops or adds one thing there. */
function change(value: unknown, way: readonly number[], to: unknown): unknown {
  const [step = 0, ...rest] = way
  if (way.length === 0 || typeof value !== 'object' || value === null) return to
  const keys = Object.keys(value)
  const key = keys[step % (keys.length + 1)]
  if (Array.isArray(value)) {
    const at = key === undefined ? value.length : Number(key)
    return value.toSpliced(at, 1, change(value[at], rest, to))
  }
  return { ...value, [key ?? 'more']: change((value as Record<string, unknown>)[key ?? ''], rest, to) }
}

/** JSON texts that begin as this value: mostly JSON still, with something else in some places. */
export const damagedJson = (whole: unknown): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .array(
          fc.tuple(
            fc.array(fc.nat(30), { maxLength: 5 }),
            fc.oneof(
              { weight: 4, arbitrary: fc.constantFrom(...ODD_VALUES, undefined) },
              fc.string({ unit: 'binary', maxLength: 8 }),
            ),
          ),
          { maxLength: 3 },
        )
        .map((changes) => JSON.stringify(changes.reduce((now, [way, to]) => change(now, way, to), whole) ?? null)),
    },
    damagedText(JSON.stringify(whole)),
  )
