import type { FastifyInstance } from 'fastify'
import type { Counter, CounterConfiguration, Gauge, GaugeConfiguration } from 'prom-client'
import type { Simulator } from '../simulator/simulator.js'
import type { Answer } from './answer.js'

export interface MetricsOptions {
  simulator: Simulator
  /** How many changes of scenario files were not taken up because they had mistakes. */
  failedReloads: () => number
}

export interface Metrics {
  /** Counts an answer that was ready after so many milliseconds. */
  observe(answer: Answer, durationMs: number): void
  /** Adds `GET /metrics`, in the text format of Prometheus. */
  routes(app: FastifyInstance): Promise<void>
}

/** From a good answer to one that Alipay+ no longer waits for, in seconds. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8, 10]

/** The metrics of one application. No label has an id or the name of a rule: their values stay few. */
export async function createMetrics({ simulator, failedReloads }: MetricsOptions): Promise<Metrics> {
  const prom = await import('prom-client')
  const registry = new prom.Registry()
  const registers = [registry]
  prom.collectDefaultMetrics({ register: registry })
  const counter = <L extends string = never>(options: Omit<CounterConfiguration<L>, 'registers'>): Counter<L> =>
    new prom.Counter({ ...options, registers })
  const gauge = (options: Omit<GaugeConfiguration<never>, 'registers'>): Gauge<never> =>
    new prom.Gauge({ ...options, registers })

  const requests = counter({
    name: 'mpp_sim_requests_total',
    help: 'Calls of the API, by result code and by the scenario file of the rule that answered.',
    labelNames: ['result_code', 'file'],
  })
  const replays = counter({ name: 'mpp_sim_replays_total', help: 'Answers that were final results from the ledger.' })
  const faults = counter({
    name: 'mpp_sim_faults_total',
    help: 'Answers that were harmed on the wire.',
    labelNames: ['fault'],
  })
  const durations = new prom.Histogram({
    name: 'mpp_sim_request_duration_seconds',
    help: 'From the arrival of a call until its answer was ready, delays included.',
    buckets: durationBuckets,
    registers,
  })
  const failed = counter({
    name: 'mpp_sim_scenario_reloads_failed_total',
    help: 'Changes of scenario files that were not taken up because they had mistakes.',
  })
  const namespaces = gauge({ name: 'mpp_sim_namespaces', help: 'Namespaces beside the main one.' })
  const ledgerEntries = gauge({ name: 'mpp_sim_ledger_entries', help: 'paymentRequestIds remembered.' })
  const journalEntries = gauge({ name: 'mpp_sim_journal_entries', help: 'Calls kept in the journal.' })
  const journalBytes = gauge({ name: 'mpp_sim_journal_bytes', help: 'What they take, roughly.' })
  const evicted = counter({
    name: 'mpp_sim_evicted_total',
    help: 'What was pushed out because the ledger, the journal or the number of namespaces was at its bound.',
    labelNames: ['from'],
  })

  async function measure(): Promise<void> {
    const { ledger, journal, ...size } = await simulator.size()
    namespaces.set(size.namespaces)
    ledgerEntries.set(ledger.entries)
    journalEntries.set(journal.entries)
    journalBytes.set(journal.bytes)
    evicted.reset()
    evicted.inc({ from: 'ledger' }, ledger.evicted)
    evicted.inc({ from: 'journal' }, journal.evicted)
    failed.reset()
    failed.inc(failedReloads())
  }

  return {
    observe(answer, durationMs) {
      const { result, delivery, replayed } = answer
      requests.inc({ result_code: result.resultCode, file: fileOf(answer) })
      if (replayed) replays.inc()
      if (delivery.fault !== undefined) faults.inc({ fault: delivery.fault })
      durations.observe(durationMs / 1000)
    },
    async routes(app) {
      app.addHook('onClose', async () => registry.clear())
      app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
        // Without the store its gauges stay at what was seen last.
        await measure().catch((error) => app.log.error(error))
        return reply.type(registry.contentType).send(await registry.metrics())
      })
    },
  }
}

/** The scenario file of the rule that answered. Where there is none, parentheses. */
function fileOf({ rule, attempt }: Answer): string {
  if (rule !== undefined) return rule.slice(0, rule.indexOf('/'))
  return attempt === undefined ? '(refused)' : '(no rule)'
}
