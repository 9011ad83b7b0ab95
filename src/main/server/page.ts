import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasCode } from '../platform/error-code.ts';
import { notFound, type Refusal, refusal } from './refusals.ts';

const inline = /<script>([\s\S]*?)<\/script>/g;

/** The scripts that stand in a page itself, as a Content-Security-Policy allows them. */
export function inlineScriptSources(html: string): string[] {
  return [...html.matchAll(inline)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
}

/** What a build that was cut short, removed or closed leaves of a page. */
const unreadable = ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM'] as const;

/** The page's HTML; where it cannot be read, what is wrong and how to fix it. */
async function readPage(folder: string): Promise<string | Refusal> {
  const file = path.join(folder, 'index.html');
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!hasCode(error, ...unreadable)) throw error;
    return refusal('UI_NOT_BUILT', { file, cause: error.code }, { place: { file } });
  }
}

/** A file of the built UI; null where it is none. */
async function answerFile(request: FastifyRequest, reply: FastifyReply, folder: string) {
  // Loaded with the first file that a browser wants.
  const { default: send } = await import('@fastify/send');
  const address = request.url.split('?')[0] ?? '';
  const options = { root: folder, cacheControl: false, index: false, dotfiles: 'ignore' } as const;
  const { type, statusCode, headers, stream } = await send(request.raw, address, options);
  if (type !== 'file') return null;
  const isHashed = address.startsWith('/assets/');
  const cached = isHashed ? 'public, max-age=31536000, immutable' : 'no-cache';
  return reply.code(statusCode).headers(headers).header('cache-control', cached).send(stream);
}

/**
 * Serves the built UI. Its own addresses, such as /runs/…, all get the page, which reads them itself. Without a page the API is served
 * all the same, and these addresses say what is wrong.
 * @param isOwnAddress whether a path without a suffix may be one of the UI's
 * @returns the page's inline scripts, as a Content-Security-Policy allows them
 */
export async function mountPage(
  server: FastifyInstance,
  folder: string,
  isOwnAddress: (address: string) => boolean,
): Promise<readonly string[]> {
  const answerPage = async (reply: FastifyReply) => {
    const page = await readPage(folder);
    if (typeof page !== 'string') return reply.code(page.status).send(page);
    return reply.code(200).header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(page);
  };
  server.setNotFoundHandler(async (request, reply) => {
    const address = request.url.split('?')[0] ?? '';
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const isPage = !/\.\w+$/.test(address) && isOwnAddress(address);
    if (isPage && reads) return answerPage(reply);
    if (isPage) {
      const methods = 'GET, HEAD';
      const taken = refusal('METHOD_NOT_ALLOWED', { address, methods, method: request.method });
      return reply.code(405).header('allow', methods).send(taken);
    }
    const file = reads && /\.\w+$/.test(address) ? await answerFile(request, reply, folder) : null;
    return file ?? reply.code(404).send(notFound(address));
  });
  const page = await readPage(folder);
  return typeof page === 'string' ? inlineScriptSources(page) : [];
}
