/** The end of a command's output. Apart from exec.ts, so that who words an error need not load execa (80 ms). */

const TAIL_LINES = 15

/** The last lines of a command's output, for an error message. */
export const tail = (text: string, lines = TAIL_LINES): string => text.trimEnd().split('\n').slice(-lines).join('\n')
