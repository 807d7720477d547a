// The texts of klab's Debian package, and where each file of the npm package goes in it. Pure. deb-control(5), and
// Debian's policy manual for the places.

const LIB = 'usr/lib/klab'
const DOC = 'usr/share/doc/klab'
/** Pages, and what they link to beside pages. */
const PAGE = /^(?:docs\/.*|[A-Z]+(?:\.zh)?\.md|Labfile(?:\.zh)?\.example)$/
/** Made into other files: the man page and the copyright file; or of use only to somebody who builds with npm. */
const NOT_COPIED = /^(?:LICENSE|dist\/klab\.1|dist\/types\/.*|.*\.LEGAL\.txt)$/
const NOTICES = 'dist/THIRD-PARTY-NOTICES'

/** Where a file of the npm package goes (no `/` before it); undefined: nowhere. */
export function placeOf(path) {
  if (NOT_COPIED.test(path)) return undefined
  if (path === NOTICES) return `${DOC}/THIRD-PARTY-NOTICES`
  return `${PAGE.test(path) ? DOC : LIB}/${path}`
}

/** Links beside the pages: what they link to lies in /usr/lib/klab. */
export const LINKS = {
  [`${DOC}/cloud-init`]: '../../../lib/klab/cloud-init',
  [`${DOC}/labs`]: '../../../lib/klab/labs',
  [`${DOC}/labfile.schema.json`]: '../../../lib/klab/labfile.schema.json',
  [`${DOC}/LICENSE`]: 'copyright',
}

/** /usr/bin/klab. */
export const WRAPPER = `#!/bin/sh
exec /${LIB}/node /${LIB}/dist/main.js "$@"
`

/** Shell → where its completions lie in Debian. */
export const COMPLETIONS = {
  bash: 'usr/share/bash-completion/completions/klab',
  zsh: 'usr/share/zsh/vendor-completions/_klab',
  fish: 'usr/share/fish/vendor_completions.d/klab.fish',
}

/** What lintian may find, and why it is so. */
export const OVERRIDES = `# Debian 12 has only Node 18, so klab brings its own, as Node's makers built it.
klab: embedded-library *usr/lib/klab/node*
klab: hardening-no-pie *usr/lib/klab/node*
# klab hands these to its machines. They never run on the host.
klab: python3-script-but-no-python3-dep *usr/lib/klab/cloud-init/*
klab: unusual-interpreter *usr/lib/klab/cloud-init/*
klab: script-not-executable *usr/lib/klab/cloud-init/*
`

/** Where Node's licence goes. */
export const NODE_LICENCE = `${DOC}/NODE-NOTICES`

/**
 * DEBIAN/control. `lists`: .ci/packages.sh; `libraries`: what Node's program needs, as dpkg-shlibdeps says; `kib`:
 * installed size.
 */
export const control = ({ version, architecture, maintainer, kib, lists, libraries, about }) =>
  [
    'Package: klab',
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${maintainer}`,
    `Installed-Size: ${kib}`,
    `Depends: ${[...libraries, ...lists.run].join(', ')}`,
    `Recommends: ${lists.make.join(', ')}`,
    `Suggests: ${[...lists.nat, 'tini'].join(', ')}`,
    'Section: admin',
    'Priority: optional',
    `Description: ${about}`,
    ' A Labfile describes the machines. "klab up" makes them with libvirt and QEMU',
    ' and sets up a cluster with kubeadm. "klab snapshot" saves the running cluster',
    ' and goes back to it; "klab destroy" removes everything again. An ordinary',
    ' user can do all this, with or without KVM, and without internet.',
    ' .',
    ' This package has its own Node.js.',
    '',
  ].join('\n')

/** changelog.gz. klab's own changelog is CHANGELOG.md; `date`: as RFC 5322 has it. */
export const changelog = ({ version, maintainer, date }) =>
  `klab (${version}) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- ${maintainer}  ${date}\n`

/** The copyright file: klab's licence, and where those of what it contains are. */
export const copyright = ({ license, nodeVersion }) => `klab

${license}
/${LIB}/node is Node.js ${nodeVersion}, from nodejs.org. Its licence, and those of
what is in it, are in /${NODE_LICENCE}.

The programs in /${LIB}/dist contain packages of other people. These
packages and their licences are in /${DOC}/THIRD-PARTY-NOTICES.

The text of the Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0 too.
`
