import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import { isTooDeep, maxDepth } from '../../scenarios/depth.js'
import { expectError } from '../../scenarios/expect-error.js'
import type { ScenarioFindings } from '../../scenarios/finding.js'
import type { CallDefaults } from '../../simulator/described-call.js'
import type { Simulator } from '../../simulator/simulator.js'
import type { ForeignPages } from '../foreign-pages.js'
import { namespaceName, namespacePrefix } from '../namespace.js'
import type { ProfileOptions } from '../payments/call.js'
import { profilesServed } from '../payments/served.js'
import type { Signing } from '../payments/signing.js'
import { explain } from './explain.js'
import type { ControlGroupOptions } from './group.js'
import { ledger } from './ledger.js'
import { namespaces } from './namespaces.js'
import { answerProblem, ProblemError } from './problem-error.js'
import { profile } from './profile.js'
import { publicKey } from './public-key.js'
import { report } from './report.js'
import { requests } from './requests.js'
import { reset } from './reset.js'
import { rules } from './rules.js'
import { stream } from './stream.js'

export interface ControlOptions extends ProfileOptions {
  simulator: Simulator
  signing: Signing
  log: FastifyBaseLogger
  /** What the scenario files have of mistakes and warnings. */
  findings: () => ScenarioFindings
  foreignPages: ForeignPages
  /** Demanded of every caller, if given. */
  adminToken?: string | undefined
}

/** The control API, for the main namespace and, under its prefix, for every other. */
export async function control(app: FastifyInstance, options: ControlOptions): Promise<void> {
  await app.register(controlScope, { ...options, prefix: '/__admin', isHidden: false })
  await app.register(controlScope, { ...options, prefix: `${namespacePrefix}/__admin`, isHidden: true })
}

const bodyLimit = 1024 * 1024
const hiddenFromDocs = { hide: true }
/** Optional: it depends on how the server was started. */
const security = [{}, { adminToken: [] }]

async function controlScope(
  app: FastifyInstance,
  { isHidden, ...controlOptions }: ControlOptions & { isHidden: boolean },
): Promise<void> {
  const { simulator, signing, log, findings, foreignPages, adminToken } = controlOptions
  app.setErrorHandler(answerProblem(log))
  app.removeAllContentTypeParsers()
  // JSON only: a browser does not send it to another site without a CORS preflight.
  app.addContentTypeParser(
    /^application\/([\w.!#$&^-]+\+)?json/,
    { parseAs: 'string', bodyLimit },
    async (_request: FastifyRequest, text: string) => parseBody(text),
  )
  app.addHook('onRequest', foreignPages.refuseHost)
  app.addHook('onRequest', foreignPages.refuseOrigin)
  if (adminToken !== undefined) {
    const { demandToken } = await import('./token.js')
    await demandToken(app, adminToken, log)
  }
  app.addHook('preValidation', demandBody)
  app.addHook('onRoute', (route) => {
    route.schema = { ...route.schema, tags: ['Control'], security, ...(isHidden && hiddenFromDocs) }
  })
  const options: ControlGroupOptions = {
    namespaceOf: (request) => simulator.namespace(namespaceName(request)),
    findings,
    calls: () => callDefaults(controlOptions),
  }
  for (const group of [rules, explain, requests, stream, ledger, report, reset, profile])
    await app.register(group, options)
  await app.register(namespaces, { simulator })
  await app.register(publicKey, { signing })
}

function callDefaults({ profile, acquirerId, pspId, signing }: ControlOptions): CallDefaults {
  return { served: profilesServed(profile, signing.clients()).aps, acquirerId, pspId }
}

/** Calls that take a body do not work without one. */
async function demandBody({ body, routeOptions }: FastifyRequest): Promise<void> {
  if (body !== undefined || routeOptions.schema?.body === undefined) return
  const detail = 'the body is missing: send JSON, with Content-Type: application/json'
  throw new ProblemError(400, detail, [{ detail, pointer: '#' }])
}

function parseBody(text: string): unknown {
  const body = text === '' ? undefined : parseJson(text)
  if (isTooDeep(body)) throw new ProblemError(400, `the body is nested deeper than ${maxDepth} levels`)
  return body
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ProblemError(400, `the body is not JSON: ${expectError(error, SyntaxError).message}`)
  }
}
