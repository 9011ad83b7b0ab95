import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { StackCredentials } from '../../domain/stack/machine.ts';
import { type StackSecrets, secretNames, stackSecretsSchema } from '../../domain/stack/record.ts';
import { replaceFile, syncFolder } from '../../durable-file.ts';
import { hasCode } from '../../error-code.ts';
import { failpoint } from '../../failpoints.ts';
import { stackFolder } from './stack-folder.ts';

/** A stack's passwords as files that only their owner reads: `stack/secrets/NAME`, 0600. */
export class SecretFiles implements StackCredentials {
  private readonly folder: string;

  constructor(home: string) {
    this.folder = path.join(stackFolder(home), 'secrets');
  }

  load(): StackSecrets | null {
    const found: Record<string, string> = {};
    for (const name of secretNames) {
      try {
        found[name] = readFileSync(path.join(this.folder, name), 'utf8').trim();
      } catch (error) {
        // Docker makes a folder where a file that it shall mount is missing.
        if (!hasCode(error, 'ENOENT', 'EISDIR')) throw error;
      }
    }
    const secrets = stackSecretsSchema.safeParse(found);
    return secrets.success ? secrets.data : null;
  }

  keep(secrets: StackSecrets): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
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
