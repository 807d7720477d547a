/**
 * Events on a terminal: each ended phase is one line that stays. The running phase is drawn again and again below them.
 */
import { say, translated } from '../words/say.js'
import { createLogUpdate } from 'log-update'
import pc from 'picocolors'
import type { Renderer } from './events.js'
import { advance, drawEnded, drawLive, emptyLiveState } from './live.js'
import { wantsColor, type RendererOptions } from './options.js'
import { clean } from './text.js'

/** Ten frames a second turn the spinner; output lines are drawn with the next frame, however many come. */
const FRAME_MS = 100

export function createTty(o: RendererOptions): Renderer {
  const { stream, clock, columns } = o
  const color = wantsColor(o)
  const c = pc.createColors(color)
  const live = emptyLiveState()
  // The last column stays empty: some terminals wrap as soon as it is filled.
  const size = () => ({ columns: Math.max(20, (columns ?? stream.columns ?? 80) - 1), rows: stream.rows ?? 24, color })
  const log = createLogUpdate(stream as NodeJS.WritableStream)
  const draw = (): void => {
    if (live.phase) log(drawLive(live, clock.now(), size()))
  }
  /** Lines that stay, above the live part. */
  const keep = (text: string): void => {
    log.clear()
    stream.write(`${text}\n`)
    draw()
  }
  const timer = setInterval(draw, FRAME_MS)
  timer.unref()
  return {
    report: (event) => {
      const now = clock.now()
      if (event.type === 'phase-end' || event.type === 'phase') {
        // A phase that failed has no end of its own.
        const { phase } = live
        if (phase) {
          const ended = drawEnded(live, event.type === 'phase-end' ? event.ms : now - phase.started, size())
          delete live.phase
          keep(ended)
        }
      }
      advance(live, event, now)
      if (event.type === 'note') keep(translated(event.text).split('\n').map(clean).join('\n'))
      else if (event.type === 'warn') keep(`${c.yellow(say('warning:'))} ${clean(translated(event.text))}`)
      else if (event.type !== 'output') draw()
    },
    close: () => {
      clearInterval(timer)
      const { phase } = live
      log.clear()
      if (phase) stream.write(`${drawEnded(live, clock.now() - phase.started, size())}\n`)
      delete live.phase
      log.done()
    },
  }
}
