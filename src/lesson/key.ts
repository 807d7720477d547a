/** The key of a checkpoint: if the scripts that led to it change, it no longer fits. */
import { digestOf, type Digest } from '../host/digest.js'
import type { Lesson, LessonStep } from './model.js'

/** What a step does to the lab, without its texts and its check. */
const effects = ({ number, background, foreground, solve, node, user }: LessonStep): unknown => ({
  number,
  background,
  foreground,
  solve,
  node,
  user,
})

/** The key of the state after a step (0: before the first one), from what happened up to there. */
export const checkpointKey = (lesson: Lesson, step: number): Digest =>
  digestOf({
    ...(step > 0 && {
      ground: lesson.ground,
      imageId: lesson.imageId,
      assets: lesson.assets,
      intro: { background: lesson.intro.background, foreground: lesson.intro.foreground },
    }),
    steps: lesson.steps.slice(0, step).map(effects),
  })

/** The longest name of a snapshot, without the ending. */
const MAX_NAME = 27

/** The snapshot’s name: `join-a-node.start`, `join-a-node.2`. It may have only the letters that snapshots allow. */
export function checkpointName(lesson: string, step: number): string {
  const slug = lesson
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, MAX_NAME - 1)
    .replace(/-+$/, '')
  return `${slug === '' ? 'lesson' : slug}.${step === 0 ? 'start' : step}`
}
