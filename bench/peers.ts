import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { load } from './load.js'
import { installPeers, lacks, type Peer, peers } from './peer.js'
import { type BenchServer, bare, type Command, simulator } from './server.js'
import { tell, withFolder, withServers } from './suite.js'
import { machine, markdownTable } from './table.js'

const ruleCounts = [1, 100, 1000, 10_000]
/** After so long, no further peer is given more rules. */
const patience = 300_000

/** Compares with other mock servers: the same rules, the same calls, one server after the other. */
async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string', default: '3' }, only: { type: 'string', multiple: true } },
  })
  const seconds = Number(values.seconds)
  const chosen = peers.filter(({ name }) => values.only?.includes(name) ?? true)
  tell('installing peers')
  await installPeers()
  const rows = [await bareRow(seconds), await simulatorRow(seconds)]
  for (const peer of chosen) rows.push(await peerRow(peer, seconds))
  const counts = ruleCounts.map((count) => `${count.toLocaleString('en')} rule${count === 1 ? '' : 's'}`)
  const table = markdownTable(['calls/s', ...counts, 'first reply, 1 rule'], rows)
  process.stdout.write(`\n${table}`)
  if (values.only === undefined) await writeFile('bench/peers.md', `${heading(seconds)}\n${table}`)
}

async function bareRow(seconds: number): Promise<string[]> {
  const { rate, startedIn } = await measure(bare, seconds)
  return ['bare Fastify, no rules', ...ruleCounts.map((_, index) => (index === 0 ? rate : '')), startedIn]
}

function simulatorRow(seconds: number): Promise<string[]> {
  return measureCounts('this simulator', seconds, async (folder, ids) => {
    const rules = ids.map((paymentRequestId) => ({
      name: paymentRequestId,
      match: { paymentRequestId },
      reply: 'SUCCESS',
    }))
    const file = `${folder}/rules.json`
    await writeFile(file, JSON.stringify({ rules: [...rules, { name: 'all others', reply: 'SUCCESS' }] }))
    return simulator('', '--no-watch', `--scenarios=${file}`).args
  })
}

async function peerRow(peer: Peer, seconds: number): Promise<string[]> {
  const missing = await lacks(peer)
  const name = peer.npm.replace('@', ' ')
  if (missing !== undefined) return [name, ...ruleCounts.map(() => missing), '']
  return measureCounts(name, seconds, peer.prepare, peer.file)
}

async function measureCounts(
  name: string,
  seconds: number,
  prepare: Peer['prepare'],
  file?: string,
): Promise<string[]> {
  const rates: string[] = []
  let firstStart = ''
  for (const count of ruleCounts) {
    const ids = Array.from({ length: count }, (_, index) => `id-${index}`)
    const { rate, startedIn } = await withFolder(async (folder) =>
      measure({ name: `${name}, ${count} rules`, file, args: await prepare(folder, ids), core: 'all' }, seconds),
    )
    rates.push(rate)
    if (count === 1) firstStart = startedIn
  }
  return [name, ...rates, firstStart]
}

/** What cannot be measured is said in place of a number. */
async function measure(command: Command, seconds: number): Promise<{ rate: string; startedIn: string }> {
  if (performance.now() > patience) return { rate: 'no time left', startedIn: '' }
  try {
    return await withServers([command], ([server]) => measureServer(server, seconds))
  } catch (error) {
    tell(`  ${(error as Error).message}`)
    return { rate: 'failed', startedIn: '' }
  }
}

async function measureServer(server: BenchServer | undefined, seconds: number) {
  if (server === undefined) return { rate: '', startedIn: '' }
  await load(server, { seconds: Math.min(seconds, 2) })
  const { rate } = await load(server, { seconds })
  tell(`  ${server.name}: ${Math.round(rate)} calls/s, first reply after ${Math.round(server.startedIn)} ms`)
  const shown = rate === 0 ? `none in ${seconds} s` : Math.round(rate).toLocaleString('en')
  return { rate: shown, startedIn: `${(server.startedIn / 1000).toFixed(2)} s` }
}

function heading(seconds: number): string {
  return `# Other mock servers, on the same load

${machine()}; ${seconds} s each, after a warm-up. Rules by the exact paymentRequestId, and a last one that takes all calls;
each call has an id of its own, so that it is up to the last one. Without journal where that can be turned off;
this simulator has all of its own turned on.
`
}

await main(process.argv.slice(2))
