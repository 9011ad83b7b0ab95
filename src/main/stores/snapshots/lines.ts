import type { z } from 'zod';

/**
 * The lines of a UTF-8 text, however its bytes come.
 * @param longest characters of a line
 * @param tooLong the error where one is longer
 */
export async function* linesOf(
  body: AsyncIterable<Buffer>,
  longest: number,
  tooLong: () => Error,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // Joined at the end of a line: one that comes in many pieces is copied once.
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of body) {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n');
    let piece = first;
    for (const next of others) {
      yield `${pieces.join('')}${piece}`;
      [pieces, length, piece] = [[], 0, next];
    }
    pieces.push(piece);
    length += piece.length;
    if (length > longest) throw tooLong();
  }
  if (length > 0) yield pieces.join('');
}

/** What a line of JSON holds; null where that is something else. */
export function parsedLine<Line>(schema: z.ZodType<Line>, text: string): Line | null {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
