import './docs.css'
import { readPrivateKey, signatureOf } from './sign.js'

/** A request of Swagger UI before it is sent. */
interface SwaggerRequest {
  url: string
  method: string
  headers: Record<string, string>
  body?: unknown
}

/** Stays in this page, and cannot be read out again. */
let key: CryptoKey | undefined

const panel = document.createElement('details')
panel.id = 'sign'
panel.append(
  make('summary', 'Sign calls, for a server that was started with --clients'),
  make(
    'p',
    'Paste the private key of the client, in PEM: the page signs each call with it before it is sent. The key never ' +
      'leaves this page, and is gone when the page is.',
  ),
)
const keyField = field('Private key', document.createElement('textarea'), '')
keyField.rows = 4
keyField.spellcheck = false
const clientField = field(
  'Client-Id, where the call names none',
  document.createElement('input'),
  'SANDBOX_5YC47N2ZQHJ004124',
)
const versionField = field('keyVersion', document.createElement('input'), '1')
const state = make('p', '')
state.setAttribute('role', 'status')
panel.append(state)
keyField.addEventListener('input', takeKey)

async function takeKey(): Promise<void> {
  key = undefined
  const text = keyField.value
  if (text.trim() === '') return say('')
  if (!isSecureContext) return say('Browsers sign on https:// and on localhost alone: open this page there.')
  try {
    key = await readPrivateKey(text)
    say('✓ Calls are signed.')
  } catch (error) {
    say((error as Error).message)
  }
}

function say(text: string): void {
  state.textContent = text
}

/** Signs a call of the API. Calls of the control API need a token, not a signature. */
async function sign(request: SwaggerRequest): Promise<SwaggerRequest> {
  const { pathname, search } = new URL(request.url, location.href)
  if (key === undefined || request.method.toUpperCase() !== 'POST' || pathname.includes('/__admin')) return request
  const headers = new Map(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]))
  const clientId = headers.get('client-id') ?? clientField.value
  const time = headers.get('request-time') ?? new Date().toISOString()
  const body = typeof request.body === 'string' ? request.body : ''
  const signature = await signatureOf({ path: pathname + search, clientId, time, body }, key, versionField.value)
  for (const name of Object.keys(request.headers))
    if (/^(client-id|request-time|signature)$/i.test(name)) delete request.headers[name]
  Object.assign(request.headers, { 'Client-Id': clientId, 'Request-Time': time, Signature: signature })
  return request
}

function make(tag: string, text: string): HTMLElement {
  const element = document.createElement(tag)
  element.textContent = text
  return element
}

function field<T extends HTMLInputElement | HTMLTextAreaElement>(name: string, input: T, value: string): T {
  const label = make('label', name)
  input.value = value
  input.autocomplete = 'off'
  label.append(input)
  panel.append(label)
  return input
}

const bar = document.createElement('div')
bar.className = 'mpp-bar'
bar.append(panel)
document.body.prepend(bar)

// Swagger UI is made when everything is loaded: later than this script runs.
const globals = window as unknown as { SwaggerUIBundle: (options: object) => unknown; mppLivePage?: string }
const { SwaggerUIBundle: makeUi, mppLivePage } = globals
globals.SwaggerUIBundle = Object.assign((options: object) => makeUi({ ...options, requestInterceptor: sign }), makeUi)

if (mppLivePage !== undefined) {
  const link = document.createElement('a')
  link.href = mppLivePage
  link.textContent = 'Live page: the calls as they come'
  bar.prepend(link)
}
