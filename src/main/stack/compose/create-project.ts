import { fault } from '../../../shared/errors/catalogue.ts';
import type { ServiceName } from '../../../shared/model/stack.ts';
import { childEnvironment } from '../../platform/child-environment.ts';
import { runProgram } from '../../platform/run-program.ts';
import type { DockerConnection } from '../docker/client.ts';
import { ComposeFailure } from '../docker-objects.ts';

/** Making networks, volumes and containers takes a second; the daemon of a busy machine may take its time. */
const timeoutMs = 180_000;

/** The docker program without the plugin takes `compose` for a command that it doesn't know, or its options for its own. */
const withoutPlugin =
  /'compose' is not a docker command|unknown (shorthand )?flag|unknown command: docker compose/;

/**
 * Has Compose make the containers of services as `compose.yaml` says, and what they need, without starting them, on the Engine that we talk
 * to. It ends with us: its progress goes into a pipe that breaks when this process is killed.
 * @throws ComposeFailure; TrainyardError DOCKER_PROGRAM_MISSING, COMPOSE_MISSING, COMPOSE_TIMEOUT
 */
export function composeCreate(
  { url, certificates }: Pick<DockerConnection, 'url' | 'certificates'>,
  environment: NodeJS.ProcessEnv,
): (making: {
  readonly project: string;
  readonly file: string;
  readonly services: readonly ServiceName[];
  readonly signal?: AbortSignal | undefined;
}) => Promise<void> {
  const tls = certificates ? { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates } : {};
  return async ({ project, file, services, signal }) => {
    const compose = ['compose', '--ansi', 'never', '--project-name', project, '--file', file];
    // Nothing is pulled here: that was done before, with progress for each layer.
    const args = [...compose, 'create', '--pull', 'never', '--no-build', ...services];
    const answer = await runProgram('docker', args, {
      environment: { ...childEnvironment('docker', environment), DOCKER_HOST: url, ...tls },
      timeoutMs,
      signal,
      killSignal: 'SIGTERM',
    });
    if (answer.outcome === 'absent') throw fault('DOCKER_PROGRAM_MISSING', {});
    if (answer.outcome === 'hangs') {
      const lines = answer.output.split('\n').slice(-20);
      throw fault('COMPOSE_TIMEOUT', { seconds: Math.round(timeoutMs / 1000) }, { details: { lines } });
    }
    if (answer.exitCode === 0) return;
    if (withoutPlugin.test(answer.output)) throw fault('COMPOSE_MISSING', {});
    throw new ComposeFailure(answer.output);
  };
}
