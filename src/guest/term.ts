/** The terminal's name, as guests know it. Pure. */

/** What the ncurses of every guest has, CentOS 7's too (package ncurses-base). */
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
 * The name to give a guest for this TERM; undefined: as it is. Kitty, Ghostty, Alacritty, foot and tmux do what
 * xterm-256color says, and guests need not know their own names.
 */
export const guestTerm = (term: string | undefined): string | undefined =>
  term === undefined || term === '' || EVERYWHERE.has(term) ? undefined : 'xterm-256color'
