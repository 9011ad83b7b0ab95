import { type IncomingMessage, request as startRequest } from 'node:http';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { EngineAddress } from '../../platform/find-engine.ts';
import { gone } from './engine-gone.ts';

/**
 * The answer to a GET of one of the engine's files, as it comes.
 * @param path on the engine's own origin, as `/files/…`
 * @throws TrainyardError what the engine answers, ENGINE_GONE
 */
export async function openEngineFile(
  engine: EngineAddress,
  path: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const way = await wayTo(engine);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = startRequest({ ...way, path, signal, agent: false });
    request.once('response', resolve);
    request.on('error', (error) => reject(signal.aborted ? error : gone(engine, error)));
    request.end();
  });
  if (answer.statusCode === 200) return answer;
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  throw await refusalOf(engine, text, answer.statusCode ?? 500);
}

/** By the socket in the state folder; where only the port leads to the engine, it proves itself first and gives a key for files. */
async function wayTo({ socket, url, ...engine }: EngineAddress) {
  if (socket !== null) return { socketPath: socket, headers: { host: 'localhost' } };
  const { openSocketCalls } = await import('./socket-calls.ts');
  using calls = await openSocketCalls({ socket, url, ...engine });
  const { hostname, port } = new URL(url);
  return { host: hostname, port, headers: { authorization: `Bearer ${calls.fileKey}` } };
}

async function refusalOf(engine: EngineAddress, text: string, status: number): Promise<TrainyardError> {
  const { z } = await import('zod');
  const { errorData } = await import('../../../shared/contract/common.ts');
  const schema = z.object({ code: z.string(), message: z.string(), data: errorData });
  try {
    const { data, ...rest } = schema.parse(JSON.parse(text));
    return TrainyardError.from({ ...rest, ...data }, { status });
  } catch (error) {
    return gone(engine, error);
  }
}
