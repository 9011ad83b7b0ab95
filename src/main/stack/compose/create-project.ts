import { childEnvironment } from '../../platform/child-environment.ts';
import type { DockerConnection } from '../docker/client.ts';
import { type ComposeCreate, ComposeFailure } from '../machine.ts';
import { runCompose } from './run-compose.ts';

/** Making networks, volumes and containers takes a second; the daemon of a busy machine may take its time. */
const timeoutMs = 180_000;

/** Compose on the same Engine that we talk to. */
export function composeCreate(
  { url, certificates }: Pick<DockerConnection, 'url' | 'certificates'>,
  environment: NodeJS.ProcessEnv,
): ComposeCreate {
  const tls = certificates ? { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates } : {};
  return async ({ project, file, services, signal }) => {
    const { exitCode, output } = await runCompose({
      // Nothing is pulled here: that was done before, and was told layer by layer.
      args: [
        '--project-name',
        project,
        '--file',
        file,
        'create',
        '--pull',
        'never',
        '--no-build',
        ...services,
      ],
      environment: { ...childEnvironment('docker', environment), DOCKER_HOST: url, ...tls },
      timeoutMs,
      signal,
    });
    if (exitCode !== 0) throw new ComposeFailure(output);
  };
}
