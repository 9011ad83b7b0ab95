import { utf16Of } from '../text.ts';
import { JsonFault } from './json-bytes.ts';

/**
 * The bytes of a text in UTF-8, whatever UTF-16 it is in; every other text as it is.
 * @param onUtf16 is called with how it begins; `isGuess` where no byte order mark says so
 * @throws JsonFault where the text is not what it seems to be
 */
export async function* utf8Of(
  chunks: AsyncIterable<Uint8Array>,
  onUtf16: (encoding: string, start: string, isGuess: boolean) => void,
): AsyncGenerator<Uint8Array> {
  let decoder: TextDecoder | null = null;
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst) {
      const found = utf16Of(chunk);
      if (found) {
        onUtf16(found.encoding, new TextDecoder(found.encoding).decode(chunk), found.isGuess);
        decoder = new TextDecoder(found.encoding, { fatal: true });
      }
      isFirst = false;
    }
    yield decoder ? decoded(decoder, chunk) : chunk;
  }
  if (decoder) yield decoded(decoder, null);
}

function decoded(decoder: TextDecoder, chunk: Uint8Array | null): Uint8Array {
  try {
    return Buffer.from(chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode());
  } catch {
    throw new JsonFault('', 1, true);
  }
}
