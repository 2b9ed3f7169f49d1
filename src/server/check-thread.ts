import { parentPort, workerData } from 'node:worker_threads'
import { checkInBatches } from './check-batches.js'

// A thread that checks scenario files, and gives one batch of what came of it for each message.
const batches = checkInBatches(workerData)
parentPort?.on('message', () => parentPort?.postMessage(batches.next().value))
