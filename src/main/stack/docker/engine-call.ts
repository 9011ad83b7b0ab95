import { type IncomingMessage, request } from 'node:http';
import { DaemonRefusal } from '../docker-objects.ts';
import { type DockerAddress, openSocket } from './address.ts';

/** What an answer of the Engine says that refuses a call; what stands in front of it may answer in its own words. */
function reasonOf(text: string): string {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && 'message' in answer) return String(answer.message);
  } catch {
    // Not the Engine's JSON.
  }
  return text.trim();
}

/**
 * One call of the Engine's API, for programs that start while somebody waits: to load the client takes longer than all that a supervisor asks.
 * @param address one without `addressFault`
 * @param path with its query, without the API's version
 * @returns the answer's JSON; undefined where it has none
 * @throws DaemonRefusal what the Engine said; the error of the connection, also where it breaks off in the middle of an answer
 */
export async function callEngine(
  address: Pick<DockerAddress, 'url' | 'certificates'>,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
): Promise<unknown> {
  const headers = { host: 'docker', 'content-length': 0 };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = request({ method, path, headers, createConnection: () => openSocket(address) }, resolve);
    call.on('error', reject);
    call.end();
  });
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  const text = Buffer.concat(pieces).toString('utf8');
  const { statusCode = 0 } = response;
  // 304: it is as it is to be, a container that was started before.
  if (statusCode >= 400) throw new DaemonRefusal(statusCode, reasonOf(text));
  return text === '' ? undefined : JSON.parse(text);
}
