import { createRequire } from 'node:module'
import type { RE2JS, RE2JSSyntaxException } from 're2js'
import { lazy } from './lazy.js'
import type { PatternDefinition } from './schema.js'

/**
 * A compiled pattern. `prefix` is text that every matching value starts with, found so that an index can pass over
 * patterns that cannot match; '' where nothing is known.
 */
export type Pattern =
  | { kind: 'exact'; value: string }
  | { kind: 'glob'; tokens: readonly GlobToken[]; prefix: string }
  | { kind: 'regex'; text: string; regex: () => RE2JS; prefix: string }
  | { kind: 'any'; patterns: readonly Pattern[] }
  | { kind: 'not'; pattern: Pattern }

const anyText = Symbol('*')
const anyCharacter = Symbol('?')
export type GlobToken = string | typeof anyText | typeof anyCharacter

/** A pattern that cannot be compiled; the message says why. `path` is its place in the definition. */
export class PatternError extends Error {
  readonly path: Path

  constructor(message: string, path: Path) {
    super(message)
    this.name = 'PatternError'
    this.path = path
  }
}

type Path = (string | number)[]

/** Is told of each mistake in a pattern, with the place inside the definition. */
type Report = (message: string, path: Path) => void

/** @throws PatternError at the first mistake, unless they are to be reported */
export function compilePattern(definition: PatternDefinition, report: Report = refuse, path: Path = []): Pattern {
  if (typeof definition === 'string') return compileText(definition, report, path)
  if (!Array.isArray(definition))
    return { kind: 'not', pattern: compilePattern(definition.not, report, [...path, 'not']) }
  return { kind: 'any', patterns: definition.map((text, index) => compileText(text, report, [...path, index])) }
}

function refuse(message: string, path: Path): never {
  throw new PatternError(message, path)
}

function compileText(text: string, report: Report, path: Path): Pattern {
  if (text.startsWith('/')) return compileRegex(text, (message) => report(message, path))
  return /[*?]/.test(text) ? compileGlob(text) : { kind: 'exact', value: text }
}

function compileRegex(text: string, report: (message: string) => void): Pattern {
  const [, source = '', flags = 'i'] = /^\/(.+)\/([A-Za-z]*)$/s.exec(text) ?? []
  if (source === '')
    report(`${text} starts like a regular expression: end it with / or /i, and in YAML put it in quotes`)
  else if (flags !== '' && flags !== 'i') report(`the flag "${flags}" is not known: only i is`)
  const regex = lazy(() => re2().compile(source, flags === '' ? 0 : re2().CASE_INSENSITIVE))
  try {
    if (!soundRegex.test(source)) regex()
    return { kind: 'regex', text, regex, prefix: flags === '' ? regexPrefix(source) : '' }
  } catch (error) {
    const { message } = error as RE2JSSyntaxException
    report(`${text} is not a regular expression in RE2 syntax: ${message}`)
    return { kind: 'exact', value: text }
  }
}

const re2 = lazy(() => (createRequire(import.meta.url)('re2js') as typeof import('re2js')).RE2JS)

const atom = String.raw`(?:[\w .:,;@#%&=~"'-]|\\[dwsDWS.]|\[\^?(?:0-9|a-z|A-Z|[\w .])+\])`

/** Regular expressions that are certainly sound: those are compiled when they are first tried, which takes long. */
export const soundRegex = new RegExp(String.raw`^\^?(?:${atom}[*+?]?)+\$?$`)

/** The literal text behind a leading ^, as far as it is certain: an alternative or a quantifier ends it. */
function regexPrefix(source: string): string {
  if (source.includes('|')) return ''
  const [, literal = '', next = ''] = /^\^([A-Za-z0-9_ :-]*)(.?)/s.exec(source) ?? []
  return /[*?{]/.test(next) ? literal.slice(0, -1) : literal
}

function compileGlob(text: string): Pattern {
  const tokens: GlobToken[] = []
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    const isEscape = character === '\\' && /[*?\\]/.test(text.charAt(at + 1))
    if (isEscape) tokens.push(text.charAt(++at))
    else tokens.push(character === '*' ? anyText : character === '?' ? anyCharacter : character)
  }
  const firstWildcard = tokens.findIndex((token) => typeof token === 'symbol')
  if (firstWildcard === -1) return { kind: 'exact', value: tokens.join('') }
  return { kind: 'glob', tokens, prefix: tokens.slice(0, firstWildcard).join('') }
}

/** Whether a value matches. A value that is absent matches nothing but a negated pattern. */
export function matchesPattern(pattern: Pattern, value: string | undefined): boolean {
  switch (pattern.kind) {
    case 'exact':
      return value === pattern.value
    case 'glob':
      return value !== undefined && matchesGlob(pattern.tokens, value)
    case 'regex':
      return value !== undefined && pattern.regex().test(value)
    case 'any':
      return pattern.patterns.some((each) => matchesPattern(each, value))
    case 'not':
      return !matchesPattern(pattern.pattern, value)
  }
}

/** Two pointers: on a mismatch, the last * takes one character more. Never worse than pattern times value. */
export function matchesGlob(tokens: readonly GlobToken[], value: string): boolean {
  let token = 0
  let at = 0
  let starToken = -1
  let starAt = 0
  while (at < value.length) {
    const current = tokens[token]
    if (current === anyText) {
      starToken = token++
      starAt = at
    } else if (current === value[at]) {
      token++
      at++
    } else if (current === anyCharacter) {
      token++
      at += characterLength(value, at)
    } else if (starToken >= 0) {
      token = starToken + 1
      at = ++starAt
    } else return false
  }
  while (tokens[token] === anyText) token++
  return token === tokens.length
}

function characterLength(value: string, at: number): number {
  return Number(value.codePointAt(at)) > 0xffff ? 2 : 1
}
