/** Guesses by patterns what a lesson's texts and scripts use: images, machines, internet addresses. */

export interface Named {
  readonly word: string
  /** The line that names it, from 1. */
  readonly line: number
}

/** An image reference: `nginx`, `busybox:1.36`, `registry.example/x/y@sha256:…`. */
const IMAGE = String.raw`[a-z0-9][a-z0-9._/:@-]*[a-z0-9]`
const IMAGES = [
  new RegExp(String.raw`^\s*-?\s*["']?image["']?:\s*["']?(${IMAGE})["']?\s*,?\s*(?:\s#.*)?$`),
  new RegExp(String.raw`--image[= ]["']?(${IMAGE})`, 'g'),
  new RegExp(String.raw`\b(?:docker|podman|nerdctl|crictl)\s+pull\s+(?:-\S+\s+)*(${IMAGE})`, 'g'),
  new RegExp(String.raw`\b(?:docker|podman|nerdctl|ctr)\s+run\s+(?:-\S+\s+)*(${IMAGE}:[\w.-]+)`, 'g'),
  // A variable of a script: BASE_IMAGE="nginx:1.25".
  new RegExp(String.raw`^\s*(?:export\s+)?\w*IMAGE=["']?(${IMAGE})["']?\s*$`),
  // A task in words: use the `nginx:1.25` image. Without a tag it may be any word.
  new RegExp(String.raw`\bimage\b[^\x60]{0,80}\x60(${IMAGE}:[\w][\w.-]*)\x60`, 'gi'),
  new RegExp(String.raw`\x60(${IMAGE}:[\w][\w.-]*)\x60(?:\{\{\w+\}\})?\*{0,2}\s+image\b`, 'gi'),
  new RegExp(String.raw`\bset\s+image\s+\S+\s+[\w.*-]+=(${IMAGE})`, 'g'),
]
/** The word is a placeholder or a flag's value, not an image. */
const NO_IMAGE = /^(?:image|name|true|false|yourimage)$|^\d+$/

const HOSTS = [
  /\bssh\s+(?:-[oipFlJ]\s*\S+\s+|-\S+\s+)*(?:[a-z_][\w-]*@)?([a-z][\w.-]*)/g,
  /\bscp\s.*?(?:^|\s)(?:[a-z_][\w-]*@)?([a-z][\w-]*):/g,
]
/** Words that follow `ssh` in prose. */
const NO_HOST =
  /^(?:into|to|and|key|keys|access|session|connection|from|in|on|or|root|the|is|as|with|server|port|config)$/

/**
 * Not of this machine, nor of a private network (RFC 1918), nor filled in by the shell, nor a service of the cluster:
 * its name has no dot, or ends as only names inside do.
 */
const INSIDE = String.raw`(?:[\w-]+|[\w.-]+\.(?:svc|local|internal|test|lan))(?![\w.-])`
const ELSEWHERE = String.raw`(?!localhost|127\.|\$|<|\{|10\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.168\.|${INSIDE})`
const INTERNET = [
  new RegExp(String.raw`\b((?:curl|wget)\s[^|;&\n]*https?:\/\/${ELSEWHERE}[\w.-]+)`, 'g'),
  /\b(kubectl\s+(?:apply|create|replace)\s[^|;&\n]*-f\s+https?:\/\/[\w.-]+)/g,
  /\b((?:apt|apt-get|yum|dnf)\s+(?:-\S+\s+)*(?:update|install|upgrade)\b[^|;&\n]*)/g,
  /\b(helm\s+repo\s+add\s+\S+\s+\S+)/g,
  /\b(git\s+clone\s+\S+)/g,
  /\b((?:pip3?|npm|go)\s+(?:install|get)\s+\S+)/g,
]

function matches(text: string, patterns: readonly RegExp[], not?: RegExp): readonly Named[] {
  const found: Named[] = []
  text.split('\n').forEach((row, i) => {
    // Longer lines were not written by hand.
    const line = row.slice(0, 2000)
    for (const pattern of patterns)
      for (const m of pattern.global ? line.matchAll(pattern) : [pattern.exec(line)])
        if (m?.[1] !== undefined && !not?.test(m[1])) found.push({ word: m[1].trim(), line: i + 1 })
  })
  return found
}

/** The images that a text pulls or runs. */
export const imagesIn = (text: string): readonly Named[] => matches(text, IMAGES, NO_IMAGE)

/** The machines that it connects to with ssh. */
export const hostsIn = (text: string): readonly Named[] => matches(text, HOSTS, NO_HOST)

/** The commands that need the internet. */
export const internetIn = (text: string): readonly Named[] => matches(text, INTERNET)

/** With registry and tag, as a bundle lists it: `nginx` is `docker.io/library/nginx:latest`. */
export function fullImage(name: string): string {
  const [path = '', digest] = name.split('@')
  const tagged = /:[^/]*$/.test(path) ? path : `${path}:latest`
  const first = tagged.split('/')[0] ?? ''
  const full = tagged.includes('/')
    ? /[.:]/.test(first) || first === 'localhost'
      ? tagged
      : `docker.io/${tagged}`
    : `docker.io/library/${tagged}`
  return digest === undefined ? full : `${full}@${digest}`
}
