// Installs the simulator, starts it for the steps that follow, and tells them where it is.
import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { fail, flag, input, tell, words } from './runner.js'

const folder = join(process.env.RUNNER_TEMP, 'mpp-sim')

/** The path of the command, after the package or the clone was installed. */
function install() {
  const spec = input('package')
  if (spec !== undefined) {
    npm('install', '--prefix', folder, '--ignore-scripts', spec)
    return join(folder, 'node_modules/alipayplus-mpp-simulator/dist/bin/mpp-sim.mjs')
  }
  const clone = fileURLToPath(new URL('..', import.meta.url))
  npm('ci', '--prefix', clone, '--ignore-scripts')
  npm('run', '--prefix', clone, 'build')
  return join(clone, 'dist/cli.js')
}

function npm(...args) {
  // On Windows npm is a script, which takes a shell.
  const options = { stdio: 'inherit', shell: process.platform === 'win32' }
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], options)
}

/** `mpp-sim` for the steps that follow: `npx mpp-sim` would take whatever package has that name. */
function putOnPath(cli) {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'mpp-sim'), `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`)
  chmodSync(join(bin, 'mpp-sim'), 0o755)
  appendFileSync(process.env.GITHUB_PATH, `${bin}\n`)
}

/** Its log is read for the address, so the options that shape the log come last, where they win. */
function serve(cli, log) {
  const options = [...flag('scenarios'), ...flag('profile'), ...flag('port'), ...words('options')]
  const output = openSync(log, 'w')
  const args = [cli, 'serve', ...options, '--log-format', 'json', '--log-level', 'info']
  return spawn(process.execPath, args, { detached: true, stdio: ['ignore', output, output] })
}

/** The address that the server tells in its log; undefined where it ended before, or tells none for 30 s. */
async function addressOf(server, log) {
  const deadline = Date.now() + 30_000
  while (server.exitCode === null && Date.now() < deadline) {
    const [line] = readFileSync(log, 'utf8').match(/^.*"msg":"listening".*\n/m) ?? []
    if (line !== undefined) return JSON.parse(line).url
    await sleep(50)
  }
  return undefined
}

mkdirSync(folder, { recursive: true })
const cli = install()
putOnPath(cli)
const log = join(folder, 'log.ndjson')
const server = serve(cli, log)
const url = await addressOf(server, log)
if (url === undefined) {
  server.kill()
  process.stdout.write(readFileSync(log, 'utf8'))
  fail('The simulator did not start. Its log says why.')
} else {
  const addresses = { mpp: `${url}/aps/api/v1/payments/cancelPayment`, admin: `${url}/__admin` }
  tell('ENV', { MPP_URL: addresses.mpp, MPP_ADMIN_URL: addresses.admin, MPP_SIM_URL: url })
  tell('OUTPUT', { url, 'mpp-url': addresses.mpp, 'admin-url': addresses.admin })
  tell('STATE', { cli, url, pid: server.pid })
  process.stdout.write(`The simulator answers at ${url}; its log is ${log}\n`)
}
server.unref()
