import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type ExportFormatName, exportFormats } from '../../shared/model/export-formats.ts';
import { parseInput } from './input-fault.ts';

/** Bytes that go by plain HTTP rather than through the contract. */
export interface ServedFiles {
  /** An image of a dataset's version, or its thumbnail where `size` (pixels of the longer side) is given. */
  readImage(request: { datasetId: string; version: number; sha256: string; size?: number }): Promise<{
    body: Uint8Array | Readable;
    mediaType: string;
  }>;
  /** A labelled version as a tar of another format. */
  readExport(request: { datasetId: string; version: number; format: ExportFormatName }): Promise<{
    body: Readable;
    name: string;
    size: number;
  }>;
  readArtifact(
    runId: string,
    artifactId: string,
  ): Promise<{ body: Readable; mediaType: string; name: string; size: number }>;
  /** A run's whole log as text. */
  readLog(runId: string): Promise<Readable>;
  /**
   * Keeps an uploaded archive until it is imported; resolves once it is whole on the disk.
   * @param announcedBytes its size as the sender says; null where it does not
   * @throws TrainyardError DISK_FULL
   */
  storeUpload(
    uploadId: string,
    name: string,
    body: Readable,
    announcedBytes: number | null,
  ): Promise<{ sizeBytes: number }>;
}

const image = z.object({
  datasetId: z.uuid(),
  version: z.coerce.number().pipe(z.int().min(1)),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const imageSize = z.object({ size: z.coerce.number().pipe(z.int().min(16).max(1024)).optional() });
const exportFormat = z.object({ format: z.enum(exportFormats) });
const artifact = z.object({ runId: z.uuid(), artifactId: z.uuid() });
const uploadName = z.object({ name: z.string().min(1).max(255) });

/** A file name as a header may carry it (RFC 6266). */
function disposition(name: string, kind: 'inline' | 'attachment'): string {
  return `${kind}; filename*=UTF-8''${encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;
}

/** What a header may carry (RFC 9110); a trainer may call its files' kinds as it likes. */
const mediaTypePattern = /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}(; ?[\w-]{1,40}=[\w.+-]{1,100}){0,4}$/;

function mediaTypeHeader(mediaType: string): string {
  return mediaTypePattern.test(mediaType) ? mediaType : 'application/octet-stream';
}

/** Mounts `/files/…`: images and artifacts never change under their address, so a browser may keep them. */
export async function mountFiles(server: FastifyInstance, sources: ServedFiles): Promise<void> {
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    // An answer without a body: the server would read the bytes to their end, those of a whole export, too.
    scope.addHook('onSend', async (request, _reply, payload) => {
      if (request.method === 'HEAD' && payload instanceof Readable) payload.destroy();
      return payload;
    });

    scope.get('/files/datasets/:datasetId/:version/images/:sha256', async (request, reply) => {
      const { size } = parseInput(imageSize, request.query);
      const found = await sources.readImage({
        ...parseInput(image, request.params),
        ...(size === undefined ? {} : { size }),
      });
      reply.header('cache-control', 'private, max-age=31536000, immutable');
      // Image bytes come from strangers: never anything but an image to the browser.
      reply.header('content-security-policy', "default-src 'none'; sandbox");
      return reply.type(mediaTypeHeader(found.mediaType)).send(found.body);
    });

    scope.get('/files/datasets/:datasetId/:version/export', async (request, reply) => {
      const { format } = parseInput(exportFormat, request.query);
      const version = parseInput(image.omit({ sha256: true }), request.params);
      const { body, name, size } = await sources.readExport({ ...version, format });
      reply.header('content-length', size);
      reply.header('content-disposition', disposition(name, 'attachment'));
      return reply.type('application/x-tar').send(body);
    });

    scope.get('/files/runs/:runId/artifacts/:artifactId', async (request, reply) => {
      const { runId, artifactId } = parseInput(artifact, request.params);
      const found = await sources.readArtifact(runId, artifactId);
      reply.header('content-length', found.size);
      reply.header('content-disposition', disposition(found.name, 'attachment'));
      reply.header('content-security-policy', "default-src 'none'; sandbox");
      return reply.type(mediaTypeHeader(found.mediaType)).send(found.body);
    });

    scope.get('/files/runs/:runId/log', async (request, reply) => {
      const { runId } = parseInput(artifact.pick({ runId: true }), request.params);
      reply.header('content-disposition', disposition(`${runId}.log`, 'attachment'));
      return reply.type('text/plain; charset=utf-8').send(await sources.readLog(runId));
    });

    scope.post('/files/uploads', { bodyLimit: Number.MAX_SAFE_INTEGER }, async (request, reply) => {
      const { name } = parseInput(uploadName, request.query);
      const uploadId = randomUUID();
      const announced = Number(request.headers['content-length'] ?? Number.NaN);
      const announcedBytes = Number.isSafeInteger(announced) ? announced : null;
      const stored = await sources.storeUpload(uploadId, name, request.body as Readable, announcedBytes);
      return reply.code(201).send({ uploadId, ...stored });
    });
  });
}
