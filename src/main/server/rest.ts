import { OpenAPIGenerator } from '@orpc/openapi';
import { OpenAPIHandler } from '@orpc/openapi/fastify';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../api/implementer.ts';
import { router } from '../api/router.ts';
import { type CallWitnesses, contractInterceptors } from './contract-interceptors.ts';
import { parseInput } from './input-fault.ts';
import { namesKept } from './metric-names.ts';
import { notFound, refusal } from './refusals.ts';

/** The body of an error of one status, by the codes that a procedure declares for it: the same form for all, so it stands there once for each. */
function errorBody(errors: readonly (readonly [code: string, ...rest: unknown[]])[], status: number) {
  const text = { type: 'string' } as const;
  const place = {
    type: 'object',
    properties: { file: text, line: { type: 'number' }, field: text },
  } as const;
  const parameters = { type: 'object', additionalProperties: true } as const;
  return {
    type: 'object',
    required: ['code', 'status', 'message', 'data'],
    properties: {
      code: { type: 'string', examples: errors.map(([code]) => code) },
      status: { const: status },
      message: text,
      data: { type: 'object', required: ['hint', 'place'], properties: { hint: text, place, parameters } },
    },
  } as const;
}

const requestBody = z.object({ body: z.object({}).optional() });

type Specification = Awaited<ReturnType<OpenAPIGenerator['generate']>>;

/** The methods that the contract has at a path; none where nothing is there. */
function methodsAt({ paths = {} }: Specification, path: string): string[] {
  const parts = path.split('/');
  const fits = (pattern: string) => {
    const wanted = pattern.split('/');
    return (
      wanted.length === parts.length &&
      wanted.every((part, index) => part === parts[index] || (part.startsWith('{') && parts[index] !== ''))
    );
  };
  const methods = Object.entries(paths)
    .filter(([pattern]) => fits(pattern))
    .flatMap(([, operations]) => Object.keys(operations ?? {}));
  return [...new Set(methods)].map((method) => method.toUpperCase()).sort();
}

/** Answers REST. */
export interface Rest {
  describe(): Promise<Specification>;
  answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
}

/** The contract as REST under /api/v1. */
export function createRest(context: ApiContext, witnesses: CallWitnesses, version: string): Rest {
  const interceptors = contractInterceptors(witnesses);
  const handler = new OpenAPIHandler(router, { ...interceptors, customJsonSerializers: [namesKept] });
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  let specification: Promise<Specification> | null = null;
  const describe = () => {
    specification ??= generator.generate(router, {
      info: {
        title: 'Trainyard',
        version,
        description: 'The same contract that the window, the browser and the CLI speak.',
      },
      servers: [{ url: '/api/v1' }],
      customErrorResponseBodySchema: (errors, status) => errorBody(errors, status),
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    });
    return specification;
  };
  /** Why nothing is at the address, or not by this method; null where something is. */
  const unknownAddress = async ({ url, method }: FastifyRequest, reply: FastifyReply) => {
    const address = url.split('?')[0] ?? '';
    const methods = methodsAt(await describe(), address.slice('/api/v1'.length));
    if (methods.length === 0) return reply.code(404).send(notFound(`${method} ${address}`));
    if (methods.includes(method)) return null;
    const allowed = methods.join(', ');
    return reply
      .code(405)
      .header('allow', allowed)
      .send(refusal('METHOD_NOT_ALLOWED', { address, methods: allowed, method }));
  };
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    // oRPC passes over a body that is no object where the address has parameters. An empty one is none.
    const body = request.body === '' ? undefined : request.body;
    if (!requestBody.safeParse({ body }).success) {
      const refused = await unknownAddress(request, reply);
      if (refused) return refused;
      parseInput(requestBody, { body });
    }
    const { matched } = await handler.handle(request, reply, { prefix: '/api/v1', context });
    if (matched) return reply;
    return (await unknownAddress(request, reply)) ?? reply.code(404).send(notFound(request.url));
  };
  return { describe, answer };
}
