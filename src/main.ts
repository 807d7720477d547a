#!/usr/bin/env node
/**
 * Where Node starts. It asks whether this Node is new enough before any other file is read: an older Node cannot read
 * them. So it has no imports, and the build leaves it as it is.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `klab needs Node 20.19 or newer; this is ${process.versions.node} (${process.execPath})\n` +
      'try: klab’s Debian package, which brings its own Node; or put a newer Node first on your PATH\n',
  )
  process.exitCode = 3
} else void import('./start.js')
