import { chownSync } from 'node:fs';
import { replaceFile } from '../../platform/durable-file.ts';
import type { Location } from './location.ts';
import type { ServerUser } from './server-user.ts';

/** A quoted setting; in the server's files a backslash begins an escape. */
const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** A path as the only one of a setting that holds a list of paths. */
const quotedPath = (text: string) => quoted(`"${text.replaceAll('"', '""')}"`);

/**
 * The server's settings, written anew at each start. They stand outside of the data folder, which is the server's own.
 * `port` null: a Unix socket only.
 */
export function writeConfiguration(location: Location, port: number | null, user: ServerUser | null): void {
  const settings: Record<string, string> = {
    listen_addresses: port === null ? "''" : "'127.0.0.1'",
    port: String(port ?? 5432),
    unix_socket_directories: process.platform === 'win32' ? "''" : quotedPath(location.socketDirectory),
    unix_socket_permissions: '0700',
    password_encryption: "'scram-sha-256'",
    cluster_name: `'${location.clusterName}'`,
    max_connections: '60',
    max_locks_per_transaction: '128',
    shared_buffers: "'128MB'",
    work_mem: "'8MB'",
    maintenance_work_mem: "'64MB'",
    max_wal_size: "'1GB'",
    // As many pages a second as by default, in a fifth of the wake-ups.
    bgwriter_delay: "'1s'",
    bgwriter_lru_maxpages: '500',
    // Each look is a process, which reads the catalogue of one of three databases, two of them unused.
    autovacuum_naptime: "'3min'",
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    // One call before a recovery instead of one for each file.
    ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
    // A client that was killed must not have its statement finished and committed for it.
    client_connection_check_interval: process.platform === 'win32' ? '0' : "'1s'",
    jit: 'off',
    timezone: "'UTC'",
    log_timezone: "'UTC'",
    lc_messages: "'C'",
    logging_collector: 'off',
    log_destination: "'stderr'",
    log_line_prefix: "'%m [%p] '",
    log_checkpoints: 'off',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const text = `# Written by Trainyard at each start; ALTER SYSTEM adds to it.\n${lines.join('\n')}\n`;
  replaceFile(location.configuration, text, 0o640);
  if (user) chownSync(location.configuration, 0, user.gid);
}
