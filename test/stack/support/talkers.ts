import { randomBytes } from 'node:crypto';
import { connectDocker } from '../../../src/main/stack/docker/client.ts';
import { ContainerLogs } from '../../../src/main/stack/docker/container-logs.ts';
import { stackLabels } from '../../../src/main/stack/labels.ts';
import { StackLogService } from '../../../src/main/stack/logs/log-service.ts';
import type { ServiceName } from '../../../src/shared/model/stack.ts';
import { docker, serverImages } from '../../support/servers.ts';

export interface Talkers extends AsyncDisposable {
  /** Runs a shell program as a service's container; answers its name. */
  talk(service: ServiceName, program: string, options?: readonly string[]): Promise<string>;
  /** A reader that knows nothing but what it is asked. */
  reader(): StackLogService;
}

/** A stack of containers that only print: the image of Redis has a shell, `seq` and `awk`. */
export function createTalkers(): Talkers {
  const stack = `test-${randomBytes(6).toString('hex')}`;
  const names: string[] = [];
  return {
    talk: async (service, program, options = []) => {
      const name = `trainyard-test-talker-${randomBytes(4).toString('hex')}`;
      names.push(name);
      await docker([
        ...['run', '-d', '--name', name, '--label', `${stackLabels.stack}=${stack}`],
        ...['--label', `${stackLabels.service}=${service}`, '--network', 'none', ...options],
        ...['--entrypoint', 'sh', serverImages.redis, '-c', program],
      ]);
      return name;
    },
    reader: () => new StackLogService(new ContainerLogs(connectDocker(process.env), async () => stack)),
    [Symbol.asyncDispose]: async () => {
      if (names.length > 0) await docker(['rm', '-f', '-v', ...names]);
    },
  };
}
