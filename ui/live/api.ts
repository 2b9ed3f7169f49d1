import { signal } from '@preact/signals'
import type { Profile } from '../model/caller.js'
import type { PaymentId } from '../model/payment.js'
import type {
  Call,
  Explanation,
  Journal,
  LedgerEntry,
  Mistake,
  Namespaces,
  Preview,
  Report,
  RuleDefinition,
  Rules,
} from '../model/types.js'
import { base } from './address.js'

/** What the control API says in place of an answer. */
export class ApiError extends Error {
  readonly status: number
  readonly mistakes: readonly Mistake[]

  constructor(status: number, detail: string, mistakes: readonly Mistake[] = []) {
    super(detail)
    this.name = 'ApiError'
    this.status = status
    this.mistakes = mistakes
  }
}

const tokenKey = 'mpp-sim-token'

/** Kept for this tab alone. */
export const token = signal(sessionStorage.getItem(tokenKey) ?? '')

/** Why the server does not let the page in; nothing where it does. */
export const locked = signal<string | undefined>(undefined)

export function useToken(text: string): void {
  sessionStorage.setItem(tokenKey, text)
  token.value = text
  locked.value = undefined
}

/** @throws ApiError where the server refuses; TypeError where it does not answer */
export async function call(
  method: string,
  path: string,
  { body, headers = {}, signal }: { body?: unknown; headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Response> {
  if (token.value !== '') headers.authorization = `Bearer ${token.value}`
  if (body !== undefined) headers['content-type'] = 'application/json'
  const init: RequestInit = { method, headers, cache: 'no-store' }
  if (body !== undefined) init.body = JSON.stringify(body)
  if (signal !== undefined) init.signal = signal
  const reply = await fetch(`${base}/__admin${path}`, init)
  if (reply.ok) return reply
  const { detail = reply.statusText, errors = [] } = await reply.json().catch(() => ({}))
  if (reply.status === 401) locked.value = detail
  throw new ApiError(reply.status, detail, errors)
}

async function read<T>(method: string, path: string, body?: unknown): Promise<T> {
  const reply = await call(method, path, { body })
  return reply.json()
}

async function act(method: string, path: string, body?: unknown): Promise<void> {
  const reply = await call(method, path, { body })
  await reply.body?.cancel()
}

const segment = encodeURIComponent

export const api = {
  journal: (limit: number) => read<Journal>('GET', `/requests?limit=${limit}`),
  entry: (id: number) => read<Call>('GET', `/requests/${id}`),
  payment: ({ field, id }: PaymentId) => read<Journal>('GET', `/requests?${field}=${segment(id)}&limit=20`),
  clearJournal: () => act('DELETE', '/requests'),
  ledger: (id: string) => read<LedgerEntry>('GET', `/ledger/${segment(id)}`),
  forget: (id: string) => act('DELETE', `/ledger/${segment(id)}`),
  explain: (values: Record<string, string>) => read<Explanation>('POST', '/explain', values),
  rules: (search: string, limit: number) =>
    read<Rules>('GET', `/rules?limit=${limit}${search === '' ? '' : `&search=${segment(search)}`}`),
  runtimeRules: () => read<Rules>('GET', '/rules?runtime=true'),
  addRule: (rule: RuleDefinition) => act('POST', '/rules', rule),
  removeRule: (id: string) => act('DELETE', `/rules/${segment(id)}`),
  removeRules: () => act('DELETE', '/rules'),
  preview: (rule: RuleDefinition) => read<Preview>('POST', '/rules/preview', rule),
  report: () => read<Report>('GET', '/report'),
  profile: () => read<{ profile: Profile }>('GET', '/profile'),
  namespaces: () => read<Namespaces>('GET', '/namespaces'),
  reset: () => act('POST', '/reset'),
}
