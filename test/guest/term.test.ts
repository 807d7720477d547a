import t from 'tap'
import { guestTerm } from '../../src/guest/term.js'

t.test('names that every guest knows stay; those of newer terminals fall back', (t) => {
  for (const term of [undefined, '', 'xterm', 'xterm-256color', 'screen', 'linux', 'dumb', 'vt100'])
    t.equal(guestTerm(term), undefined, term ?? 'none')
  for (const term of ['xterm-kitty', 'xterm-ghostty', 'alacritty', 'foot', 'tmux-256color', 'wezterm'])
    t.equal(guestTerm(term), 'xterm-256color', term)
  t.end()
})
