import type { RE2JS } from 're2js'
import { expectError } from './expect-error.js'
import { lazy } from './lazy.js'
import { loadRe2 } from './on-demand.js'
import { maxRegexSize, regexSize } from './regex-size.js'
import type { PatternDefinition } from './schema.js'

/**
 * A compiled pattern. `prefix` is text that every matching value starts with, found so that an index can pass over
 * patterns that cannot match; '' where nothing is known.
 */
export type Pattern =
  | { kind: 'exact'; value: string }
  | Glob
  | Regex
  | { kind: 'any'; patterns: readonly Pattern[] }
  | { kind: 'not'; pattern: Pattern }

/** Its tokens are what comes behind the prefix. */
export interface Glob {
  kind: 'glob'
  prefix: string
  tokens: readonly GlobToken[]
}

/** It is compiled when a value is first tried: that takes long. */
interface Regex {
  kind: 'regex'
  text: string
  prefix: string
  /** How many instructions it takes, at most; counted when first asked for. */
  size: number | undefined
  compiled: RE2JS | undefined
}

const anyText = Symbol('*')
const anyCharacter = Symbol('?')
type GlobToken = string | typeof anyText | typeof anyCharacter

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
export type Report = (message: string, path: Path) => void

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

/** For definitions that are known to be valid: no regular expression is compiled just to find that out. */
export const knownValid: Report = refuse.bind(undefined)

function compileText(text: string, report: Report, path: Path): Pattern {
  if (text.startsWith('/')) return compileRegex(text, report, path)
  return /[*?]/.test(text) ? compileGlob(text) : { kind: 'exact', value: text }
}

const regexText = /^\/(.+)\/([A-Za-z]*)$/s

function compileRegex(text: string, report: Report, path: Path): Pattern {
  const { source, flags } = partsOf(text)
  if (source === '')
    report(`${text} starts like a regular expression: end it with / or /i, and in YAML put it in quotes`, path)
  else if (flags !== '' && flags !== 'i') report(`the flag "${flags}" is not known: only i is`, path)
  const isValid = report === knownValid || simpleRegex.test(source)
  // A character of a simple one is an instruction at most.
  const size = isValid && source.length <= maxRegexSize ? undefined : regexSize(source)
  if (size !== undefined && size > maxRegexSize) {
    report(`${text} is too large: it takes ${size} instructions, and ${maxRegexSize} are the most`, path)
    return { kind: 'exact', value: text }
  }
  try {
    const compiled = isValid ? undefined : compileRe2({ source, flags })
    return { kind: 'regex', text, prefix: flags === '' ? regexPrefix(source) : '', size, compiled }
  } catch (error) {
    const { message } = expectError(error, re2Module().RE2JSException)
    report(`${text} is not a regular expression in RE2 syntax: ${message}`, path)
    return { kind: 'exact', value: text }
  }
}

function partsOf(text: string): { source: string; flags: string } {
  const [, source = '', flags = 'i'] = regexText.exec(text) ?? []
  return { source, flags }
}

function compileRe2({ source, flags }: ReturnType<typeof partsOf>): RE2JS {
  return re2().compile(source, flags === '' ? 0 : re2().CASE_INSENSITIVE)
}

function matchesRegex(pattern: Regex, value: string): boolean {
  return programOf(pattern).test(value)
}

function sizeOf(pattern: Regex): number {
  pattern.size ??= regexSize(partsOf(pattern.text).source)
  return pattern.size
}

function programOf(pattern: Regex): RE2JS {
  pattern.compiled ??= compileRe2(partsOf(pattern.text))
  return pattern.compiled
}

/** Compiles now, one in each step, the regular expressions that would else be compiled when a value is first tried. */
export function* compileRegexes(pattern: Pattern): Generator<void> {
  if (pattern.kind === 'not') yield* compileRegexes(pattern.pattern)
  if (pattern.kind === 'any') for (const each of pattern.patterns) yield* compileRegexes(each)
  if (pattern.kind === 'regex') yield void programOf(pattern)
}

const re2Module = lazy(loadRe2)
const re2 = () => re2Module().RE2JS

const atom = String.raw`(?:[\w .:,;@#%&=~"'-]|\\[dwsDWS.]|\[\^?(?:0-9|a-z|A-Z|[\w .])+\])`

/** Regular expressions that are certainly valid: those are compiled when they are first tried, which takes long. */
export const simpleRegex = new RegExp(String.raw`^\^?(?:${atom}[*+?]?)+\$?$`)

/** The literal text behind a leading ^, as far as it is certain: an alternative or a quantifier ends it. */
function regexPrefix(source: string): string {
  if (source.includes('|')) return ''
  const [, literal = '', next = ''] = /^\^([A-Za-z0-9_ :-]*)(.?)/s.exec(source) ?? []
  return /[*?{]/.test(next) ? literal.slice(0, -1) : literal
}

/** It may be empty, so there always is one. */
const globLiteral = /^(?:\\[*?\\]|[^*?])*/

/** Of a prefix, which most globs are. */
const restOfPrefix: readonly GlobToken[] = [anyText]

function compileGlob(text: string): Pattern {
  const [literal] = globLiteral.exec(text) as RegExpExecArray
  const prefix = literal.includes('\\') ? literal.replace(/\\([*?\\])/g, '$1') : literal
  const rest = text.slice(literal.length)
  if (rest === '') return { kind: 'exact', value: prefix }
  return { kind: 'glob', prefix, tokens: rest === '*' ? restOfPrefix : tokensOf(rest) }
}

function tokensOf(text: string): GlobToken[] {
  const tokens: GlobToken[] = []
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    const isEscape = character === '\\' && /[*?\\]/.test(text.charAt(at + 1))
    if (isEscape) tokens.push(text.charAt(++at))
    else tokens.push(character === '*' ? anyText : character === '?' ? anyCharacter : character)
  }
  return tokens
}

/** Longer values, which only a Client-Id can be, match no pattern: the time that they take grows with their length. */
const maxValueLength = 1024

/** Whether a value matches. A value that is absent matches nothing but a negated pattern. */
export function matchesPattern(pattern: Pattern, value: string | undefined): boolean {
  switch (pattern.kind) {
    case 'exact':
      return value === pattern.value
    case 'glob':
      return value !== undefined && value.length <= maxValueLength && matchesGlob(pattern, value)
    case 'regex':
      return value !== undefined && value.length <= maxValueLength && matchesRegex(pattern, value)
    case 'any':
      return pattern.patterns.some((each) => matchesPattern(each, value))
    case 'not':
      return !matchesPattern(pattern.pattern, value)
  }
}

/** Two pointers: on a mismatch, the last * takes one character more. Never worse than pattern times value. */
export function matchesGlob({ prefix, tokens }: Glob, value: string): boolean {
  if (!value.startsWith(prefix)) return false
  let token = 0
  let at = prefix.length
  let starToken = -1
  let starAt = 0
  while (at < value.length) {
    const current = tokens[token]
    if (current === anyText) {
      if (token === tokens.length - 1) return true
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

/** A text that stands for all that a glob matches: `unknown` is what its wildcards may be. */
export function sampleOf({ prefix, tokens }: Glob, unknown: string): string {
  return prefix + tokens.map((token) => (typeof token === 'string' ? token : unknown)).join('')
}

/** Whether a glob has a ?, which is one character and no more. */
export function hasSingleWildcard({ tokens }: Glob): boolean {
  return tokens.includes(anyCharacter)
}

/** How many texts a pattern is compared with, at most. */
export function countTexts(pattern: Pattern): number {
  if (pattern.kind === 'not') return countTexts(pattern.pattern)
  return pattern.kind === 'any' ? pattern.patterns.length : 1
}

/** How many instructions its regular expressions take, at most. */
export function countInstructions(pattern: Pattern): number {
  if (pattern.kind === 'not') return countInstructions(pattern.pattern)
  if (pattern.kind === 'any') return pattern.patterns.reduce((sum, each) => sum + countInstructions(each), 0)
  return pattern.kind === 'regex' ? sizeOf(pattern) : 0
}
