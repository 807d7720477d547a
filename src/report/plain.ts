/**
 * Events as plain lines, for pipes, logs and CI: one line when a phase or step starts or ends, with the time since the
 * start.
 */
import { say, translated } from '../words/say.js'
import pc from 'picocolors'
import type { Event, Outcome, Renderer } from './events.js'
import { wantsColor, type RendererOptions } from './options.js'
import { clean, duration, lastTime } from './text.js'

type Colors = ReturnType<typeof pc.createColors>

/** Paints an outcome as both renderers do. */
export function paintOutcome(c: Colors, outcome: Outcome): string {
  switch (outcome) {
    case 'done':
      return c.green(outcome)
    case 'already':
    case 'cached':
      return c.cyan(outcome)
    case 'failed':
      return c.red(outcome)
  }
}

export function createPlain(o: RendererOptions): Renderer {
  const { stream, clock } = o
  const c = pc.createColors(wantsColor(o))
  const started = clock.now()
  const print = (text: string): void =>
    void stream.write(`${c.dim(`[${duration(clock.now() - started).padStart(6)}]`)} ${text}\n`)
  return {
    report: (event) => {
      for (const line of words(event, c)) print(line)
    },
    close: () => undefined,
  }
}

/** An event as lines. */
export function words(event: Event, c: Colors): string[] {
  switch (event.type) {
    case 'plan':
      return [`${event.goal} ${event.lab}: ${event.phases.map((p) => p.name).join(', ')}`]
    case 'phase':
      return [`${c.bold(`== ${event.phase}`)}: ${translated(event.title)}${lastTime(event.lastMs)}`]
    case 'start':
      return [`${event.step}: ${translated(event.title)}`]
    case 'output':
      return [`${event.step} | ${clean(translated(event.line))}`]
    case 'end': {
      const took = event.outcome === 'already' ? '' : say(' in {time}', { time: duration(event.ms) })
      const why =
        event.error === undefined
          ? []
          : translated(event.error)
              .split('\n')
              .map((l) => `${event.step} ! ${clean(l)}`)
      return [`${event.step}: ${paintOutcome(c, event.outcome)}${took}`, ...why]
    }
    case 'phase-end':
      return [`== ${say('{phase}: ended after {time}', { phase: event.phase, time: duration(event.ms) })}`]
    case 'note':
      return translated(event.text).split('\n').map(clean)
    case 'warn':
      return [`${c.yellow(say('warning:'))} ${clean(translated(event.text))}`]
  }
}
