/** klab(1), the man page, from the same declarations as `--help` (man(7) says what the letters mean). Pure. */
import type { Command, Group, OptionTable } from './command.js'
import { COMMANDS, EXIT_STATUSES } from './commands.js'
import { verbOf, wordsOfUsage } from './locate.js'
import { COMMON_OPTIONS } from './options.js'

type Option = OptionTable[string]
type Example = Command['examples'][number]

/** Escapes a text, so that the formatter takes no letter of it as a command. */
const plain = (text: string): string =>
  text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/~/g, '\\(ti')
    .replace(/\^/g, '\\(ha')
    .replace(/^[.']/, '\\&$&')
const bold = (text: string): string => `\\fB${plain(text)}\\fR`
const italic = (text: string): string => `\\fI${plain(text)}\\fR`

/** A term with its explanation. */
const item = (term: string, text: string): string => `.TP\n${term}\n${plain(text)}`

/** yargs' form, with what a user types himself in bold: `logs [node]`. */
function usageLine(words: string): string {
  const [verb = '', ...rest] = words.split(/ (?=[<[])/)
  const places = rest.map((word) => word.replace(/[\w-]+/, (name) => italic(name)).replace('..', ' ...'))
  return [bold(`klab ${verb}`), ...places].join(' ')
}

/** `-n, --lines NUMBER`; a yes that is the default shows its no. */
function optionTerm(name: string, o: Option): string {
  const letters = [o.alias ?? []].flat().map((a) => bold(`-${a}`))
  const word = bold(o.default === true ? `--no-${name}` : `--${name}`)
  const value = o.type === 'boolean' ? '' : ` ${italic(o.type === 'number' ? 'NUMBER' : name.toUpperCase())}`
  return [...letters, word].join(', ') + value
}

function optionText(o: Option): string {
  const choices = o.choices === undefined ? [] : [`one of ${o.choices.join(', ')}`]
  const fallback = o.default === undefined || o.default === true ? [] : [`default: ${String(o.default)}`]
  return [o.describe ?? '', ...choices, ...fallback].join('; ')
}

const examplesOf = (examples: readonly Example[]): readonly string[] =>
  examples.length === 0 ? [] : ['.PP', 'Examples:', ...examples.map(([line, what]) => item(bold(line), what))]

function commandPart(command: Command, before: string): readonly string[] {
  const options = Object.entries(command.options ?? {})
  const words = wordsOfUsage(command.usage)
  return [
    `.SS klab ${plain(before + verbOf(command))}`,
    usageLine(before + command.usage) + (options.some(([name]) => !words.includes(name)) ? ' [options]' : ''),
    ...(command.aliases === undefined ? [] : ['.PP', `Also ${command.aliases.map(bold).join(', ')}.`]),
    '.PP',
    plain(`${command.describe}.`),
    ...options.map(([name, o]) => item(words.includes(name) ? italic(name) : optionTerm(name, o), optionText(o))),
    ...examplesOf(command.examples),
  ]
}

const entryPart = (entry: Command | Group): readonly string[] =>
  'actions' in entry
    ? [
        `.SS klab ${plain(entry.usage)}`,
        `${bold(`klab ${entry.usage}`)} ${italic('action')} [options]`,
        '.PP',
        plain(`${entry.describe}. Its actions follow.`),
        ...examplesOf(entry.examples),
        ...entry.actions.flatMap((action) => commandPart(action, `${entry.usage} `)),
      ]
    : commandPart(entry, '')

const ENVIRONMENT: readonly (readonly [term: string, text: string])[] = [
  ['KLAB_STATE_DIR', 'where labs, keys and snapshots are kept'],
  ['KLAB_CACHE_DIR', 'where downloads, images and bundles are kept'],
  ['KLAB_RUN_DIR', 'where sockets are; must be a short path'],
  ['KLAB_SAFE_DIRECTORY', 'folders, with colons between them, whose Labfile may belong to another user'],
  ['KLAB_KEY_PASSPHRASE', 'the passphrase of a trainer’s private key, for klab lesson keygen, start and report'],
  ['LC_ALL, LC_MESSAGES, LANG', 'the language of what klab says: zh for Chinese, otherwise English'],
  ['KUBECONFIG', 'the file that klab kubeconfig --merge writes to'],
  ['NO_COLOR', 'if it is set, klab prints without colours'],
]

const FILES: readonly (readonly [term: string, text: string])[] = [
  ['Labfile', 'says which machines the lab has; looked for in the working folder and above it'],
  ['~/.local/state/klab, ~/.cache/klab', 'state and cache of an ordinary user'],
  ['/var/lib/klab, /var/cache/klab, /run/klab', 'state, cache and sockets of root'],
]

/** The whole page, as troff. `about`: what klab is, half a sentence. */
export const manPage = (version: string, about: string): string =>
  [
    `.TH KLAB 1 "" "klab ${plain(version)}" "User Commands"`,
    // Long words of a command line must not be broken, nor lines stretched.
    '.nh',
    '.ad l',
    '.SH NAME',
    `klab \\- ${plain(about)}`,
    '.SH SYNOPSIS',
    `${bold('klab')} [${bold('-f')} ${italic('LABFILE')}] ${italic('command')} [options]`,
    '.SH DESCRIPTION',
    'A Labfile describes the machines of a lab.',
    `${bold('klab up')} makes them with libvirt and QEMU, and sets up a Kubernetes cluster in them with kubeadm.`,
    `${bold('klab snapshot')} saves the running cluster and goes back to it.`,
    `${bold('klab destroy')} removes everything again.`,
    '.PP',
    `To begin: ${bold('klab doctor')} says what this machine lacks, ${bold('klab init')} writes a Labfile.`,
    '.SH OPTIONS',
    ...Object.entries(COMMON_OPTIONS).map(([name, o]) => item(optionTerm(name, o), optionText(o))),
    item(`${bold('-h')}, ${bold('--help')}`, 'show help, also of one command'),
    item(bold('--version'), 'show the version'),
    '.SH COMMANDS',
    ...COMMANDS.flatMap(entryPart),
    '.SH EXIT STATUS',
    ...EXIT_STATUSES.map(([status, meaning]) => item(bold(String(status)), meaning)),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.map(([name, text]) => item(bold(name), text)),
    '.SH FILES',
    ...FILES.map(([path, text]) => item(italic(path), text)),
    '.SH SEE ALSO',
    `${bold('virsh')}(1), ${bold('qemu-img')}(1), ${bold('ssh')}(1)`,
    '',
  ].join('\n')
