/** Where a manifest names images, and what of it a node without internet would have to download. Pure. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, visit, type Document, type YAMLMap } from 'yaml'
import { manifestDocuments } from './manifest-docs.js'
import { english } from '../words/say.js'

/** One place where a manifest names an image. */
export interface ImageUse {
  /** As written. */
  readonly image: string
  /** As written; undefined: not given. */
  readonly policy: string | undefined
  /** 1-based. */
  readonly line: number
}

/** Something that a node downloads when a pod starts. */
export interface Fetch {
  /** The image, or the repository. */
  readonly what: string
  readonly why: string
  /** What to change in the manifest. */
  readonly fix: string
  /** 1-based. */
  readonly line: number
}

const IMAGES = /^(?:(?:initC|c|ephemeralC)ontainers|volumes)$/

/** Whether a name asks for exact content and not for a tag. No image of a loaded archive has such a name. */
export const hasDigest = (ref: string): boolean => ref.includes('@')

/**
 * Returns what a node stands for: an alias stands for its anchor's. (yaml's own `resolve` walks the document each
 * time.)
 */
type Plain = (node: unknown) => unknown

function anchorsOf(doc: Document.Parsed): Plain {
  const anchors = new Map<string, unknown>()
  visit(doc, {
    Node: (_, node) => {
      if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return (node) => (isAlias(node) ? anchors.get(node.source) : node)
}

function textAt(plain: Plain, map: YAMLMap, key: string): string | undefined {
  const node = plain(map.get(key, true))
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined
}

/** 1-based line of an offset. */
function lines(text: string): (offset: number) => number {
  const counter = new LineCounter()
  for (const { index } of text.matchAll(/^/gm)) counter.addNewLine(index)
  return (offset) => counter.linePos(offset).line
}

/** Calls `take` for each map in a list under such a key. A list that anchors repeat is read once for each key. */
function listed(
  text: string,
  wanted: RegExp,
  take: (plain: Plain, item: YAMLMap, at: { readonly key: string; readonly line: number }) => void,
): void {
  const lineOf = lines(text)
  for (const doc of manifestDocuments(text) ?? []) {
    const plain = anchorsOf(doc)
    const seen = new Map<string, Set<unknown>>()
    visit(doc, {
      Pair: (_, pair) => {
        const key = isScalar(pair.key) ? String(pair.key.value) : ''
        const list = wanted.test(key) ? plain(pair.value) : undefined
        const known = seen.get(key) ?? new Set()
        if (!isSeq(list) || known.has(list)) return
        seen.set(key, known.add(list))
        for (const entry of list.items) {
          const item = plain(entry)
          if (isMap(item)) take(plain, item, { key, line: lineOf(item.range?.[0] ?? 0) })
        }
      },
    })
  }
}

/**
 * Each container's image, and the images of volumes. Text that is not YAML names none: the command that applies it
 * reports that.
 */
export function imageUses(text: string): readonly ImageUse[] {
  const uses: ImageUse[] = []
  listed(text, IMAGES, (plain, item, { key, line }) => {
    // kubernetes.io, "Use an Image Volume With a Pod" (1.31 on).
    const volume = key === 'volumes' ? plain(item.get('image', true)) : undefined
    const [map, name, policy] =
      key === 'volumes' ? [volume, 'reference', 'pullPolicy'] : [item, 'image', 'imagePullPolicy']
    const image = isMap(map) ? textAt(plain, map, name) : undefined
    if (isMap(map) && image !== undefined) uses.push({ image, policy: textAt(plain, map, policy), line })
  })
  return uses
}

/**
 * All that nodes would download even if every image was loaded before (kubernetes.io, "Images", "Image pull policy":
 * without a policy `latest` means Always).
 */
export function manifestFetches(text: string): readonly Fetch[] {
  const fetches: Fetch[] = imageUses(text).flatMap(({ image, policy, line }) => {
    const latest = !/:[^/]*$/.test(image) || image.endsWith(':latest')
    const [why, fix] = hasDigest(image)
      ? ['a loaded archive has no digests', 'drop the digest, and name a tag']
      : policy === 'Always'
        ? ['imagePullPolicy is Always', 'set it to IfNotPresent']
        : policy === undefined && latest
          ? ['latest means imagePullPolicy Always', 'name a tag, or set imagePullPolicy: IfNotPresent']
          : []
    return why === undefined || fix === undefined ? [] : [{ what: image, why, fix, line }]
  })
  // Reading it all again takes a second for Calico's.
  if (!text.includes('gitRepo')) return fetches
  listed(text, /^volumes$/, (plain, item, { line }) => {
    const git = plain(item.get('gitRepo', true))
    const what = isMap(git) ? textAt(plain, git, 'repository') : undefined
    if (what !== undefined)
      fetches.push({ what, why: english('a gitRepo volume is cloned'), fix: english('take another volume'), line })
  })
  return fetches
}

/** `IMAGE (line N): why: fix`. */
export const fetchWords = ({ what, why, fix, line }: Fetch): string => `${what} (line ${line}): ${why}: ${fix}`
