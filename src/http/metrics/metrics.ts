import type { FastifyInstance } from 'fastify'
import type { Counter, MetricObjectWithValues, MetricValue, Registry } from 'prom-client'
import { ResultError } from '../../protocol/result.js'
import { expectError } from '../../scenarios/expect-error.js'
import type { Simulator } from '../../simulator/simulator.js'
import type { StoreSize } from '../../simulator/store.js'
import { durationBuckets, type Tally } from './tally.js'

export interface MetricsOptions {
  simulator: Simulator
  /** The number of changed scenario files that were not loaded because of mistakes. */
  failedReloads: () => number
  /** How many lines the log has dropped. */
  droppedLogLines?: (() => number) | undefined
  /** How many problems `/readyz` lists. */
  problems: () => Promise<number>
  tally: Tally
  /** Where several processes are one server: takes how to read the metrics of this one, and returns how to read those of all. */
  gatherMetrics?: ((own: ReadMetrics) => () => Promise<readonly MetricValues[]>) | undefined
}

/** The metrics of one process, as data. */
export type MetricValues = readonly MetricObjectWithValues<MetricValue<string>>[]
export type ReadMetrics = () => Promise<MetricValues>

/** `GET /metrics`, in the text format of Prometheus. No label has an id or a rule's name, to keep cardinality low. */
export async function metrics(app: FastifyInstance, options: MetricsOptions): Promise<void> {
  async function ownRegistry(): Promise<Registry> {
    const prom = await loadProm()
    return prom.Registry.merge([processMetrics(prom), ownMetrics(prom, options)])
  }
  const readAll = options.gatherMetrics?.(async () => (await ownRegistry()).getMetricsAsJSON())

  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    const registry = readAll === undefined ? await ownRegistry() : await aggregate(await readAll())
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}

/** It is loaded on the first request only, since it takes a while. */
const loadProm = () => import('prom-client')

async function aggregate(metrics: readonly MetricValues[]): Promise<Registry> {
  return (await loadProm()).AggregatorRegistry.aggregate([...metrics])
}

type Prom = typeof import('prom-client')

let ofProcess: Registry | undefined

/**
 * The metrics of Node.js, one set for the process, however many applications run in it. Collection starts with the
 * first request, so that tests that embed the simulator are not affected.
 */
function processMetrics({ Registry, collectDefaultMetrics }: Prom): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return ofProcess
}

function ownMetrics({ Registry }: Prom, options: MetricsOptions): Registry {
  const registry = new Registry()
  for (const { read, aggregator = 'sum', ...about } of [...callMetrics(options), ...sizeMetrics(options)]) {
    const get = async () => ({ ...about, aggregator, values: (await read()).map(labelled) })
    // A metric of prom-client, without the methods that only its own counting needs.
    registry.registerMetric({ name: about.name, get } as unknown as Counter)
  }
  return registry
}

function labelled(value: Value) {
  return { labels: {}, ...value }
}

interface Value {
  value: number
  labels?: Record<string, string>
  metricName?: string
}

interface Metric {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  /** What several processes make of it together; the sum unless given. */
  aggregator?: 'max'
  read: () => readonly Value[] | Promise<readonly Value[]>
}

function callMetrics({ tally, failedReloads, problems, droppedLogLines = () => 0 }: MetricsOptions): Metric[] {
  return [
    {
      name: 'mpp_sim_requests_total',
      help: 'Calls of the API, by result code, by the scenario file of the rule that answered, and by who calls.',
      type: 'counter',
      read: () =>
        [...tally.requests].flatMap(([profile, files]) =>
          [...files].flatMap(([file, codes]) =>
            [...codes].map(([result_code, value]) => ({ value, labels: { result_code, file, profile } })),
          ),
        ),
    },
    {
      name: 'mpp_sim_replays_total',
      help: 'Answers that were final results from the ledger.',
      type: 'counter',
      read: () => [{ value: tally.replays() }],
    },
    {
      name: 'mpp_sim_faults_total',
      help: 'Answers with a fault on the wire.',
      type: 'counter',
      read: () => [...tally.faults].map(([fault, value]) => ({ value, labels: { fault } })),
    },
    {
      name: durationName,
      help: 'From the arrival of a call until its answer was ready, delays included.',
      type: 'histogram',
      read: () => readDurations(tally),
    },
    {
      name: 'mpp_sim_tls_failures_total',
      help: 'Connections that ended before their TLS handshake was done.',
      type: 'counter',
      read: () => [{ value: tally.tlsFailures() }],
    },
    {
      name: 'mpp_sim_scenario_reloads_failed_total',
      help: 'Changes of scenario files that were not taken up because they had mistakes.',
      type: 'counter',
      // All of them look at the same files.
      aggregator: 'max',
      read: () => [{ value: failedReloads() }],
    },
    {
      name: 'mpp_sim_problems',
      help: 'Problems that /readyz lists: of scenario and clients files, and of the store.',
      type: 'gauge',
      aggregator: 'max',
      read: async () => [{ value: await problems() }],
    },
    {
      name: 'mpp_sim_log_lines_dropped_total',
      help: 'Log lines that were dropped, as they could not be written.',
      type: 'counter',
      read: () => [{ value: droppedLogLines() }],
    },
  ]
}

const durationName = 'mpp_sim_request_duration_seconds'

function readDurations(tally: Tally): Value[] {
  const { buckets, sum } = tally.durations()
  let count = 0
  const values = buckets.map((inBucket, index) => {
    count += inBucket
    const limit = durationBuckets[index]
    const le = limit === undefined ? '+Inf' : String(limit / 1000)
    return { value: count, labels: { le }, metricName: `${durationName}_bucket` }
  })
  return [
    ...values,
    { value: sum / 1000, metricName: `${durationName}_sum` },
    { value: count, metricName: `${durationName}_count` },
  ]
}

function expectNoStore(error: unknown): undefined {
  expectError(error, ResultError)
}

function sizeMetrics({ simulator }: MetricsOptions): Metric[] {
  // While the store is away its size is unknown, and these metrics have no value.
  const asked = simulator.size().catch(expectNoStore)
  const read = (valuesOf: (size: StoreSize) => Value[]) => async () => {
    const size = await asked
    return size === undefined ? [] : valuesOf(size)
  }
  // What several processes share is told by each of them.
  const metrics: Omit<Metric, 'aggregator'>[] = [
    {
      name: 'mpp_sim_namespaces',
      help: 'Namespaces beside the main one.',
      type: 'gauge',
      read: read(({ namespaces }) => [{ value: namespaces }]),
    },
    {
      name: 'mpp_sim_ledger_entries',
      help: 'Ids of payments remembered.',
      type: 'gauge',
      read: read(({ ledger }) => [{ value: ledger.entries }]),
    },
    {
      name: 'mpp_sim_journal_entries',
      help: 'Calls kept in the journal.',
      type: 'gauge',
      read: read(({ journal }) => [{ value: journal.entries }]),
    },
    {
      name: 'mpp_sim_journal_bytes',
      help: 'What they take, roughly.',
      type: 'gauge',
      read: read(({ journal }) => [{ value: journal.bytes }]),
    },
    {
      name: 'mpp_sim_evicted_total',
      help: 'What was pushed out because the ledger, the journal or the number of namespaces was at its bound.',
      type: 'counter',
      read: read(({ ledger, journal }) => [
        { value: ledger.evicted, labels: { from: 'ledger' } },
        { value: journal.evicted, labels: { from: 'journal' } },
      ]),
    },
  ]
  return metrics.map((metric) => ({ ...metric, aggregator: 'max' }))
}
