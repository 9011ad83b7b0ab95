import { renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { replaceFile, syncFolder } from '../../platform/durable-file.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { inspectStateFile, readStateText } from '../../platform/state-file.ts';
import { openStateFolder } from '../../platform/state-folder.ts';
import type { StackFiles, StackNotes } from '../machine.ts';
import { type StackRecord, stackRecordSchema } from '../record.ts';

export const stackFolder = (home: string) => path.join(home, 'stack');

/** Reads the stack's record without changing anything. */
export const inspectStackRecord = (home: string) =>
  inspectStateFile(path.join(stackFolder(home), 'stack.json'), stackRecordSchema, {
    hint: 'Move it away and run "trainyard stack up": it is found again from the containers and the recovery volume.',
  });

/** The folder `stack` of a state folder. */
export class StackFolder implements StackFiles {
  readonly home: string;
  private readonly folder: string;
  private readonly recordFile: string;

  constructor(home: string) {
    this.home = home;
    this.folder = stackFolder(home);
    this.recordFile = path.join(this.folder, 'stack.json');
  }

  read(): StackNotes {
    const found = inspectStackRecord(this.home);
    if (found.kind === 'whole') return { kind: 'whole', record: found.value };
    return found.kind === 'absent' ? { kind: 'absent' } : { kind: 'damaged', file: this.recordFile };
  }

  write(record: StackRecord): void {
    this.make();
    failpoint('stack.record.write.before');
    replaceFile(this.recordFile, `${JSON.stringify(record, null, 2)}\n`);
    failpoint('stack.record.write.after');
  }

  setAside(): string {
    const aside = `${this.recordFile}.corrupt-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    renameSync(this.recordFile, aside);
    syncFolder(this.folder);
    return aside;
  }

  writeCompose(text: string): string {
    const file = path.join(this.folder, 'compose.yaml');
    this.make();
    if (!this.holds(file, text)) {
      // Whatever else stands there: Compose follows links, and a folder cannot be written over.
      rmSync(file, { recursive: true, force: true });
      failpoint('stack.compose.write.before');
      replaceFile(file, text);
      failpoint('stack.compose.write.after');
    }
    return file;
  }

  removeAll(): void {
    // The notes go last: as long as they stand, it is known what is left to remove.
    rmSync(path.join(this.folder, 'compose.yaml'), { force: true });
    failpoint('stack.destroy.notes.before');
    rmSync(this.recordFile, { force: true });
    failpoint('stack.destroy.notes.after');
    rmSync(this.folder, { recursive: true, force: true });
    syncFolder(this.home);
  }

  private holds(file: string, text: string): boolean {
    try {
      return readStateText(file, { hint: '' }) === text;
    } catch (error) {
      if (error instanceof TrainyardError) return false;
      throw error;
    }
  }

  private make(): void {
    openStateFolder(this.home, 'stack');
  }
}
