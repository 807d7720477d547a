/** The guest's phase scripts by section: the lines below `# 2.2.7: …`, with a lab's settings filled in. Pure. */

const SECTION = String.raw`\d+(?:\.\d+)+(?:-[a-z]+)?`
const SECTIONS = `${SECTION}(?:, ${SECTION})*`
const MARK = new RegExp(`^\\s*# (${SECTIONS}):`)
const BESIDE = /^\s*# Beside the course:/

type Settings = Readonly<Record<string, string>>

/** The sections that a script has. */
export const sectionsOf = (script: string): readonly string[] => [
  ...new Set(script.split('\n').flatMap((line) => MARK.exec(line)?.[1]?.split(', ') ?? [])),
]

/** The lines of a section, unchanged; a script may have several blocks for one. */
export function blockOf(script: string, section: string): readonly string[] {
  const found: string[] = []
  let mine = false
  let indent = ''
  for (const line of script.split('\n')) {
    const sections = MARK.exec(line)?.[1]?.split(', ')
    if (sections || BESIDE.test(line)) {
      mine = sections?.includes(section) ?? false
      indent = /^\s*/.exec(line)?.[0] ?? ''
    } else if (mine && !/^\s*# shellcheck /.test(line))
      found.push(line.startsWith(indent) ? line.slice(indent.length) : line)
  }
  return found
}

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ge': (a, b) => a >= b,
  '-lt': (a, b) => a < b,
}

/** Whether a condition that only looks at settings is true; undefined for a condition that looks at the guest. */
function holds(condition: string, settings: Settings): boolean | undefined {
  const [, name, operator, word = ''] = /^\[ "\$(\w+)" (=|!=) "?([^"\s]*)"? \]$/.exec(condition) ?? []
  if (name !== undefined && name in settings) return (settings[name] === word) === (operator === '=')
  const [, left = '', compare = '', right] = /^\[ "\$(\w+)" (-\w+) (\d+) \]$/.exec(condition) ?? []
  if (settings[left]) return COMPARE[compare]?.(Number(settings[left]), Number(right))
  const [, filled] = /^\[ -n "\$\{?(\w+)(?::-)?\}?" \]$/.exec(condition) ?? []
  return filled !== undefined && filled in settings ? settings[filled] !== '' : undefined
}

/**
 * An `if` that is open: whether its present branch runs, and whether one of its branches did. `folded`: only settings
 * decide.
 */
interface OpenIf {
  folded: boolean
  runs: boolean
  taken: boolean
}

/** Of an `if` that only looks at settings, keeps only the branch that runs; of `… || return 0`, the work. */
export function fold(lines: readonly string[], settings: Settings): readonly string[] {
  const open: OpenIf[] = []
  const kept: string[] = []
  for (const line of lines) {
    const text = line.trim()
    const runs = open.every((o) => o.runs)
    const outdent = open.filter((o) => o.folded).length
    const keep = (): void => {
      if (runs) kept.push(line.replace(new RegExp(`^\\t{0,${outdent}}`), ''))
    }
    const top = open.at(-1)
    const [, word, condition] = /^(if|elif) (.*); then$/.exec(text) ?? []
    const [, wanted] = /^(.*) \|\| return 0$/.exec(text) ?? []
    if (word === 'if' && condition !== undefined) {
      const known = holds(condition, settings)
      if (known === undefined) keep()
      open.push({ folded: known !== undefined, runs: known ?? true, taken: known ?? true })
    } else if (condition !== undefined && top?.folded) {
      const known = top.taken ? false : holds(condition, settings)
      Object.assign(top, { folded: known !== undefined, runs: known ?? true, taken: top.taken || (known ?? true) })
      // The rest of it begins here.
      if (known === undefined && open.every((o) => o.runs)) kept.push(line.replace('elif ', 'if '))
    } else if (text === 'else' && top?.folded) {
      Object.assign(top, { runs: !top.taken, taken: true })
    } else if (text === 'fi' && top) {
      if (!top.folded) keep()
      open.pop()
    } else if (wanted !== undefined && runs && open.every((o) => o.folded) && holds(wanted, settings) !== undefined) {
      if (!holds(wanted, settings)) break
    } else keep()
  }
  return kept
}

/** The settings' values in place of their names, also in `${NAME:-default}` and `${NAME:+more}`. */
export const fill = (text: string, settings: Settings): string =>
  text.replace(
    /"\$\{(?<list>\w+)\[@\]\}"|\$\{(?<braced>\w+)(?::(?<operator>[-+])(?<word>[^}]*))?\}|\$(?<bare>\w+)/g,
    (whole, ...found) => {
      // The named groups come last.
      const { list, braced, operator, word, bare } = found.at(-1) as Partial<Record<string, string>>
      const value = settings[list ?? braced ?? bare ?? '']
      if (value === undefined || operator === undefined) return value ?? whole
      if (operator === '+') return value === '' ? '' : fill(word ?? '', settings)
      return value === '' ? fill(word ?? '', settings) : value
    },
  )

/** What a script runs for a section, in a lab with these settings; empty if it does nothing for it. */
export const commandsOf = (script: string, section: string, settings: Settings): string =>
  fill(fold(blockOf(script, section), settings).join('\n'), settings).trim()
