import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createLogOutput } from '../../src/server/log-output.js'
import type { Writer } from '../../src/server/log-writer.js'
import { cliCommand } from '../fixtures/cli.js'
import { skipSlow } from '../fixtures/programs.js'
import { callFor, callOnce, dial } from '../fixtures/wire.js'

const isLinux = process.platform === 'linux'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A server whose standard output is a file descriptor of ours, and which is known to listen. */
async function serveTo(t: Test, stdout: number, format: string) {
  const port = await freePort()
  const [program, ...options] = cliCommand
  const args = [...options, 'serve', '--port', String(port), '--log-format', format]
  const server = spawn(program, args, { stdio: ['ignore', stdout, 'inherit'] })
  t.teardown(() => server.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  while (
    !(await fetch(`${url}/livez`).then(
      () => true,
      () => false,
    ))
  )
    await new Promise((resolve) => setTimeout(resolve, 50))
  const target = { port, secure: false }
  return {
    callOnce: (id: string) => callOnce(target, id),
    /** Sends calls on one connection, no more at once than a server reads from one, and waits for all replies. */
    async callOften(id: string, calls: number) {
      const wire = await dial(target)
      for (let answered = 100; answered <= calls; answered += 100) {
        wire.send(callFor(id).repeat(100))
        await wire.until((text) => text.split('HTTP/1.1 200 ').length > answered)
      }
      wire.socket.destroy()
    },
    async dropped() {
      const text = await (await fetch(`${url}/metrics`)).text()
      return Number(/^mpp_sim_log_lines_dropped_total (\d+)$/m.exec(text)?.[1])
    },
    async end() {
      const exit = once(server, 'exit')
      server.kill('SIGTERM')
      return exit
    },
  }
}

/** A pipe, of which we hold the end that is read. */
function makePipe(t: Test): { read: number; write: number } {
  const path = join(t.testdir({}), 'pipe')
  execFileSync('mkfifo', [path])
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const write = openSync(path, constants.O_WRONLY)
  return { read, write }
}

/** What a pipe has just now. */
function drain(read: number): string {
  const bytes = Buffer.alloc(1024 * 1024)
  try {
    return bytes.toString('utf8', 0, readSync(read, bytes))
  } catch {
    return ''
  }
}

for (const format of ['json', 'pretty']) {
  const skip = isLinux ? format === 'pretty' && skipSlow : 'this is not Linux'
  t.test(`a reader that stalls loses lines, not calls, and holds up no end: ${format}`, { skip }, async (t) => {
    const { read, write } = makePipe(t)
    t.teardown(() => closeSync(read))
    const { callOften, dropped, end } = await serveTo(t, write, format)
    closeSync(write)
    // Each line is at least as long as the id.
    const id = 'x'.repeat(64)
    let calls = 0
    while ((await dropped()) === 0) {
      await callOften(id, 500)
      calls += 500
    }
    t.pass(`${calls} calls were answered`)
    let text = ''
    while (!/log lines were dropped/.test(text)) {
      text += drain(read)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    t.pass('it is told once it works again')
    // Enough to fill the pipe.
    await callOften(id, 500)
    t.strictSame(await end(), [0, null])
  })

  t.test(`a reader that leaves holds up neither calls nor the end: ${format}`, { skip }, async (t) => {
    const { read, write } = makePipe(t)
    const { callOnce, dropped, end } = await serveTo(t, write, format)
    closeSync(write)
    closeSync(read)
    while ((await dropped()) === 0) t.match(await callOnce('SUCCESS-1'), { body: '"SUCCESS"' })
    t.strictSame(await end(), [0, null])
  })

  t.test(`a full disk holds up neither calls nor the end: ${format}`, { skip }, async (t) => {
    const full = openSync('/dev/full', 'w')
    const { callOnce, end } = await serveTo(t, full, format)
    closeSync(full)
    for (let n = 0; n < 10; n++) t.match(await callOnce('SUCCESS-1'), { body: '"SUCCESS"' })
    t.strictSame(await end(), [0, null])
  })
}

/** A writer that does as it is told, one write after the other. */
function scriptedWriter(script: (string | number)[]): { writer: Writer; written: () => string } {
  let text = ''
  const writer: Writer = {
    write(bytes, done) {
      const next = script.shift() ?? bytes.length
      setImmediate(() => {
        if (typeof next === 'string') return done(Object.assign(new Error(next), { code: next }), 0)
        text += bytes.subarray(0, next)
        done(null, Math.min(next, bytes.length))
      })
    },
    close() {},
  }
  return { writer, written: () => text }
}

t.test('lines come whole and in order through short writes and errors that pass', async (t) => {
  const { writer, written } = scriptedWriter([1, 'EAGAIN', 2, 'ENOSPC', 3])
  const output = createLogOutput(writer, () => 'dropped\n')
  for (let n = 0; n < 5; n++) output.write(`line ${n}\n`)
  await output.end(60_000)
  t.equal(written(), 'line 0\nline 1\nline 2\nline 3\nline 4\n')
  t.equal(output.dropped(), 0)
})

t.test('lines of a write that fails for good are counted, and told of by the next that works', async (t) => {
  const { writer, written } = scriptedWriter(['EPIPE'])
  const output = createLogOutput(writer, (dropped) => `${dropped} dropped\n`)
  output.write('one\n')
  output.write('two\n')
  while (output.dropped() === 0) await new Promise((resolve) => setImmediate(resolve))
  output.write('three\n')
  await output.end(60_000)
  t.equal(written(), 'three\n2 dropped\n')
})

t.test('an end without lines is at once, and with lines that cannot be written after its time', async (t) => {
  await createLogOutput(scriptedWriter([]).writer, String).end(60_000)
  const never = createLogOutput({ write() {}, close: () => t.pass('given up') }, String)
  never.write('line\n')
  await never.end(20)
})

t.test('a log in a file is written like any other', async (t) => {
  const path = join(t.testdir({}), 'log')
  const file = openSync(path, 'w')
  const server = await serveTo(t, file, 'json')
  await server.callOnce('SUCCESS-1')
  t.same(await server.end(), [0, null])
  closeSync(file)
  t.match(readFileSync(path, 'utf8'), /"paymentRequestId":"SUCCESS-1"/)
})
