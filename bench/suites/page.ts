import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import { clientCore, onCore } from '../cores.js'
import { type Loaded, load } from '../load.js'
import type { BenchOptions } from '../options.js'
import { inTurns } from '../rounds.js'
import { absoluteRow, type Row, ratioRow } from '../row.js'
import { type BenchServer, simulator } from '../server.js'
import { type Suite, tell, withFolder, withServers } from '../suite.js'

export const page: Suite = {
  name: 'page',
  about: 'throughput with the live page open, and how fast the page answers meanwhile; needs Chromium',
  run: (options) => withServers([simulator('shipped scenarios')], ([server]) => measure(server, options)),
}

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync']

interface Measured extends Loaded {
  /** From a click to the paint that shows what it did, in milliseconds. */
  clicks: readonly number[]
}

async function measure(server: BenchServer | undefined, options: BenchOptions): Promise<Row[]> {
  if (server === undefined || !existsSync(executablePath)) throw new Error(`there is no Chromium at ${executablePath}`)
  return withBrowser(async (browser) => {
    await load(server, { seconds: 1 })
    const tab = await browser.newPage()
    const [closed = [], open = []] = await inTurns([undefined, tab], options.rounds, (each) =>
      measureOnce(server, each, Math.max(options.seconds, 10)),
    )
    return rowsOf(closed, open)
  })
}

/**
 * Chromium, on the core of the load and behind it: the load stands for callers from elsewhere, whom no page takes
 * anything from.
 */
function withBrowser<T>(use: (browser: Browser) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const script = join(folder, 'chromium')
    const command = onCore(clientCore, ['nice', '--adjustment=5', executablePath])
    await writeFile(script, `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`, { mode: 0o755 })
    const browser = await chromium.launch({ executablePath: script, args })
    try {
      return await use(browser)
    } finally {
      await browser.close()
    }
  })
}

/** One load, with the page open or without. */
async function measureOnce(server: BenchServer, tab: Page | undefined, seconds: number): Promise<Measured> {
  if (tab !== undefined) {
    await tab.goto(`${server.url}/ui/`)
    await tab.getByText('Live', { exact: true }).waitFor()
  }
  const loading = load(server, { seconds })
  const clicks = tab === undefined ? [] : await clickAbout(tab, seconds - 1)
  const loaded = await loading
  await tab?.goto('about:blank')
  tell(
    `  page ${tab === undefined ? 'closed' : 'open'}: ${Math.round(loaded.rate)} calls/s, ${Math.round(loaded.cpu)} us each`,
  )
  return { ...loaded, clicks }
}

/** Goes from view to view for so many seconds. */
async function clickAbout(tab: Page, seconds: number): Promise<number[]> {
  const until = performance.now() + seconds * 1000
  const times: number[] = []
  while (performance.now() < until)
    for (const view of ['rules', 'report', 'calls']) {
      await setTimeout(300)
      const started = performance.now()
      await tab.evaluate(`new Promise((resolve) => {
        document.querySelector('nav a[href="#/${view}"]').click()
        requestAnimationFrame(() => requestAnimationFrame(resolve))
      })`)
      times.push(performance.now() - started)
    }
  return times
}

function rowsOf(closed: readonly Measured[], open: readonly Measured[]): Row[] {
  const compare = (what: string, unit: string, field: 'rate' | 'cpu') => ({
    what,
    unit,
    ours: open.map((each) => each[field]),
    control: closed.map((each) => each[field]),
    against: 'page closed',
  })
  const slowest = open.map(({ clicks }) => Math.max(...clicks))
  return [
    ratioRow(compare('throughput with the live page open', 'calls/s', 'rate'), { atLeast: 0.85 }),
    ratioRow(compare('processor time of a call with the live page open', 'us', 'cpu'), { atMost: 1.15 }),
    absoluteRow({ what: 'slowest click in the live page under load', unit: 'ms', ours: slowest }, { atMost: 200 }),
  ]
}
