import cluster from 'node:cluster'
import { createPublicKey } from 'node:crypto'
import type { Readiness } from '../../http/health.js'
import type { MetricValues, ReadMetrics } from '../../http/metrics/metrics.js'
import { type KeyPair, readPrivateKey } from '../../protocol/keys.js'
import { type Answers, createDialog } from './dialog.js'
import { numberVariable } from './number.js'

/** Where a server listens, as its log says. */
export interface ListeningAt {
  url: string
  docs: string
  ui: string | undefined
}

/** What a worker has to do with the others, by way of the primary process: to the outside they are one server. */
export interface Peers {
  /** Which worker it is, from 1. The first one speaks for all where all would say the same. */
  number: number
  onListening(where: ListeningAt): void
  /** Takes how to tell the readiness of this worker, and returns how to tell that of all. */
  gatherReadiness(own: () => Readiness): () => Promise<Readiness>
  /** The same for metrics. */
  gatherMetrics(own: ReadMetrics): () => Promise<readonly MetricValues[]>
  /** How many log lines of all workers the primary process has dropped: the first worker says so for all. */
  droppedLogLines(): number
  /** The key that all workers sign with, where they are given none. */
  makeOwnKey(): Promise<KeyPair>
  /** Calls back when this worker is to stop. */
  onStop(stop: () => void): void
  /** Ends the tie to the primary process, which would keep this one alive. */
  leave(): void
}

/** For a process that `startWorkers` has started. */
export function joinPrimary(): Peers {
  const answers: Answers = new Map()
  const { ask, receive } = createDialog((message) => process.send?.(message, undefined, undefined, ignore), answers)
  process.on('message', receive)
  const number = Number(process.env[numberVariable])
  let dropped = 0

  return {
    number,
    onListening: (where) => void ask('listening', where),
    gatherReadiness(own) {
      answers.set('readiness', own)
      return async () => (await ask('readiness')) as Readiness
    },
    gatherMetrics(own) {
      answers.set('metrics', (droppedByNow) => {
        dropped = number === 1 ? Number(droppedByNow) : 0
        return own()
      })
      return async () => (await ask('metrics')) as MetricValues[]
    },
    droppedLogLines: () => dropped,
    async makeOwnKey() {
      const privateKey = readPrivateKey(String(await ask('own key')))
      return { privateKey, publicKey: createPublicKey(privateKey) }
    },
    onStop: (stop) => void answers.set('stop', stop),
    leave() {
      // Else the end of the tie would end the process at once, with exit code 0.
      if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true
      if (process.connected) process.disconnect()
    },
  }
}

function ignore(): void {}
