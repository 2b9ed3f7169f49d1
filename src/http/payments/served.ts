import type { FastifyRequest } from 'fastify'
import { amsPaths } from '../../protocol/ams.js'
import type { CallProfile, Profile } from '../../protocol/profile.js'
import { ResultError } from '../../protocol/result.js'
import type { Clients } from '../../scenarios/clients.js'

/** What is served, and to whom: clients may have another profile than the server. */
export interface Served {
  /** Whose calls the APS paths take. */
  aps: Profile
  /** Whether the paths of the official SDKs' cancel class are served. */
  ams: boolean
}

/** Whose call it is taken for before anything is known of it. */
export function profileBefore(profile: Profile): CallProfile {
  return profile === 'acqp' ? 'acqp' : 'mpp'
}

export function profilesServed(profile: Profile, clients: Clients | undefined): Served {
  const profiles = new Set([...(clients?.values() ?? [])].map((client) => client.profile ?? profile))
  const isServed = profile !== 'mpp' || profiles.has('acqp')
  return { aps: [...profiles].every((each) => each === profile) ? profile : 'all', ams: isServed }
}

export function isAmsPath(path: string): boolean {
  return (amsPaths as readonly string[]).includes(path)
}

/** The reason for NO_INTERFACE_DEF on an AMS path: it says how they are served. */
export function amsNotServed(path: string): ResultError {
  const whose = `${path} is where an acquirer (ACQP) calls Alipay+ with the cancel class of an official SDK`
  return new ResultError('NO_INTERFACE_DEF', { reason: `${whose}: start with --profile acqp` })
}

/** @throws ResultError NO_INTERFACE_DEF where the clients file has the caller for one that calls an MPP */
export function checkAmsCaller({ caller, url }: FastifyRequest): void {
  if (caller?.client.profile !== 'mpp') return
  const { clientId } = caller.client
  const reason = `${clientId} has the profile mpp in the clients file, and ${url} is for acquirers: profile acqp`
  throw new ResultError('NO_INTERFACE_DEF', { reason })
}
