import type {
  StackCause,
  StackEvent,
  StackLogLine,
  StackOperation,
  StackState,
} from '../../src/shared/contract/stack.ts';
import {
  type ServiceName,
  type StackVerb,
  serviceNames,
  stackStatusOf,
} from '../../src/shared/model/stack.ts';
import type { FixtureBell } from './fixture-bell.ts';
import { ago } from './fixture-data.ts';
import { fixtureService, portTaken, pullSizes, stepsOf } from './fixture-stack-data.ts';

/** What is told, before it is numbered. */
type FixtureEvent = StackEvent extends infer One
  ? One extends StackEvent
    ? Omit<One, 'seq' | 'time' | 'operation'>
    : never
  : never;

export type Scene = 'absent' | 'stopped' | 'pulling' | 'starting' | 'running' | 'degraded' | 'failed';

/** A stack that only seems to be: a fixture for the pages, which a test puts into any state. */
export class FixtureStack {
  state: StackState;
  readonly events: StackEvent[] = [];
  readonly logs: StackLogLine[] = [];
  /** Every question is answered by an error, as where Docker is not running. */
  daemonDown = false;
  /** How often somebody asked for the connection strings. */
  revealed = 0;
  private readonly bell: FixtureBell;
  private operations = 0;

  constructor(bell: FixtureBell) {
    this.bell = bell;
    this.state = {
      profile: 'embedded',
      name: null,
      status: 'absent',
      services: serviceNames.map((name) => fixtureService(name, 'absent')),
      operation: null,
    };
  }

  /** Waits for events of the stack. */
  wait<T>(waitMs: number, signal: AbortSignal | undefined, ready: () => T | null): Promise<T | null> {
    return this.bell.wait(waitMs, signal, ready);
  }

  /** Puts everything into a state, with what would have been told on the way. */
  become(scene: Scene): void {
    const { profile } = this.state;
    this.events.length = 0;
    this.logs.length = 0;
    this.operations = 0;
    const healthy = scene === 'running' || scene === 'degraded';
    const status =
      scene === 'absent' || scene === 'pulling' ? 'absent' : scene === 'stopped' ? 'stopped' : 'healthy';
    this.state = {
      profile,
      name: scene === 'absent' ? null : 'trainyard-1f0c9a7e',
      status: healthy ? 'running' : status === 'healthy' ? 'starting' : status,
      services: serviceNames.map((name) => fixtureService(name, status)),
      operation: null,
    };
    if (healthy) {
      this.begin('up', serviceNames, ago(190));
      for (const name of serviceNames)
        for (const [step, detail] of stepsOf(name)) this.step(name, step, detail);
      this.end(null, ago(189.8));
      this.fillLogs();
    }
    if (scene === 'pulling') this.pull(0.42);
    if (scene === 'starting') this.startHalf();
    if (scene === 'failed') this.fail();
    if (scene === 'degraded') this.break('redis');
    this.bell.ring();
  }

  /** Tells something of the operation under way. */
  emit(event: FixtureEvent, time = new Date().toISOString()): void {
    const operation = this.state.operation?.id ?? 'none';
    this.events.push({ ...event, seq: this.events.length + 1, time, operation });
    this.bell.ring();
  }

  begin(
    verb: StackVerb,
    services: readonly ServiceName[] = serviceNames,
    startedAt = new Date().toISOString(),
  ): StackOperation {
    this.operations += 1;
    const operation: StackOperation = {
      id: `operation-${this.operations}`,
      verb,
      services: [...services],
      status: 'running',
      startedAt,
      endedAt: null,
      cause: null,
    };
    this.state.operation = operation;
    this.state.name ??= 'trainyard-1f0c9a7e';
    this.state.status = verb === 'down' || verb === 'destroy' ? 'stopping' : 'starting';
    this.emit({ type: 'begin', verb, services: [...services] }, startedAt);
    return operation;
  }

  step(
    service: ServiceName | null,
    step: string,
    detail: string,
    status: 'running' | 'done' | 'skipped' | 'failed' = 'done',
  ): void {
    const durationMs =
      status === 'running' ? null : 40 + ((step.length * 7919 + detail.length * 104_729) % 1900);
    this.emit({ type: 'step', service, step, detail, status, durationMs });
  }

  /** Pulls every image up to a share of it. */
  pull(share: number): void {
    if (this.state.operation?.status !== 'running') this.begin('up', serviceNames, ago(0.6));
    this.step(null, 'images', '', share < 1 ? 'running' : 'done');
    for (const [index, name] of serviceNames.entries()) {
      const { layers, bytes, image } = pullSizes(name);
      const own = Math.min(1, share * (1.9 - index * 0.34));
      this.emit({
        type: 'pull',
        service: name,
        image,
        layers,
        layersDone: Math.floor(layers * own),
        bytesDone: Math.floor(bytes * own),
        bytesTotal: bytes,
        bytesPerSecond: own < 1 ? 11_400_000 - index * 1_700_000 : 0,
      });
    }
  }

  /** Sets a service's state and tells. */
  setService(
    name: ServiceName,
    status: StackState['services'][number]['status'],
    cause: StackCause | null = null,
  ): void {
    this.state.services = this.state.services.map((service) =>
      service.name === name ? { ...fixtureService(name, status), cause } : service,
    );
    if (this.state.operation?.status === 'running') this.emit({ type: 'service', service: name, status });
  }

  end(cause: StackCause | null, endedAt = new Date().toISOString()): void {
    const { operation } = this.state;
    if (!operation) return;
    const status = cause ? 'failed' : 'done';
    this.state.operation = { ...operation, status, endedAt, cause };
    this.state.status = stackStatusOf(this.state.services);
    this.emit({ type: 'end', status, cause }, endedAt);
  }

  addLog(service: ServiceName, text: string, time = new Date().toISOString()): void {
    this.logs.push({ service, time, stream: 'stdout', text });
    this.bell.ring();
  }

  private before(): void {
    this.step(null, 'images', 'all here');
    this.step(null, 'ports', 'as before');
    this.step(null, 'create', '5 containers');
  }

  private startHalf(): void {
    this.begin('up', serviceNames, ago(0.1));
    this.before();
    for (const name of ['postgres', 'mongo', 'redis'] as const) {
      for (const [step, detail] of stepsOf(name)) this.step(name, step, detail);
      this.setService(name, 'healthy');
    }
    for (const name of ['s3', 'temporal'] as const) {
      this.setService(name, 'starting');
      this.step(name, 'start', '');
      this.step(name, 'probe', '', 'running');
    }
  }

  private fail(): void {
    this.begin('up', serviceNames, ago(2));
    this.before();
    for (const [step, detail] of stepsOf('mongo').slice(0, 2)) this.step('mongo', step, detail);
    this.setService('mongo', 'healthy');
    this.step('postgres', 'start', 'DOCKER_PORT_TAKEN', 'failed');
    this.setService('postgres', 'failed', portTaken);
    for (const name of ['redis', 's3', 'temporal'] as const) this.setService(name, 'stopped');
    this.end(portTaken, ago(1.9));
  }

  private break(name: ServiceName): void {
    this.state.status = 'degraded';
    this.setService(name, 'failed', {
      code: 'SERVICE_OUT_OF_MEMORY',
      message: 'Redis needed more memory than its limit of 512 MiB and was ended',
      hint: 'Give it more: TRAINYARD_REDIS_MEMORY=1g trainyard stack up',
      parameters: {
        service: 'Redis',
        limit: { en: ' of 512 MiB', ko: '(512 MiB)' },
        variable: 'TRAINYARD_REDIS_MEMORY',
      },
      lines: [
        '1:M 23 Nov 2026 22:40:29.771 * Background saving started by pid 57',
        '57:C 23 Nov 2026 22:40:30.118 * DB saved on disk',
        '1:M 23 Nov 2026 22:40:31.004 # Out Of Memory allocating 33554432 bytes!',
      ],
    });
  }

  private fillLogs(): void {
    const at = Date.now() - 180_000;
    const say: readonly (readonly [ServiceName, string])[] = [
      ['postgres', 'LOG:  starting PostgreSQL 17.6 on x86_64-pc-linux-gnu'],
      ['postgres', 'LOG:  listening on IPv4 address "0.0.0.0", port 5432'],
      ['redis', '* Ready to accept connections tcp'],
      ['mongo', '{"s":"I","c":"NETWORK","msg":"Waiting for connections","attr":{"port":27017}}'],
      ['s3', 'API: http://172.18.0.5:9000  WebUI: http://172.18.0.5:9001'],
      ['temporal', 'Server:  localhost:7233 · UI: http://localhost:8233'],
      ['postgres', 'LOG:  database system is ready to accept connections'],
    ];
    for (let number = 0; number < 60; number += 1) {
      const [service, text] = say[number % say.length] ?? ['postgres', ''];
      this.addLog(service, text, new Date(at + number * 1700).toISOString().replace('Z', '123456Z'));
    }
  }
}
