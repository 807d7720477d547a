/** Columns of text in a terminal. */
import t from 'tap'
import { pad, truncate, width } from '../../src/report/text.js'

t.test('columns: wide characters take two, marks and colours none', (t) => {
  for (const [text, columns] of [
    ['k8s-node01', 10],
    ['安装网络', 8],
    ['한국어', 6],
    ['e\u0301', 1],
    ['📦', 2],
    ['\u001B[31mred\u001B[39m', 3],
    ['', 0],
  ] as const)
    t.equal(width(text), columns, JSON.stringify(text))
  t.equal(pad('安装', 6), '安装  ')
  t.equal(truncate('安装网络', 5), '安装…')
  t.end()
})
