import { beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../support/postgres.ts';
import { type ColumnFact, connect, readTables, type TableFacts } from './catalog.ts';
import specification from './spec.json' with { type: 'json' };

let tables: Map<string, TableFacts>;

beforeAll(async () => {
  await using database = await createTestDatabase();
  await using client = await connect(database.url);
  tables = await readTables(client);
});

function factsOf(name: string): TableFacts {
  const facts = tables.get(name);
  if (!facts) throw new Error(`There is no table ${name}.`);
  return facts;
}

/** What partitioning by time makes of the table that the specification has. */
const partitioned = {
  column: (table: string, column: ColumnFact): ColumnFact =>
    table === 'metrics' && column.name === 'recorded_at' ? { ...column, not_null: true } : column,
  constraint: (table: string, definition: string): string =>
    table === 'metrics' && definition === 'PRIMARY KEY (id)' ? 'PRIMARY KEY (id, recorded_at)' : definition,
};

test.each(Object.entries(specification.tables))('%s is what the specification says', (name, expected) => {
  const facts = factsOf(name);
  const columns = facts.columns.slice(0, expected.columns.length);
  expect(columns).toEqual(expected.columns.map((column) => partitioned.column(name, column)));
  const constraints = facts.constraints.map(({ kind, definition }) => ({ kind, definition }));
  for (const { kind, definition } of expected.constraints) {
    expect(constraints).toContainEqual({ kind, definition: partitioned.constraint(name, definition) });
  }
  const indexes = facts.indexes.map((index) => ({
    name: index.name,
    definition: index.definition.replace(' ON ONLY ', ' ON '),
  }));
  for (const index of expected.indexes) expect(indexes).toContainEqual(index);
});

test('the specification’s check constraints are the only ones on its columns', () => {
  for (const [name, expected] of Object.entries(specification.tables)) {
    const own = new Set(expected.columns.map((column) => column.name));
    const checks = factsOf(name).constraints.filter(
      ({ kind, columns }) => kind === 'check' && columns.some((column) => own.has(column)),
    );
    expect(checks.map(({ definition }) => definition).sort()).toEqual(
      expected.constraints
        .filter(({ kind }) => kind === 'check')
        .map(({ definition }) => definition)
        .sort(),
    );
  }
});

test('every foreign key has an index that leads with it', () => {
  const missing = [...tables].flatMap(([name, { constraints, indexes }]) =>
    constraints
      .filter(({ kind }) => kind === 'foreign key')
      .filter(
        ({ columns }) =>
          !indexes.some(
            (index) =>
              columns.every((column, place) => index.columns[place] === column) &&
              (index.predicate === null || index.predicate === `(${columns[0]} IS NOT NULL)`),
          ),
      )
      .map(({ definition }) => `${name}: ${definition}`),
  );
  expect(missing).toEqual([]);
});

const having = (...columns: string[]) =>
  [...tables].filter(([, facts]) =>
    columns.every((column) => facts.columns.some(({ name }) => name === column)),
  );

test('status is indexed wherever it stands', () => {
  const found = having('status').map(([name, { indexes }]) => [
    name,
    indexes.some(({ columns }) => columns[0] === 'status'),
  ]);
  expect(found.length).toBeGreaterThan(3);
  expect(found.filter(([, indexed]) => !indexed)).toEqual([]);
});

test('a user’s rows are indexed newest first', () => {
  const found = having('user_id', 'created_at').map(([name, { indexes }]) => [
    name,
    indexes.some(
      ({ definition, predicate }) => predicate === null && definition.endsWith('(user_id, created_at DESC)'),
    ),
  ]);
  expect(found.map(([name]) => name)).toEqual(
    expect.arrayContaining(['api_keys', 'datasets', 'inference_endpoints', 'projects', 'workflows']),
  );
  expect(found.filter(([, indexed]) => !indexed)).toEqual([]);
});

test('every table with a bin has a partial index of what is not in it', () => {
  const found = having('deleted_at').map(([name, { indexes }]) => [
    name,
    indexes.some(({ predicate }) => predicate === '(deleted_at IS NULL)'),
  ]);
  expect(found.length).toBeGreaterThanOrEqual(5);
  expect(found.filter(([, indexed]) => !indexed)).toEqual([]);
});

/** What is only read with its row, never searched by an element. */
const unsearched = new Set(['metric_rollups.points']);

test('arrays are searched by GIN', () => {
  const arrays = [...tables].flatMap(([name, { columns, indexes }]) =>
    columns
      .filter(({ type }) => type.endsWith('[]'))
      .map((column) => ({
        column: `${name}.${column.name}`,
        indexed: indexes.some(({ method, columns: [first] }) => method === 'gin' && first === column.name),
      })),
  );
  expect(arrays.length).toBeGreaterThan(3);
  expect(arrays.filter(({ column, indexed }) => !indexed && !unsearched.has(column))).toEqual([]);
  const parameters = factsOf('workflow_configs').indexes.map(({ definition }) => definition);
  expect(parameters.some((text) => text.includes('USING gin (hyperparameters)'))).toBe(true);
});

test('metrics are partitioned by the month of their time, with the indexes on the parent', async () => {
  await using database = await createTestDatabase();
  await using client = await connect(database.url);
  const { rows } = await client.query<{ key: string }>(
    "SELECT pg_get_partkeydef('metrics'::regclass) AS key",
  );
  expect(rows).toEqual([{ key: 'RANGE (recorded_at)' }]);
  const { rows: partitions } = await client.query<{ name: string; indexes: number }>(
    `SELECT inhrelid::regclass::text AS name, (SELECT count(*) FROM pg_index WHERE indrelid = inhrelid) AS indexes
     FROM pg_inherits WHERE inhparent = 'metrics'::regclass ORDER BY 1`,
  );
  const now = new Date();
  const month = (offset: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset))
      .toISOString()
      .slice(0, 7)
      .replace('-', '_');
  const expected = [
    `metrics_partition_${month(0)}`,
    `metrics_partition_${month(1)}`,
    'metrics_partition_default',
  ];
  expect(partitions.map(({ name }) => name)).toEqual(expected.sort());
  expect(new Set(partitions.map(({ indexes }) => indexes))).toEqual(
    new Set([factsOf('metrics').indexes.length]),
  );
});

test('attempts are numbered once each and know their run', () => {
  const { constraints } = factsOf('workflow_runs');
  const definitions = constraints.map(({ definition }) => definition);
  expect(definitions).toContain('UNIQUE (workflow_id, attempt)');
  expect(definitions).toContain('FOREIGN KEY (workflow_id) REFERENCES workflows(id) ON DELETE CASCADE');
  expect(factsOf('metrics').constraints.map(({ definition }) => definition)).toContain(
    'FOREIGN KEY (workflow_run_id) REFERENCES workflow_runs(id) ON DELETE CASCADE',
  );
});

test('one local owner is there, whom no password lets in', async () => {
  await using database = await createTestDatabase();
  await using client = await connect(database.url);
  const { rows } = await client.query('SELECT id, email, hashed_password FROM users');
  expect(rows).toEqual([
    { id: '00000000-0000-4000-8000-000000000001', email: 'owner@localhost', hashed_password: '!' },
  ]);
});
