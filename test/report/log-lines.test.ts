import t from 'tap'
import { jsonLine } from '../../src/report/json.js'
import { readableLog } from '../../src/report/log-lines.js'
import { START, story } from './fixtures/story.js'

t.test('a line for people for each event, with its time; what is none stays', (t) => {
  const text = story.map(([at, event]) => jsonLine(event, START + at)).join('')
  const lines = readableLog(text).trimEnd().split('\n')
  for (const line of lines) {
    t.match(line, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S/)
    t.notMatch(line, /[{}]|"type"/)
  }
  t.ok(lines.length >= story.length, 'nothing is left out')
  for (const odd of ['{"time":"2026', 'Killed', '{"type":"note","text":"x"}', '{"time":"2026-01-01","type":"new"}', ''])
    t.equal(readableLog(odd), odd)
  t.end()
})
