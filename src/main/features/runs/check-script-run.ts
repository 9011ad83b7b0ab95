import type { CreateRunInput } from '../../../shared/contract/runs.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { scriptName } from '../../../shared/model/script.ts';
import type { Script } from '../../../shared/model/script-schema.ts';
import type { Workstation } from './ports.ts';
import type { CheckedRun } from './queue-run.ts';
import { insertScript } from './run-config-rows.ts';
import { lockSources } from './run-rows.ts';

/** The executors of scripts: processes of this machine, and containers of an image of somebody's own. */
export const scriptExecutor = 'process';
export const containerScriptExecutor = 'image';

/** What of a request is meant for our own trainers. */
const forTrainers = ['dataset', 'version', 'model', 'overrides'] as const;

/** @throws TrainyardError SCRIPT_WITH_MODEL, SCRIPT_WITH_EXECUTOR, and those of {@link Workstation.checkScript} */
export async function checkScriptRun(
  { checkScript }: Pick<Workstation, 'checkScript'>,
  { projectId, request }: { projectId: string; request: CreateRunInput },
  script: Script,
): Promise<CheckedRun> {
  const field = forTrainers.find((name) => Object.keys(Object(request[name])).length > 0);
  if (field) throw fault('SCRIPT_WITH_MODEL', { field });
  if (request.executor !== 'auto') throw fault('SCRIPT_WITH_EXECUTOR', { executor: request.executor });
  await checkScript(script);
  const name = scriptName(script.command);
  return {
    executor: { name: script.image === null ? scriptExecutor : containerScriptExecutor, why: null },
    trained: { script },
    namePrefix: `${name.slice(0, 200)} · `,
    audited: { script: name, folder: script.folder, image: script.image },
    lock: async (tx) => {
      const gone = await lockSources(tx, projectId, null);
      if (gone !== null) throw fault('PROJECT_NOT_FOUND', { name: request.project });
    },
    insert: (tx, runId) => insertScript(tx, runId, name, script),
    epochs: null,
    gpuCount: 0,
  };
}
