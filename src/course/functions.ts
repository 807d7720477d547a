/** The functions of the guest's scripts that a section calls (family-*.sh), with a lab's settings filled in. Pure. */
import { fill, fold } from './script.js'

type Settings = Readonly<Record<string, string>>
type Functions = ReadonlyMap<string, readonly string[]>

const BESIDE = /^\s*# Beside the course:/
const COURSE = /^\s*# As the course:/

/**
 * Every function of these scripts, without the lines beside the course: name → lines of its body. A later script's
 * function wins.
 */
export function functionsOf(scripts: Iterable<string>, settings: Settings): Functions {
  const found = new Map<string, readonly string[]>()
  for (const script of scripts) {
    for (const [, name = '', oneLine, body = ''] of script.matchAll(/^(\w+)\(\) \{(?: (.*?);? \}$|\n([^]*?)^\}$)/gm)) {
      const lines = (oneLine ?? body).split('\n').map((l) => l.replace(/^\t/, ''))
      found.set(name, fold(shown(lines), settings))
    }
  }
  return found
}

/** The lines up to `# Beside the course:`, and again from `# As the course:` on. */
function shown(lines: readonly string[]): readonly string[] {
  let mine = true
  return lines.filter((line) => {
    if (BESIDE.test(line)) mine = false
    else if (COURSE.test(line)) mine = true
    else return mine && !/^\s*# shellcheck |^$/.test(line)
    return false
  })
}

/** Whether a function does nothing in this lab. */
const idle = (body: readonly string[]): boolean => body.every((l) => l === ':' || /^\s*(#.*)?$/.test(l))

const CALL = /^\s*(\w+)\b/
const called = (line: string, functions: Functions): readonly string[] | undefined =>
  functions.get(CALL.exec(line)?.[1] ?? '')

/** Whether commands call one of the functions. */
export const callsAny = (commands: string, functions: Functions): boolean =>
  commands.split('\n').some((line) => called(line, functions) !== undefined)

/**
 * The commands without calls of functions that do nothing here, after the definitions of the functions that they call.
 */
export function withFunctions(commands: string, functions: Functions, settings: Settings): string {
  const kept = commands.split('\n').filter((line) => {
    const body = called(line, functions)
    return body === undefined || !idle(body)
  })
  const wanted = new Set<string>()
  const collect = (lines: readonly string[]): void => {
    for (const [word] of lines
      .filter((l) => !l.trimStart().startsWith('#'))
      .join('\n')
      .matchAll(/(?<![\w$/.-])[a-z]\w*(?![\w/.-])/g)) {
      const body = functions.get(word)
      if (!body || wanted.has(word)) continue
      collect(body)
      wanted.add(word)
    }
  }
  collect(kept)
  const definitions = [...wanted].map((name) => {
    const body = functions.get(name) ?? []
    const lines = body.length > 0 && !idle(body) ? body : [':']
    return `${name}() {\n${fill(lines.map((l) => `\t${l}`).join('\n'), settings)}\n}`
  })
  return [...definitions, ...kept].join('\n').trim()
}

/**
 * Plain assignments at the top of a family's files, for fill: `PM=yum`, and the members of an array. `major`: that of
 * the system, for assignments of one release.
 */
export function constantsOf(scripts: Iterable<string>, major: string): Settings {
  const found: Record<string, string> = {}
  for (const script of scripts) {
    const cases = new Set<string>()
    for (const line of script.split('\n')) {
      const [, release, name = '', plus, list, quoted, word] =
        /^(?:(\d+|\*)\) )?([A-Z_]+)(\+)?=(?:\((.*)\)|'([^']*)'|([\w.:/-]+|\$\(.*\)))(?: ;;)?$/.exec(line) ?? []
      if (name === '' || (release !== undefined && release !== major && (release !== '*' || cases.has(name)))) continue
      if (release !== undefined) cases.add(name)
      const value = fill(list ?? quoted ?? word ?? '', found)
      found[name] = plus === undefined ? value : `${found[name] ?? ''} ${value}`
    }
  }
  return found
}
