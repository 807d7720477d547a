import t from 'tap'
import { MOST_LINE, MOST_LINES, splitLines } from '../../src/host/lines.js'
import { tail } from '../../src/host/tail.js'

function lines(...chunks: (string | Buffer)[]): string[] {
  const seen: string[] = []
  const split = splitLines((line) => seen.push(line))
  for (const chunk of chunks) split.add(Buffer.from(chunk as string))
  split.end()
  return seen
}

t.test('lines, whatever pieces they come in', (t) => {
  const han = Buffer.from('课')
  t.same(lines('a\nb', 'c\r\n', '\n', han.subarray(0, 1), han.subarray(1), '\nlast'), ['a', 'bc', '', '课', 'last'])
  t.same(lines('a\r', '\nb\r'), ['a', 'b'])
  t.same(lines(), [])
  t.same(lines('a\n'), ['a'])
  t.end()
})

t.test('a line without an end is cut, the next one is whole', (t) => {
  const [first, second, ...more] = lines(...Array.from({ length: 64 }, () => 'x'.repeat(4096)), '\nnext\n')
  t.equal(first, `${'x'.repeat(MOST_LINE)} … (line cut)`)
  t.equal(second, 'next')
  t.same(more, [])
  t.equal(lines('x'.repeat(MOST_LINE))[0]?.length, MOST_LINE, 'just long enough')
  t.end()
})

t.test('lines without number: a number of them, and a word that there were more', (t) => {
  const seen = lines('\n'.repeat(300_000), 'x\n')
  t.equal(seen.length, MOST_LINES + 1)
  t.match(seen.at(-1), /more than 50000 lines/)
  t.end()
})

t.test('tail: the last lines, of a bounded length', (t) => {
  t.equal(tail('a\nb\nc\n\n', 2), 'b\nc')
  t.equal(tail('x'.repeat(100_000)).length, 16_384)
  t.end()
})
