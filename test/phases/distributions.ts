/** Images as they come: os-release texts of the distributions' own, and what the scripts find there. */
import type { Distribution } from '../fakes/guest-root.js'

const selinux = `# This file controls the state of SELinux on the system.
# SELINUX= can take one of these three values:
#     enforcing - SELinux security policy is enforced.
SELINUX=enforcing
SELINUXTYPE=targeted
`
const fstab = `# /etc/fstab
UUID=1c419d6c-5064-4a2b-953c-05b2c67edb15 /    xfs     defaults        0 0
/dev/mapper/centos-swap swap  swap    defaults        0 0
`
const chrony =
  '# Use public servers from the pool.ntp.org project.\nserver 0.centos.pool.ntp.org iburst\n' +
  'server 1.centos.pool.ntp.org iburst\nmakestep 1.0 3\n'
const KUBE = ['kubelet', 'kubeadm', 'kubectl']

export const centos7: Distribution = {
  osRelease: `NAME="CentOS Linux"
VERSION="7 (Core)"
ID="centos"
ID_LIKE="rhel fedora"
VERSION_ID="7"
PRETTY_NAME="CentOS Linux 7 (Core)"
ANSI_COLOR="0;31"
CPE_NAME="cpe:/o:centos:centos:7"

CENTOS_MANTISBT_PROJECT="CentOS-7"
CENTOS_MANTISBT_PROJECT_VERSION="7"
REDHAT_SUPPORT_PRODUCT="centos"
REDHAT_SUPPORT_PRODUCT_VERSION="7"
`,
  tools: 'yum',
  kernel: '3.10.0-1160.el7.x86_64',
  files: {
    'etc/selinux/config': selinux,
    'etc/chrony.conf': chrony,
    'etc/fstab': fstab,
    'etc/resolv.conf': 'nameserver 10.0.2.3\n',
    'etc/yum.repos.d/CentOS-Base.repo':
      '[base]\nmirrorlist=http://mirrorlist.centos.org/?release=$releasever&arch=$basearch&repo=os\n',
    'etc/yum.repos.d/CentOS-Vault.repo': '[C7.0.1406-base]\nenabled=0\n',
    'etc/yum.repos.d/mine.repo': '[mine]\nbaseurl=http://repo.example/\n',
    'etc/pki/rpm-gpg/RPM-GPG-KEY-CentOS-7': '',
    'etc/pki/rpm-gpg/RPM-GPG-KEY-CentOS-Testing-7': '',
    'etc/pki/rpm-gpg/RPM-GPG-KEY-CentOS-Debug-7': '',
  },
  installed: ['iptables 1.4.21', 'ethtool 4.8'],
  available: [
    'ipset 7.1',
    'ipvsadm 1.27',
    'bash-completion 2.1',
    'chrony 3.4',
    'conntrack-tools 1.4.4',
    'socat 1.7.3.2',
    'ebtables 2.0.10',
    'yum-utils 1.1.31',
    'device-mapper-persistent-data 0.8.5',
    'lvm2 2.02.187',
    'docker-ce 19.03.8',
    'docker-ce-cli 19.03.8',
    'containerd.io 1.6.33',
    'kernel-lt 5.4.278',
    ...KUBE.map((name) => `${name} 1.17.5`),
  ],
  units: ['firewalld.service enabled'],
  switches: ['old-kernel'],
}

export const rocky9: Distribution = {
  osRelease: `NAME="Rocky Linux"
VERSION="9.3 (Blue Onyx)"
ID="rocky"
ID_LIKE="rhel centos fedora"
VERSION_ID="9.3"
PLATFORM_ID="platform:el9"
PRETTY_NAME="Rocky Linux 9.3 (Blue Onyx)"
`,
  tools: 'dnf',
  kernel: '5.14.0-362.8.1.el9_3.x86_64',
  files: {
    'etc/selinux/config': selinux,
    'etc/chrony.conf': chrony,
    'etc/resolv.conf': 'nameserver 10.0.2.3\n',
    'etc/yum.repos.d/rocky.repo': '[baseos]\nmirrorlist=https://mirrors.rockylinux.org/mirrorlist\n',
    'etc/pki/rpm-gpg/RPM-GPG-KEY-Rocky-9': '',
    'etc/pki/rpm-gpg/RPM-GPG-KEY-Rocky-9-Testing': '',
  },
  installed: ['iproute-tc 6.2.0', 'ethtool 6.2', 'chrony 4.3'],
  available: [
    'ipset 7.11',
    'ipvsadm 1.31',
    'bash-completion 2.11',
    'conntrack-tools 1.4.7',
    'socat 1.7.4.1',
    'iptables-nft 1.8.8',
    'yum-utils 4.3.0',
    'device-mapper-persistent-data 1.0.6',
    'lvm2 2.03.21',
    'docker-ce 26.1.3',
    'docker-ce-cli 26.1.3',
    'containerd.io 1.6.32',
    ...KUBE.map((name) => `${name} 1.28.2`),
  ],
  units: ['chronyd.service enabled'],
  switches: ['no-conntrack-ipv4'],
}

const debianImage = [
  'iptables',
  'ipset',
  'ipvsadm',
  'conntrack',
  'ebtables',
  'socat',
  'ethtool',
  'bash-completion',
  'ca-certificates',
  'curl',
]
/** klab's own image: all packages are there. */
export const debian12: Distribution = {
  osRelease: `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
`,
  tools: 'apt',
  kernel: '6.1.0-28-cloud-amd64',
  files: { 'etc/resolv.conf': 'nameserver 10.0.2.3\n', 'usr/bin/dockerd': '' },
  installed: debianImage.map((name) => `${name} 1`),
  available: [],
  units: ['docker.service disabled', 'containerd.service disabled'],
  switches: ['no-conntrack-ipv4'],
}

/** The same with Debian 13: no docker runs there, as no Kubernetes that it is for knows docker. */
export const debian13: Distribution = {
  ...debian12,
  osRelease: `PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
NAME="Debian GNU/Linux"
VERSION_ID="13"
VERSION="13 (trixie)"
VERSION_CODENAME=trixie
DEBIAN_VERSION_FULL=13.1
ID=debian
`,
  kernel: '6.12.118+deb13-cloud-amd64',
  installed: [...debian12.installed, 'containerd 1.7.24~ds1'],
}

/** A cloud image of Ubuntu: a firewall, and little else. */
export const ubuntu2204: Distribution = {
  osRelease: `PRETTY_NAME="Ubuntu 22.04.3 LTS"
NAME="Ubuntu"
VERSION_ID="22.04"
VERSION="22.04.3 LTS (Jammy Jellyfish)"
VERSION_CODENAME=jammy
ID=ubuntu
ID_LIKE=debian
`,
  tools: 'apt',
  kernel: '5.15.0-88-generic',
  files: {
    'etc/resolv.conf': 'nameserver 127.0.0.53\n',
    'etc/apt/sources.list': 'deb http://archive.ubuntu.com/ubuntu jammy main\n',
    'etc/apt/sources.list.d/mine.list': 'deb http://repo.example/ /\n',
  },
  installed: ['iptables 1.8.7', 'ethtool 5.16', 'bash-completion 2.11', 'ca-certificates 2023', 'curl 7.81'],
  available: [
    ...['ipset', 'ipvsadm', 'conntrack', 'ebtables', 'socat', 'apparmor', 'docker.io', 'containerd.io'].map(
      (name) => `${name} 1`,
    ),
    'docker-ce 5:24.0.7-1~ubuntu.22.04~jammy',
    'docker-ce-cli 5:24.0.7-1~ubuntu.22.04~jammy',
    ...KUBE.map((name) => `${name} 1.23.17-00`),
  ],
  units: ['ufw.service enabled', 'docker.service disabled'],
  switches: ['no-conntrack-ipv4'],
}
