/** What a control plane says of itself: its kubeconfig, and a real CA. */
import { execFileSync } from 'node:child_process'

const CERT = Buffer.from('-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n').toString('base64')
const KEY = Buffer.from('-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n').toString('base64')

export const ADMIN = `apiVersion: v1
kind: Config
clusters: [{ name: kubernetes, cluster: { certificate-authority-data: ${CERT}, server: https://192.168.31.61:6443 } }]
users: [{ name: kubernetes-admin, user: { client-certificate-data: ${CERT}, client-key-data: ${KEY} } }]
`

export const CA = execFileSync(
  'openssl',
  'req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=kubernetes -days 3650'.split(' '),
  { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
)
