import type { Mistake } from './mistake.js'
import type { Path } from './place.js'
import type { Source } from './source.js'

/** A mistake or a warning, with its place: line and column from 1. */
export interface Finding {
  file: string
  line: number
  column: number
  message: string
  /** The id of the rule that it is about, where it is about one that is in force. */
  rule?: string
}

/** What is wrong with the scenario files as they are now, and what is odd in those in force. */
export interface ScenarioFindings {
  mistakes: readonly Finding[]
  warnings: readonly Finding[]
}

/** `scenarios/20-retries.yaml:7:20 "SUCESS" is not a result code (did you mean SUCCESS?)` */
export function formatFinding({ file, line, column, message }: Finding): string {
  return `${file}:${line}:${column} ${message}`
}

/** The place of a value. */
export interface Place {
  source: Source
  path: Path
}

/** A mistake below a place, as a finding. */
export function findingAt({ source, path }: Place, { path: inside, key, message }: Mistake): Finding {
  return { file: source.path, ...source.positionOf([...path, ...inside], key), message }
}
