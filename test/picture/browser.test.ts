/** The pictures in a real browser, with its own fonts: nothing is outside, no text lies on another, no script runs. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import t from 'tap'
import { drawGraph, drawTimeline } from '../../src/picture/draw.js'
import { overlaps, type Box } from './boxes.js'
import { cutRun, failedRun, HOSTILE, SNAPSHOTS, wholeLab, wholeRun } from './stage.js'

const pictures = {
  'up.svg': drawTimeline(wholeRun(), 'svg', 100),
  'killed.html': drawTimeline(cutRun(560_000, 'killed'), 'html', 100),
  'failed.html': drawTimeline(failedRun(), 'html', 100),
  'lab.svg': drawGraph(wholeLab(), 'svg', 100),
  'lab.html': drawGraph(wholeLab(), 'html', 100),
  'plain.html': drawGraph(wholeLab({ snapshots: [], cluster: null }), 'html', 100),
  'hostile.html': drawGraph(
    wholeLab({ snapshots: SNAPSHOTS.map((s, i) => ({ ...s, name: HOSTILE[i] ?? s.name })) }),
    'html',
    100,
  ),
}

/** In the page: boxes of all texts and shapes, in the picture's own px. */
const MEASURE = `(() => {
  const svg = document.querySelector('svg')
  const view = svg.viewBox.baseVal
  const boxes = [...svg.querySelectorAll('text, rect, circle, path, line')].map((e) => {
    const b = e.getBBox()
    const kind = e.tagName === 'text' ? 'text' : 'shape'
    const what = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join('') || e.tagName
    // A text's box has room for its accents above and below.
    const air = kind === 'text' ? 0.15 * b.height : 0
    return { what, kind, x: b.x, y: b.y + air, w: b.width, h: b.height - 2 * air }
  })
  return { width: view.width, height: view.height, boxes }
})()`

t.test('by day and by night', async (t) => {
  const dir = t.testdir(pictures)
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  t.teardown(() => browser.close())
  const papers = new Set<string>()
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 }, colorScheme })
    const asked: string[] = []
    page.on('request', (r) => asked.push(r.url()))
    for (const name of Object.keys(pictures)) {
      const url = pathToFileURL(join(dir, name)).href
      await page.goto(url)
      const { width, height, boxes } = await page.evaluate<{ width: number; height: number; boxes: Box[] }>(MEASURE)
      t.ok(boxes.length > 10, name)
      const out = boxes.filter((b) => b.x < 0 || b.y < 0 || b.x + b.w > width || b.y + b.h > height)
      t.same(out, [], name)
      t.same(overlaps(boxes), [], `${name}, ${colorScheme}`)
      t.equal(await page.evaluate('window.hacked'), undefined, name)
      papers.add(await page.evaluate(`getComputedStyle(document.querySelector('.paper')).fill`))
      const shots = process.env['KLAB_SHOTS']
      if (shots) writeFileSync(join(shots, `${name}-${colorScheme}.png`), await page.screenshot())
      t.same(asked.splice(0), [url], `${name}: it loads nothing else`)
    }
  }
  t.equal(papers.size, 2, 'two colours of paper')
})
