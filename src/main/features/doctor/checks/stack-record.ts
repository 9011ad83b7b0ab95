import { stat } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../../../platform/error-code.ts';
import { inspectStackRecord } from '../../../stack/files/stack-folder.ts';
import type { StackRecord } from '../../../stack/record.ts';
import type { Check, Observation } from '../ports.ts';
import { quoted } from './quoted.ts';

/** What is in the state folder: a stack's notes, none, or something else. */
export type FoundRecord = StackRecord | 'none' | 'damaged';

const recordFile = (home: string) => path.join(home, 'stack', 'stack.json');

/** Reads the stack's notes without changing anything. */
export async function readStackRecord(home: string): Promise<FoundRecord> {
  const found = inspectStackRecord(home);
  if (found.kind === 'whole') return found.value;
  return found.kind === 'absent' ? 'none' : 'damaged';
}

async function secretsOpen(home: string): Promise<Observation[]> {
  if (process.platform === 'win32') return [];
  const folder = path.join(home, 'stack', 'secrets');
  try {
    const mode = (await stat(folder)).mode & 0o777;
    if ((mode & 0o077) === 0) return [];
    const evidence = `${folder} (${mode.toString(8).padStart(4, '0')})`;
    return [{ code: 'STACK_SECRETS_OPEN', evidence, command: `chmod 700 ${quoted(folder)}` }];
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Whether the stack's notes can be read, and its secrets by nobody else. */
export function stackRecordCheck(home: string, found: () => Promise<FoundRecord>, optional: boolean): Check {
  return {
    name: 'stack record',
    group: 'docker',
    optional,
    run: async () => {
      const record = await found();
      const file = recordFile(home);
      if (record === 'none') return [{ code: 'STACK_STATE_NONE', evidence: file }];
      if (record === 'damaged') {
        const command = `mv ${quoted(file)} ${quoted(`${file}.damaged`)} && trainyard stack up`;
        return [{ code: 'STACK_STATE_DAMAGED', evidence: file, command }];
      }
      return [
        { code: 'STACK_STATE_OK', evidence: `${record.name} (${record.id})` },
        ...(await secretsOpen(home)),
      ];
    },
  };
}
