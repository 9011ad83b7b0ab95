import { hostname } from 'node:os';
import { z } from 'zod';
import type { QueueMessage } from '../ports.ts';

/** What kombu's Redis transport keeps in a list, and Celery's protocol 2 in its headers; others' headers stay unread. */
const wireSchema = z.looseObject({
  body: z.string(),
  'content-type': z.literal('application/json'),
  'content-encoding': z.string().regex(/^utf-?8$/i),
  headers: z.looseObject({
    task: z.string().min(1),
    id: z.string().min(1).max(255),
    eta: z.string().nullish(),
    expires: z.string().nullish(),
    compression: z.null().optional(),
  }),
  properties: z.looseObject({ body_encoding: z.literal('base64').nullish() }),
});

const payloadSchema = z.tuple([z.array(z.unknown()), z.record(z.string(), z.unknown()), z.unknown()]);

export interface DecodedMessage extends QueueMessage {
  /** Not to be done before, in milliseconds since 1970; null: at any time. */
  readonly notBefore: number | null;
  /** Not to be done after. */
  readonly notAfter: number | null;
}

/**
 * A message as Celery's protocol 2 has it (docs.celeryq.dev, "Message Protocol"), in the envelope of kombu's virtual transports
 * (`kombu/transport/virtual/base.py`, `prepare_message`).
 * @param tag unique for each sending
 */
export function encodeMessage(
  queue: string,
  id: string,
  { task, args, kwargs }: QueueMessage['body'],
  tag: string,
): string {
  const payload = [args, kwargs, { callbacks: null, errbacks: null, chain: null, chord: null }];
  return JSON.stringify({
    body: Buffer.from(JSON.stringify(payload)).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: {
      lang: 'js',
      task,
      id,
      shadow: null,
      eta: null,
      expires: null,
      group: null,
      group_index: null,
      retries: 0,
      timelimit: [null, null],
      root_id: id,
      parent_id: null,
      argsrepr: shown(args),
      kwargsrepr: shown(kwargs),
      origin: `trainyard@${hostname()}`,
      ignore_result: true,
      replaced_task_nesting: 0,
      stamped_headers: null,
      stamps: {},
    },
    properties: {
      correlation_id: id,
      reply_to: '',
      delivery_mode: 2,
      delivery_info: { exchange: '', routing_key: queue },
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: tag,
    },
  });
}

/** Null if this is no JSON task of protocol 2: pickled, compressed, of protocol 1. */
export function decodeMessage(raw: string): DecodedMessage | null {
  const wire = wireSchema.safeParse(parsed(raw));
  if (!wire.success) return null;
  const { body, headers, properties } = wire.data;
  const text = properties.body_encoding === 'base64' ? Buffer.from(body, 'base64').toString('utf8') : body;
  const payload = payloadSchema.safeParse(parsed(text));
  if (!payload.success) return null;
  const [args, kwargs] = payload.data;
  return {
    id: headers.id,
    body: { task: headers.task, args, kwargs },
    notBefore: time(headers.eta),
    notAfter: time(headers.expires),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function time(text: string | null | undefined): number | null {
  const at = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

/** For people who watch workers. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
}
