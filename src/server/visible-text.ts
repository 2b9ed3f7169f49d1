/**
 * A text that a terminal shows and does not obey: all but letters and printable ASCII is written as `\\u{9b}`. Control
 * characters move the cursor, others turn the direction of the text or break the line.
 */
export function visibleText(text: string): string {
  return text.replace(/[^\x20-\x7e\p{L}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** The same, line by line. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n')
}
