/**
 * klab does not trust the XML in an imported RAM image. Each element and attribute must be one that libvirt writes for
 * klab's machines (FORM). Everything that names a file, a port or an argument is taken from this host's own machine.
 * What remains (PCI addresses, the machine type, a CPU's features) is letters and digits. Pure.
 */
import { XMLBuilder, XMLParser } from 'fast-xml-parser'
import { CorruptError } from '../errors.js'
import { FORM, OURS } from './foreign-form.js'
import { english } from '../words/say.js'

const OPTIONS = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  processEntities: true,
} as const

type Attributes = Readonly<Record<string, string>>
interface Element {
  readonly tag: string
  readonly attributes: Attributes
  readonly text: string
  readonly children: readonly Element[]
}

const refuse = (what: string): CorruptError =>
  new CorruptError(english('the RAM image describes a machine that klab did not make: {what}', { what }), {
    hint: english('import it without its RAM: --disk-only; or ask the person who made the file'),
  })

function elements(tree: unknown): readonly Element[] {
  if (!Array.isArray(tree)) return []
  return (tree as Record<string, unknown>[]).flatMap((node) => {
    const tag = Object.keys(node).find((key) => key !== ':@')
    if (tag === undefined || tag === '#text') return []
    const inside = node[tag] as Record<string, unknown>[]
    const text = inside.map((n) => (typeof n['#text'] === 'string' ? n['#text'] : '')).join('')
    return [{ tag, attributes: (node[':@'] ?? {}) as Attributes, text: text.trim(), children: elements(inside) }]
  })
}

/** The one element of a text. Throws CorruptError for anything that is not plain XML with one root. */
function parse(xml: string, root: string): Element {
  if (/<[!?]/.test(xml)) throw refuse('declarations in its XML')
  let all: readonly Element[]
  try {
    // Checks that it is XML at all; the validator's own package would be one dependency more.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    all = elements(new XMLParser(OPTIONS).parse(xml, true))
  } catch (cause) {
    throw new CorruptError(english('the RAM image holds broken XML'), { hint: english('make the file again'), cause })
  }
  const [only] = all
  if (!only || all.length !== 1 || only.tag !== root) throw refuse(`no <${root}>`)
  return only
}

const child = (e: Element | undefined, tag: string): Element | undefined => e?.children.find((c) => c.tag === tag)
const all = (e: Element | undefined, tag: string): readonly Element[] => e?.children.filter((c) => c.tag === tag) ?? []

/** The element without what is OURS. Throws CorruptError for anything that FORM does not know. */
function checked(e: Element, path: string): Element {
  const children = e.children.flatMap((c) => {
    const at = path === '' ? c.tag : `${path}/${c.tag}`
    if (OURS.has(at)) return []
    // One libvirt's names of devices mean nothing to another libvirt.
    if (c.tag === 'alias') return []
    const rule = FORM[at]
    if (!rule) throw refuse(`<${at}>`)
    for (const [name, value] of Object.entries(c.attributes)) {
      const form = rule.attributes?.[name]
      if (at === 'devices/console' && name === 'tty') continue
      if (!form?.test(value)) throw refuse(`${name}=${JSON.stringify(value)} in <${at}>`)
    }
    if (c.text !== '' && !rule.text?.test(c.text)) throw refuse(`${JSON.stringify(c.text)} in <${at}>`)
    const attributes = at === 'devices/console' ? { type: c.attributes['type'] ?? '' } : c.attributes
    return [{ ...checked(c, at), attributes }]
  })
  return { ...e, children }
}

/** QEMU's arguments without the host's own values: the ports that it forwards from, the switch's socket. */
const portable = (domain: Element): readonly string[] =>
  all(domain, 'qemu:commandline')
    .flatMap((line) => line.children)
    .map((a) =>
      (a.tag === 'qemu:arg' ? (a.attributes['value'] ?? '') : `<${a.tag}>`)
        .replace(/(hostfwd=tcp:127\.0\.0\.1:)\d+-/g, '$10-')
        .replace(/^(vde,id=l2,sock=)[^,]*$/, '$1'),
    )

const kib = (e: Element | undefined): number =>
  Number(e?.text ?? NaN) * ({ KiB: 1, MiB: 1024 }[e?.attributes['unit'] ?? 'KiB'] ?? NaN)

/** What must be the same. Otherwise QEMU could not load it, or it would be another machine. */
function compare(theirs: Element, ours: Element): void {
  const same = (what: string, a: unknown, b: unknown): void => {
    if (JSON.stringify(a) !== JSON.stringify(b))
      throw refuse(`${what} is ${JSON.stringify(a)}, not ${JSON.stringify(b)}`)
  }
  same('its accelerator', theirs.attributes['type'], ours.attributes['type'])
  same('its memory', kib(child(theirs, 'memory')), kib(child(ours, 'memory')))
  same('its number of CPUs', child(theirs, 'vcpu')?.text, child(ours, 'vcpu')?.text)
  const model = (e: Element) => child(child(e, 'cpu'), 'model')?.text
  if (model(ours) !== undefined) same('its CPU', model(theirs), model(ours))
  const disks = (e: Element) =>
    all(child(e, 'devices'), 'disk').map((d) => [
      child(d, 'target')?.attributes['dev'],
      child(d, 'driver')?.attributes['type'],
      child(d, 'readonly') !== undefined,
    ])
  same('the list of its disks', disks(theirs), disks(ours))
  same('QEMU’s command line', portable(theirs), portable(ours))
}

/** Their XML with our values: names, metadata, boot files, disks, console, command line. */
function withOurs(theirs: Element, ours: Element): Element {
  const own = (...tags: string[]): readonly Element[] => tags.flatMap((tag) => all(ours, tag))
  const boot = child(ours, 'os')
  const disks = new Map(
    all(child(ours, 'devices'), 'disk').map((d) => [child(d, 'target')?.attributes['dev'], child(d, 'source')]),
  )
  const log = child(child(child(ours, 'devices'), 'serial'), 'log')
  const devices = (e: Element): Element => ({
    ...e,
    children: e.children.map((d) => {
      const more =
        d.tag === 'disk' ? disks.get(child(d, 'target')?.attributes['dev']) : d.tag === 'serial' ? log : undefined
      return more ? { ...d, children: [more, ...d.children] } : d
    }),
  })
  return {
    ...ours,
    children: [
      ...own('name', 'uuid', 'title', 'metadata'),
      ...theirs.children.map((c) =>
        c.tag === 'os'
          ? { ...c, children: [...c.children, ...['kernel', 'initrd', 'cmdline'].flatMap((tag) => all(boot, tag))] }
          : c.tag === 'devices'
            ? devices(c)
            : c,
      ),
      ...own('seclabel', 'qemu:commandline'),
    ],
  }
}

const node = (e: Element): Record<string, unknown> => ({
  [e.tag]: [...(e.text === '' ? [] : [{ '#text': e.text }]), ...e.children.map(node)],
  ':@': e.attributes,
})

// The same builder as fast-xml-builder, which would be one dependency more.
const build = (e: Element): string =>
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  new XMLBuilder({ ...OPTIONS, format: true, suppressBooleanAttributes: false, suppressEmptyNode: true }).build([
    node(e),
  ])

/**
 * The domain of a RAM image as a machine of this host. `theirs`: its XML; `ours`: the XML that domain-xml.ts makes of
 * that machine here. Throws CorruptError.
 */
export function adoptXml(theirs: string, ours: string): string {
  const [a, b] = [parse(theirs, 'domain'), parse(ours, 'domain')]
  compare(a, b)
  return build(withOurs(checked(a, ''), b))
}

/** libvirt's cookie: the CPU as QEMU really had it. Throws CorruptError for anything more. */
export function adoptCookie(cookie: string): string {
  if (cookie === '') return ''
  const root = parse(cookie, 'cookie')
  // Of a helper that klab's machines do not use.
  const rest = root.children.filter((c) => c.tag !== 'slirpHelper')
  const other = rest.find((c) => c.tag !== 'cpu')
  if (other) throw refuse(`<${other.tag}> in its cookie`)
  return build({ tag: 'cookie', attributes: {}, text: '', children: checked({ ...root, children: rest }, '').children })
}

/** What a RAM image needs of a host. Throws CorruptError if it is not a domain. */
export function needsOf(xml: string): { readonly machine: string; readonly cpu: string } {
  const domain = parse(xml, 'domain')
  return {
    machine: child(child(domain, 'os'), 'type')?.attributes['machine'] ?? '',
    cpu: child(child(domain, 'cpu'), 'model')?.text ?? '',
  }
}
