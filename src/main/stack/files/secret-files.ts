import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { replaceFile, syncFolder } from '../../platform/durable-file.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { readStateText } from '../../platform/state-file.ts';
import { openStateFolder, requireOwnFolder } from '../../platform/state-folder.ts';
import type { StackCredentials } from '../machine.ts';
import { type StackSecrets, secretNames, stackSecretsSchema } from '../record.ts';
import { stackFolder } from './stack-folder.ts';

/** A secret's text; null where there is none that can be used: it is then taken from the recovery volume, or made anew. */
function inspectText(file: string): string | null {
  try {
    return readStateText(file, { hint: '', largest: 4096 });
  } catch (error) {
    if (error instanceof TrainyardError) return null;
    throw error;
  }
}

/** A stack's passwords as files that only their owner reads: `stack/secrets/NAME`, 0600. */
export class SecretFiles implements StackCredentials {
  private readonly home: string;
  private readonly folder: string;

  constructor(home: string) {
    this.home = home;
    this.folder = path.join(stackFolder(home), 'secrets');
  }

  load(): StackSecrets | null {
    const found: Record<string, string> = {};
    for (const name of secretNames) {
      // Docker makes a folder where a file that it shall mount is missing.
      const file = inspectText(path.join(this.folder, name));
      if (file !== null) found[name] = file.trim();
    }
    const secrets = stackSecretsSchema.safeParse(found);
    return secrets.success ? secrets.data : null;
  }

  keep(secrets: StackSecrets): void {
    openStateFolder(this.home, 'stack');
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    requireOwnFolder(this.folder);
    chmodSync(this.folder, 0o700);
    for (const name of secretNames) {
      const file = path.join(this.folder, name);
      failpoint('stack.secret.write.before');
      rmSync(file, { recursive: true, force: true });
      // No line's end: a server may take it for a part of the password.
      replaceFile(file, secrets[name], 0o600);
      failpoint('stack.secret.write.after');
    }
    syncFolder(path.dirname(this.folder));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
