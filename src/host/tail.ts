/**
 * The end of a command's output. Separate from exec.ts, so that code that only words an error need not load execa (80
 * ms).
 */

const TAIL_LINES = 15
/** Characters: fifteen long lines. */
const TAIL_LENGTH = 16_384

/** The last lines of a command's output, for an error message. */
export const tail = (text: string, lines = TAIL_LINES): string =>
  text.trimEnd().slice(-TAIL_LENGTH).split('\n').slice(-lines).join('\n')
