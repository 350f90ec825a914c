/**
 * Text from miners and pools for one line of a list: no control characters, which a terminal would obey, and none of those
 * that turn the direction of what follows [X5].
 */
export function cleanText(text: string, maxLength: number): string {
  return text.replace(unprintable, ' ').slice(0, maxLength)
}

// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g
