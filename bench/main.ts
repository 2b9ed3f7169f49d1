import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { type Measurement, measure, median } from './measure.js'
import { nameOf, type Subject, startBare, startSimulator } from './subject.js'

const ruleCounts = [1, 1000, 10_000]
const rounds = 5

const { values } = parseArgs({ options: { only: { type: 'string' }, seconds: { type: 'string', default: '4' } } })
const chosen = ruleCounts.filter((count) => values.only === undefined || nameOf(count) === values.only)
if (chosen.length === 0) throw new Error(`--only takes one of: ${ruleCounts.map(nameOf).join(', ')}`)

const subjects = [await startBare(), ...(await Promise.all(chosen.map(startSimulator)))]
try {
  const table = tableOf(await measureInTurns(subjects, Number(values.seconds)))
  process.stdout.write(`\n${table}`)
  if (values.only === undefined) await writeFile('bench/results.md', `${heading()}\n${table}`)
} finally {
  await Promise.all(subjects.map((subject) => subject.stop()))
}

type Results = Map<Subject, Measurement[]>

/** In turns, so that whatever else the machine does hits all alike. A first round warms up and does not count. */
async function measureInTurns(subjects: readonly Subject[], seconds: number): Promise<Results> {
  const results: Results = new Map(subjects.map((subject) => [subject, []]))
  for (const subject of subjects) await measure(subject, Math.min(seconds, 2))
  for (let round = 1; round <= rounds; round++)
    for (const [subject, measurements] of results) {
      const measurement = await measure(subject, seconds)
      measurements.push(measurement)
      process.stderr.write(`round ${round}: ${subject.name} ${Math.round(measurement.callsPerSecond)} calls/s\n`)
    }
  return results
}

function tableOf(results: Results): string {
  const [bare = []] = results.values()
  const rows = [...results].map(([{ name }, measurements]) => {
    const callsPerSecond = median(measurements.map((each) => each.callsPerSecond))
    const p99 = median(measurements.map((each) => each.p99))
    const ratio = median(measurements.map((each, round) => each.callsPerSecond / (bare[round]?.callsPerSecond ?? 0)))
    return `| ${name} | ${Math.round(callsPerSecond)} | ${p99} | ${ratio.toFixed(2)} |`
  })
  return `${['| server | calls/s | p99 ms | ratio |', '| --- | ---: | ---: | ---: |', ...rows].join('\n')}\n`
}

function heading(): string {
  const [cpu] = cpus()
  return `# Results\n\nNode.js ${process.version} on ${cpus().length} x ${cpu?.model}, medians of ${rounds} rounds.\n`
}
