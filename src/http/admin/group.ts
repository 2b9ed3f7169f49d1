import type { FastifyRequest } from 'fastify'
import type { ScenarioFindings } from '../../scenarios/finding.js'
import type { CallDefaults } from '../../simulator/described-call.js'
import type { Namespace } from '../../simulator/namespace.js'

/** What each group of calls is given. */
export interface ControlGroupOptions {
  /** The namespace that a call is about. */
  namespaceOf: (request: FastifyRequest) => Namespace
  findings: () => ScenarioFindings
  /** Whose calls are served. */
  calls: () => CallDefaults
}
