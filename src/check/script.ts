/** The guest's phase scripts, read by section: the lines below `# 2.2.7: …`, with a lab's settings filled in. Pure. */

const SECTIONS = String.raw`\d+(?:\.\d+)+(?:, \d+(?:\.\d+)+)*`
const MARK = new RegExp(`^\\s*# (${SECTIONS}):`)
const BESIDE = /^\s*# Beside the course:/

type Settings = Readonly<Record<string, string>>

/** The sections that a script says it does. */
export const sectionsOf = (script: string): readonly string[] => [
  ...new Set(script.split('\n').flatMap((line) => MARK.exec(line)?.[1]?.split(', ') ?? [])),
]

/** The lines of a section, as they stand in the script; a script may have several blocks of one. */
export function blockOf(script: string, section: string): readonly string[] {
  const found: string[] = []
  let mine = false
  let indent = ''
  for (const line of script.split('\n')) {
    const sections = MARK.exec(line)?.[1]?.split(', ')
    if (sections || BESIDE.test(line)) {
      mine = sections?.includes(section) ?? false
      indent = /^\s*/.exec(line)?.[0] ?? ''
    } else if (mine && !/^\s*# shellcheck /.test(line)) found.push(line.startsWith(indent) ? line.slice(indent.length) : line)
  }
  return found
}

/** Whether a condition holds that asks for settings alone; undefined for one that asks the guest. */
function holds(condition: string, settings: Settings): boolean | undefined {
  const [, name, operator, word = ''] = /^\[ "\$(\w+)" (=|!=) "?([^"\s]*)"? \]$/.exec(condition) ?? []
  if (name !== undefined && name in settings) return (settings[name] === word) === (operator === '=')
  const [, filled] = /^\[ -n "\$\{(\w+):-\}" \]$/.exec(condition) ?? []
  return filled !== undefined && filled in settings ? settings[filled] !== '' : undefined
}

/** Leaves of an `if` that asks for settings only the branch that runs. */
export function fold(lines: readonly string[], settings: Settings): readonly string[] {
  // One entry for each open `if`: whether it was folded, and whether its present branch runs.
  const open: { folded: boolean; runs: boolean }[] = []
  const kept: string[] = []
  for (const line of lines) {
    const text = line.trim()
    const runs = open.every((o) => o.runs)
    const outdent = open.filter((o) => o.folded).length
    const keep = (): void => {
      if (runs) kept.push(line.replace(new RegExp(`^\\t{0,${outdent}}`), ''))
    }
    const condition = /^if (.*); then$/.exec(text)?.[1]
    const top = open.at(-1)
    if (condition !== undefined) {
      const known = holds(condition, settings)
      if (known === undefined) keep()
      open.push({ folded: known !== undefined, runs: known ?? true })
    } else if (text === 'else' && top?.folded) top.runs = !top.runs
    else if (text === 'fi' && top) {
      if (!top.folded) keep()
      open.pop()
    } else keep()
  }
  return kept
}

/** The settings' values in place of their names. */
export const fill = (text: string, settings: Settings): string =>
  text.replace(/\$\{(\w+)(?::-)?\}|\$(\w+)/g, (whole, braced?: string, bare?: string) => settings[braced ?? bare ?? ''] ?? whole)

/** What a script runs for a section, in a lab with these settings; empty when it does nothing for it. */
export const commandsOf = (script: string, section: string, settings: Settings): string =>
  fill(fold(blockOf(script, section), settings).join('\n'), settings).trim()
