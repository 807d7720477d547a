/** A name for the terminal that guests know. Pure. */

/** What ncurses has in every guest, in CentOS 7 too (package ncurses-base). */
const EVERYWHERE = new Set([
  'ansi',
  'dumb',
  'linux',
  'rxvt',
  'screen',
  'screen-256color',
  'vt100',
  'vt102',
  'vt220',
  'xterm',
  'xterm-256color',
  'xterm-color',
])

/**
 * The name to give to a guest for this TERM; undefined: unchanged. Kitty, Ghostty, Alacritty, foot and tmux can do what
 * xterm-256color says, and guests may not know their own names.
 */
export const guestTerm = (term: string | undefined): string | undefined =>
  term === undefined || term === '' || EVERYWHERE.has(term) ? undefined : 'xterm-256color'
