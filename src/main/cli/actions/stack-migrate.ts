import { TrainyardError } from '../../../shared/errors/error.ts';
import type { Profile } from '../../../shared/model/stack.ts';
import type { CommonOptions } from '../define.ts';
import { withEngine } from '../engine.ts';
import { writeJson, writeLine } from '../output.ts';
import { StackNarrator } from '../stack-narrator.ts';

export interface StackMigrateOptions {
  readonly to: Profile;
  readonly replace?: true;
}

const waitMs = 10_000;

/** The engine does it: nothing else writes to its stores meanwhile. */
export async function stackMigrate({
  to,
  replace,
  json,
}: StackMigrateOptions & CommonOptions): Promise<undefined> {
  const narrator = new StackNarrator();
  await withEngine(async ({ stack }) => {
    // The stores have to be there, and whatever another verb told before is not ours to tell.
    const { cursor: begin } = await stack.progress({});
    const { operation } = await stack.migrate({ to, replace: replace ?? false });
    for (let after = begin; ; ) {
      const { cursor, events } = await stack.progress({ after, waitMs });
      after = cursor;
      for (const event of events) {
        if (event.operation !== operation.id) continue;
        if (json) await writeJson(event);
        else narrator.onProgress(event);
        if (event.type !== 'end') continue;
        narrator.end();
        if (!event.cause) return;
        throw TrainyardError.from(event.cause, { status: 409 });
      }
    }
  });
  await (json ? writeJson({ profile: to }) : writeLine(to));
}
