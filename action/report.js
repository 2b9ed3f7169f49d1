// Writes the report to the summary of the job, fails the job where it is told to, and stops the simulator.
import { spawnSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { fail, flag, state, words } from './runner.js'

const reportFailed = 4

function report(cli, url) {
  const options = [...flag('require'), ...flag('fail-on'), ...words('report-options')]
  const args = [cli, 'report', '--url', url, ...options, '--format', 'markdown']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  appendFileSync(process.env.GITHUB_STEP_SUMMARY, stdout)
  process.stdout.write(stdout + stderr)
  if (status === reportFailed) fail('The caller did not behave as expected. The summary of the job has the report.')
  else if (status !== 0) fail(`There is no report: ${stderr.trim()}`)
}

function stop(pid) {
  try {
    process.kill(pid)
  } catch (error) {
    // It has ended by itself, which the report has told.
    if (error.code !== 'ESRCH') throw error
  }
}

const cli = state('cli')
// Without it the simulator was never started, and the job has failed already.
if (cli !== undefined) {
  report(cli, state('url'))
  stop(Number(state('pid')))
}
