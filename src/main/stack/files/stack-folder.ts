import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { replaceFile, syncFolder } from '../../platform/durable-file.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { acquireFileLock } from '../../platform/file-lock.ts';
import { appRoot } from '../../platform/paths.ts';
import { inspectStateFile, readStateText } from '../../platform/state-file.ts';
import { openStateFolder, requireOwnFolder } from '../../platform/state-folder.ts';
import { finishMoves } from '../../platform/state-switch.ts';
import { type Ensured, ensuredSchema } from '../ensured.ts';
import { type ComposeFile, parseTemplate, type StackTemplate } from '../plan.ts';
import {
  type StackRecord,
  type StackSecrets,
  secretNames,
  stackRecordSchema,
  stackSecretsSchema,
} from '../record.ts';

/** What `resources/stack/compose.yaml` says, from the build. */
declare const __TRAINYARD_STACK_TEMPLATE__: ComposeFile | undefined;

/** `resources/stack/compose.yaml`; a build has read it before. */
export function readTemplate(): StackTemplate {
  const read = () => readFileSync(path.join(appRoot(), 'resources', 'stack', 'compose.yaml'), 'utf8');
  const known =
    typeof __TRAINYARD_STACK_TEMPLATE__ === 'undefined' ? undefined : __TRAINYARD_STACK_TEMPLATE__;
  return parseTemplate(read, known);
}

const stackFolder = (home: string) => path.join(home, 'stack');

/** Reads the stack's record without changing anything. */
export const inspectStackRecord = (home: string) =>
  inspectStateFile(path.join(stackFolder(home), 'stack.json'), stackRecordSchema, {
    hint: {
      en: 'Move it away and run "trainyard stack up": it is found again from the containers and the recovery volume.',
      ko: '다른 곳으로 옮기고 "trainyard stack up"을 실행하세요. 컨테이너와 복구 볼륨에서 다시 찾습니다.',
    },
  });

const lockPauseMs = 40;
const lockHint = {
  en: 'Remove it while nothing works on the stack: it holds nothing, and is made again.',
  ko: '스택을 다루는 것이 없을 때 지우세요. 담긴 것이 없고 다시 만들어집니다.',
};

/** A file's text; null if it is not there, or is something else than Trainyard's own file. */
function readText(file: string, largest?: number): string | null {
  try {
    return readStateText(file, { hint: '', ...(largest === undefined ? {} : { largest }) });
  } catch (error) {
    if (error instanceof TrainyardError) return null;
    throw error;
  }
}

/** The folder `stack` of a state folder, and the lock on it. What was written is there after a power cut. */
export class StackFolder {
  /** As labels and messages name it, absolute. */
  readonly home: string;
  private readonly folder: string;
  private readonly recordFile: string;
  private readonly secretsFolder: string;
  private readonly ensuredFile: string;

  constructor(home: string) {
    this.home = home;
    this.folder = stackFolder(home);
    this.recordFile = path.join(this.folder, 'stack.json');
    this.secretsFolder = path.join(this.folder, 'secrets');
    this.ensuredFile = path.join(this.folder, 'ensured.json');
  }

  /**
   * One verb at a time works on the stack of a state folder, whatever the process; `onWait` is called once where it has to wait.
   * Released by dispose, or by the process's end.
   */
  async lock(onWait: () => void, signal?: AbortSignal): Promise<Disposable> {
    mkdirSync(this.home, { recursive: true, mode: 0o700 });
    for (let isReported = false; ; isReported = true) {
      const lock = acquireFileLock(path.join(this.home, 'stack.lock.sqlite'), lockHint, 0);
      if (lock) return this.settled(lock);
      if (!isReported) onWait();
      await pause(lockPauseMs, undefined, signal ? { signal } : {});
    }
  }

  /** Whatever a restore has decided comes first: what stands here may be the stack that goes. */
  private settled(lock: Disposable): Disposable {
    try {
      finishMoves(this.home);
      return lock;
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  /** The record; null if there is none, or none that can be used. */
  read(): StackRecord | null {
    const found = inspectStackRecord(this.home);
    return found.kind === 'whole' ? found.value : null;
  }

  write(record: StackRecord): void {
    this.make();
    failpoint('stack.record.write.before');
    replaceFile(this.recordFile, `${JSON.stringify(record, null, 2)}\n`);
    failpoint('stack.record.write.after');
  }

  /** What the ensure steps left; nothing where that was not written, or cannot be read: then they are done again. */
  readEnsured(): Ensured {
    const found = inspectStateFile(this.ensuredFile, ensuredSchema, { hint: '' });
    return found.kind === 'whole' ? found.value : {};
  }

  writeEnsured(ensured: Ensured): void {
    this.make();
    // A folder cannot be written over.
    rmSync(this.ensuredFile, { recursive: true, force: true });
    failpoint('stack.ensured.write.before');
    replaceFile(this.ensuredFile, `${JSON.stringify(ensured, null, 2)}\n`);
    failpoint('stack.ensured.write.after');
  }

  /** Moves a `stack.json` that cannot be used out of the way, and answers where it is now. */
  setAside(): string {
    const aside = `${this.recordFile}.corrupt-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    renameSync(this.recordFile, aside);
    syncFolder(this.folder);
    return aside;
  }

  /** The passwords, which the containers get from files of their own; null if not all of them are there and whole. */
  readSecrets(): StackSecrets | null {
    const found: Record<string, string> = {};
    for (const name of secretNames) {
      // Docker makes a folder where a file that it shall mount is missing.
      const text = readText(path.join(this.secretsFolder, name), 4096);
      if (text !== null) found[name] = text.trim();
    }
    const secrets = stackSecretsSchema.safeParse(found);
    return secrets.success ? secrets.data : null;
  }

  /** Those of a stack that is new, or that was found again: files that only their owner reads. */
  writeSecrets(secrets: StackSecrets): void {
    this.make();
    mkdirSync(this.secretsFolder, { recursive: true, mode: 0o700 });
    requireOwnFolder(this.secretsFolder);
    chmodSync(this.secretsFolder, 0o700);
    for (const name of secretNames) {
      const file = path.join(this.secretsFolder, name);
      failpoint('stack.secret.write.before');
      rmSync(file, { recursive: true, force: true });
      // No line's end: a server may take it for a part of the password.
      replaceFile(file, secrets[name], 0o600);
      failpoint('stack.secret.write.after');
    }
    syncFolder(this.folder);
  }

  removeSecrets(): void {
    rmSync(this.secretsFolder, { recursive: true, force: true });
  }

  /** Writes `compose.yaml` where it says something else, and answers its path. */
  writeCompose(text: string): string {
    const file = path.join(this.folder, 'compose.yaml');
    this.make();
    if (readText(file) !== text) {
      // Remove anything else that is there: Compose follows links, and a folder cannot be written over.
      rmSync(file, { recursive: true, force: true });
      failpoint('stack.compose.write.before');
      replaceFile(file, text);
      failpoint('stack.compose.write.after');
    }
    return file;
  }

  /** Whether there is something in the record's place that is no record. */
  get isDamaged(): boolean {
    return inspectStackRecord(this.home).kind === 'unusable';
  }

  /** The last to go: everything of the stack. */
  removeAll(): void {
    // The notes go last: as long as they stand, it is known what is left to remove.
    for (const name of ['compose.yaml', 'ensured.json'])
      rmSync(path.join(this.folder, name), { force: true });
    failpoint('stack.destroy.notes.before');
    rmSync(this.recordFile, { force: true });
    failpoint('stack.destroy.notes.after');
    rmSync(this.folder, { recursive: true, force: true });
    syncFolder(this.home);
  }

  private make(): void {
    openStateFolder(this.home, 'stack');
  }
}
