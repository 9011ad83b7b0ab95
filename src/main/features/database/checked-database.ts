import type { DriftView } from '../../../shared/contract/database.ts';
import type { SchemaService } from '../../postgres/schema/schema-service.ts';

/** As the contract has it. */
type Difference = Omit<DriftView, 'commands'> & { readonly commands: readonly string[] };

/** The schema of open stores, for people: its revisions, and what differs. */
export class CheckedDatabase {
  private readonly schema: SchemaService;
  private readonly documents: () => Promise<readonly Difference[]>;
  private checking: ReturnType<CheckedDatabase['compare']> | null = null;

  /** @param documents what differs in the store of documents */
  constructor(schema: SchemaService, documents: () => Promise<readonly Difference[]>) {
    this.schema = schema;
    this.documents = documents;
  }

  async revisions() {
    const [{ revision, head }, { revisions }] = await Promise.all([
      this.schema.current(),
      this.schema.history(),
    ]);
    return { revision, head, revisions };
  }

  /** One comparison at a time, whose answer goes to all who ask meanwhile: each makes a database of its own. @throws TrainyardError as `SchemaService.check` */
  check() {
    this.checking ??= this.compare().finally(() => {
      this.checking = null;
    });
    return this.checking;
  }

  private async compare() {
    const [{ ok, edited, drift }, documents] = await Promise.all([this.schema.check(), this.documents()]);
    const differences = [...drift, ...documents].map((one) => ({ ...one, commands: [...one.commands] }));
    return { ok: ok && documents.length === 0, edited: [...edited], drift: differences };
  }
}
